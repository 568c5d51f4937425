import Glibc
internal import StrictJSON

/// A reading failure of the environment, as opposed to bad data in what was read.
package struct ByteStoreError: Error, Hashable, Sendable {
    /// What could not be done.
    package enum Code: String, Hashable, Sendable {
        /// The file cannot be opened or its status cannot be read.
        case open
        /// The path or descriptor is not a regular file.
        case notRegularFile = "not-regular-file"
        /// A read failed.
        case read
        /// The file became shorter than it was when it was opened.
        case shortened
        /// Memory for a decompressor was refused.
        case outOfMemory = "out-of-memory"
    }

    /// What could not be done.
    package let code: Code
    /// What happened: lower case, no full stop.
    package let message: String
    /// The `errno` of the failed call, 0 when there was none.
    package let errorNumber: Int32

    package init(_ code: Code, _ message: String, errorNumber: Int32 = 0) {
        self.code = code
        self.errorNumber = errorNumber
        guard errorNumber != 0 else {
            self.message = message
            return
        }
        let reason = strerror(errorNumber).map { String(cString: $0) } ?? "error \(errorNumber)"
        self.message = "\(message): \(reason.lowercased())"
    }
}

extension ByteStoreError: CustomStringConvertible {
    /// The message.
    package var description: String { message }
}

/// A regular file open for reading, whose length was taken when it was opened.
///
/// Nothing is mapped: a file that is cut while it is read gives an error and no signal. All reads are positional, so
/// that one file serves any number of readers at once.
package final class ReadOnlyFile: Sendable {
    /// Length in bytes at the time of opening.
    package let size: UInt64
    private let descriptor: Int32
    private let closesDescriptor: Bool

    /// Opens the regular file at `path`; closes it when the last user is gone.
    ///
    /// Opening does not block on a FIFO; anything but a regular file throws `notRegularFile`.
    package init(path: String) throws(ByteStoreError) {
        guard !path.utf8.contains(0) else { throw ByteStoreError(.open, "cannot open path with a zero byte") }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            let code = errno
            throw ByteStoreError(.open, "cannot open \(ZipProblem.quoted(path.utf8))", errorNumber: code)
        }
        do throws(ByteStoreError) {
            size = try Self.regularFileSize(of: descriptor)
        } catch {
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
        closesDescriptor = true
    }

    /// Uses a descriptor that is open for reading; the caller keeps it open at least as long and closes it.
    package init(descriptor: Int32) throws(ByteStoreError) {
        size = try Self.regularFileSize(of: descriptor)
        self.descriptor = descriptor
        closesDescriptor = false
    }

    deinit {
        if closesDescriptor { close(descriptor) }
    }

    private static func regularFileSize(of descriptor: Int32) throws(ByteStoreError) -> UInt64 {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let code = errno
            throw ByteStoreError(.open, "cannot read file status", errorNumber: code)
        }
        guard status.st_mode & S_IFMT == S_IFREG, let size = UInt64(exactly: status.st_size) else {
            throw ByteStoreError(.notRegularFile, "not a regular file")
        }
        return size
    }

    /// Fills `buffer` with the bytes from `offset` on; the range must lie inside `size`.
    func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws(ByteStoreError) {
        var done = 0
        while done < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
            let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset) + off_t(done))
            if count > 0 {
                done += count
            } else if count == 0 {
                throw ByteStoreError(.shortened, "file shortened while read: \"\(offset + UInt64(done))\" bytes")
            } else if errno != EINTR {
                let code = errno
                throw ByteStoreError(.read, "cannot read file", errorNumber: code)
            }
        }
    }
}

/// Where the bytes of an archive come from: a file or memory.
package enum ByteStore: Sendable {
    /// Bytes held in memory.
    case memory([UInt8])
    /// Bytes read from a file when they are needed.
    case file(ReadOnlyFile)

    /// Length in bytes.
    package var size: UInt64 {
        switch self {
        case .memory(let bytes): UInt64(bytes.count)
        case .file(let file): file.size
        }
    }

    /// Fills `buffer` with the bytes from `offset` on, or throws `ByteStoreError`.
    ///
    /// - Precondition: the range lies inside `size`.
    package func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws(ByteStoreError) {
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

    /// Returns `count` bytes from `offset` on, fewer when the store ends before; throws `ByteStoreError`.
    package func bytes(at offset: UInt64, count: Int) throws(ByteStoreError) -> [UInt8] {
        guard offset < size else { return [] }
        var bytes = [UInt8](repeating: 0, count: Int(min(UInt64(count), size - offset)))
        var failure: ByteStoreError?
        bytes.withUnsafeMutableBytes { buffer in
            do throws(ByteStoreError) { try read(at: offset, into: buffer) } catch { failure = error }
        }
        if let failure { throw failure }
        return bytes
    }
}

extension ByteStore {
    /// SHA-256 of all bytes, in hexadecimal, read a block at a time.
    package func sha256() throws(ByteStoreError) -> String {
        var (digest, offset): (ContentDigest, UInt64) = (ContentDigest(), 0)
        while offset < size {
            let block = try bytes(at: offset, count: Int(min(1 << 20, size - offset)))
            block.withUnsafeBytes { digest.update($0) }
            offset += UInt64(block.count)
        }
        return digest.hexadecimal()
    }
}
