package import FileSystem
internal import StrictJSON

/// Where the bytes of an archive come from: a file or memory.
package enum ByteStore: Sendable {
    /// Bytes held in memory.
    case memory([UInt8])
    /// Bytes read from a file when they are needed.
    case file(ReadOnlyFile)

    /// The path of the file, for messages.
    var path: String {
        switch self {
        case .memory: "(in memory)"
        case .file(let file): file.path
        }
    }

    /// Length in bytes.
    package var size: UInt64 {
        switch self {
        case .memory(let bytes): UInt64(bytes.count)
        case .file(let file): file.size
        }
    }

    /// Fills `buffer` with the bytes from `offset` on, or throws `FileSystemError`.
    ///
    /// - Precondition: the range lies inside `size`.
    package func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws(FileSystemError) {
        precondition(offset <= size && UInt64(buffer.count) <= size - offset, "read outside the byte store")
        switch self {
        case .memory(let bytes):
            let start = Int(offset)
            bytes.withUnsafeBytes { all in
                buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: all[start...].prefix(buffer.count)))
            }
        case .file(let file): try file.read(at: offset, into: buffer)
        }
    }

    /// Returns `count` bytes from `offset` on, fewer when the store ends before; throws `FileSystemError`.
    package func bytes(at offset: UInt64, count: Int) throws(FileSystemError) -> [UInt8] {
        guard offset < size else { return [] }
        var bytes = [UInt8](repeating: 0, count: Int(min(UInt64(count), size - offset)))
        var failure: FileSystemError?
        bytes.withUnsafeMutableBytes { buffer in
            do throws(FileSystemError) { try read(at: offset, into: buffer) } catch { failure = error }
        }
        if let failure { throw failure }
        return bytes
    }
}

extension ByteStore {
    /// SHA-256 of all bytes, in hexadecimal, read a block at a time.
    package func sha256() throws(FileSystemError) -> String {
        var digest = ContentDigest()
        var offset: UInt64 = 0
        while offset < size {
            let block = try bytes(at: offset, count: Int(min(1 << 20, size - offset)))
            block.withUnsafeBytes { digest.update($0) }
            offset += UInt64(block.count)
        }
        return digest.hexadecimal()
    }
}
