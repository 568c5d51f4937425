import Glibc
import SystemPackage

/// A file that appears under its name whole and synced, or not at all.
///
/// It is written without a name where the file system can (so that a killed run leaves nothing), else under a hidden
/// temporary name; then synced, linked to its name, and the directory synced. Linking never replaces a file.
/// A failed sync is not tried again: the kernel may have dropped the pages.
package final class DurableFile {
    private let descriptor: FileDescriptor
    private let directory: String
    private let temporaryPath: String?
    /// Bytes written so far.
    package private(set) var size: UInt64 = 0
    /// Bytes that the kernel was asked to write.
    private var hinted: UInt64 = 0

    /// Opens an unnamed file in a directory.
    package init(in directory: String) throws(FileSystemError) {
        self.directory = directory
        let (descriptor, path) = try FileDescriptor.openUnnamed(
            in: directory, permissions: .everyoneReads)
        self.descriptor = descriptor
        temporaryPath = path
    }

    deinit {
        if let temporaryPath { unlink(temporaryPath) }
        descriptor.discard()
    }

    /// A path by which a library of this process can open the file.
    package var processPath: String { "/proc/self/fd/\(descriptor.rawValue)" }

    /// Writes all bytes at the end; short writes and interruptions are continued.
    package func write(_ bytes: UnsafeRawBufferPointer) throws(FileSystemError) {
        try descriptor.writeAll(bytes, path: directory, for: .writeInDirectory)
        size += UInt64(bytes.count)
    }

    /// Writes all bytes at the end.
    package func write(_ bytes: [UInt8]) throws(FileSystemError) {
        try bytes.span.bytes.withUnsafeBytes { (buffer) throws(FileSystemError) in try write(buffer) }
    }

    /// Appends a part of another file.
    ///
    /// Measured on ext4: twice as fast as sendfile, which hands over 64 KiB at a time.
    package func append(
        from other: DurableFile, offset: UInt64, count: Int, buffer: UnsafeMutableRawBufferPointer
    ) throws(FileSystemError) {
        var position = Int64(offset)
        let end = position + Int64(count)
        while position < end {
            let block = UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(Int(end - position)))
            try other.readBack(at: position, into: block)
            try write(UnsafeRawBufferPointer(block))
            position += Int64(block.count)
        }
        startWriting()
    }

    /// Fills a buffer with what was written.
    private func readBack(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws(FileSystemError) {
        let got = try descriptor.read(at: offset, into: buffer, path: directory, for: .readInDirectory)
        guard got == buffer.count else { throw FileSystemError(.readInDirectory, directory, reason: .shortened) }
    }

    /// A part of what was written.
    package func bytes(at offset: UInt64, count: Int) throws(FileSystemError) -> [UInt8] {
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
        defer { block.deallocate() }
        try readBack(at: Int64(offset), into: block)
        return Array(block)
    }

    /// Lets the disk begin while the rest is copied, so that the sync at the end has less to wait for.
    ///
    /// Only a hint: what goes wrong on the disk, the sync reports.
    private func startWriting() {
        guard size - hinted >= 16 << 20 else { return }
        posix_fadvise(descriptor.rawValue, off_t(hinted), off_t(size - hinted), POSIX_FADV_DONTNEED)
        hinted = size
    }

    /// All bytes of the file, whoever wrote them.
    package func contents() throws(FileSystemError) -> [UInt8] {
        let count: Int
        do throws(Errno) {
            count = try FileStatus(of: descriptor).size
        } catch {
            throw FileSystemError(.readInDirectory, directory, error)
        }
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
        defer { block.deallocate() }
        try readBack(at: 0, into: block)
        return Array(block)
    }

    /// What publishing did.
    package enum Published: Sendable { case created, alreadyThere }

    /// Syncs the file and gives it its name.
    ///
    /// A file of that name with the same bytes is left as it is; with other bytes it is an error.
    package func publish(as name: String) throws(FileSystemError) -> Published {
        let path = directory + "/" + name
        try descriptor.syncOnce(path: path)
        let flags = temporaryPath == nil ? AT_SYMLINK_FOLLOW : 0
        if linkat(AT_FDCWD, temporaryPath ?? processPath, AT_FDCWD, path, flags) != 0 {
            let error = Errno(rawValue: errno)
            guard error == .fileExists else { throw FileSystemError(.create, path, error) }
            guard try holdsSameBytes(path) else { throw FileSystemError(.create, path, reason: .otherContent) }
            return .alreadyThere
        }
        try DurableFile.sync(directory: directory)
        return .created
    }

    private func holdsSameBytes(_ path: String) throws(FileSystemError) -> Bool {
        let existing: ReadOnlyFile
        do throws(FileSystemError) {
            existing = try ReadOnlyFile(path, followsLinks: false)
        } catch {
            if case .notRegularFile = error.reason { return false }
            throw FileSystemError(.create, path, reason: error.reason)
        }
        guard existing.size == size else { return false }
        let ownBlock = DurableFile.block()
        defer { ownBlock.deallocate() }
        let otherBlock = DurableFile.block()
        defer { otherBlock.deallocate() }
        var position: UInt64 = 0
        while position < size {
            let count = Int(min(size - position, UInt64(ownBlock.count)))
            let own = UnsafeMutableRawBufferPointer(rebasing: ownBlock[..<count])
            let other = UnsafeMutableRawBufferPointer(rebasing: otherBlock[..<count])
            try existing.read(at: position, into: other)
            guard try descriptor.read(at: Int64(position), into: own, path: path) == count,
                UnsafeRawBufferPointer(own).elementsEqual(other)
            else { return false }
            position += UInt64(count)
        }
        return true
    }

    private static func block() -> UnsafeMutableRawBufferPointer { .allocate(byteCount: 1 << 20, alignment: 16) }

    /// Syncs a directory, so that names in it outlast a power cut.
    package static func sync(directory: String) throws(FileSystemError) {
        let descriptor = try FileDescriptor.open(directory, .readOnly, options: .directory, for: .sync)
        defer { descriptor.discard() }
        try descriptor.syncOnce(path: directory)
    }
}
