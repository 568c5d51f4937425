import SystemPackage

/// A regular file open for reading, whose length was taken when it was opened.
///
/// Nothing is mapped: a file that is cut while it is read gives an error and no signal. All reads are positional, so
/// that one file serves any number of readers at once.
package final class ReadOnlyFile: Sendable {
    /// The path as the caller gave it.
    package let path: String
    /// Length in bytes at the time of opening.
    package let size: UInt64
    private let descriptor: FileDescriptor

    /// Opens the regular file at `path`; closes it when the last user is gone.
    ///
    /// Never waits: a FIFO, a device or a directory is an error, and so is a link if `followsLinks` is false.
    package init(_ path: String, followsLinks: Bool = true) throws(FileSystemError) {
        let (descriptor, status) = try FileDescriptor.openRegularFile(
            path, .readOnly, options: followsLinks ? [] : .noFollow, for: .open)
        self.path = path
        self.descriptor = descriptor
        size = UInt64(status.size)
    }

    deinit { descriptor.discard() }

    /// Fills `buffer` with the bytes from `offset` on; a file that ends before is an error.
    package func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws(FileSystemError) {
        guard let offset = Int64(exactly: offset) else { throw FileSystemError(.read, path, .invalidArgument) }
        guard try descriptor.read(at: offset, into: buffer, path: path) == buffer.count else {
            throw FileSystemError(.read, path, reason: .shortened)
        }
    }

    /// All bytes from an offset to the end that the file has now.
    ///
    /// - Throws: `tooLong` if there are more than `limit`.
    package func contents(from offset: Int = 0, limit: Int) throws(FileSystemError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(max(0, min(Int(clamping: size) - offset, limit)))
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: ReadOnlyFile.blockSize, alignment: 16)
        defer { block.deallocate() }
        while true {
            let got = try descriptor.read(at: Int64(offset + bytes.count), into: block, path: path)
            if got == 0 { return bytes }
            guard got <= limit - bytes.count else { throw FileSystemError(.read, path, reason: .tooLong(limit: limit)) }
            bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: block[..<got]))
        }
    }

    private static let blockSize = 256 << 10

    /// All bytes of the file at `path`; nil if there is nothing of that name.
    package static func contentsIfPresent(
        _ path: String, from offset: Int = 0, limit: Int
    ) throws(FileSystemError) -> [UInt8]? {
        do throws(FileSystemError) {
            return try ReadOnlyFile(path).contents(from: offset, limit: limit)
        } catch {
            guard error.operation == .open, error.errno == .noSuchFileOrDirectory else { throw error }
            return nil
        }
    }
}
