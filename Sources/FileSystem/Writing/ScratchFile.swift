import Glibc
import SystemPackage

/// A file without a name, for one process, which is gone when it is closed.
///
/// Its parts are written and read at offsets, so that tasks share it without sharing state.
package final class ScratchFile: Sendable {
    private let directory: String
    private let descriptor: FileDescriptor

    /// Makes the file in a directory.
    package init(in directory: String) throws(FileSystemError) {
        self.directory = directory
        let (descriptor, path) = try FileDescriptor.openUnnamed(
            in: directory, permissions: .ownerOnly)
        self.descriptor = descriptor
        if let path { unlink(path) }
    }

    deinit { descriptor.discard() }

    /// Writes all bytes at an offset.
    package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileSystemError) {
        try descriptor.writeAll(bytes, at: Int64(offset), path: directory, for: .writeInDirectory)
    }

    /// Fills a buffer with what was written at an offset.
    package func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(FileSystemError) {
        let got = try descriptor.read(at: Int64(offset), into: buffer, path: directory, for: .readInDirectory)
        guard got == buffer.count else { throw FileSystemError(.readInDirectory, directory, reason: .shortened) }
    }
}

extension FileDescriptor {
    /// Opens a new file for reading and writing: without a name where the file system can, else under a hidden name.
    static func openUnnamed(
        in directory: String, permissions: FilePermissions
    ) throws(FileSystemError) -> (descriptor: FileDescriptor, path: String?) {
        let unnamed = OpenOptions(rawValue: unnamedFlag).union(.directory)
        let opened = try? open(directory, .readWrite, options: unnamed, permissions: permissions, for: .create)
        if let opened { return (opened, nil) }
        let path = "\(directory)/.cartulary-\(getpid())-\(UInt32.random(in: 0 ... .max)).tmp"
        do throws(FileSystemError) {
            return (
                try open(
                    path, .readWrite, options: [.create, .exclusiveCreate], permissions: permissions, for: .create),
                path
            )
        } catch {
            // The hidden name says nothing to anybody.
            throw FileSystemError(.createInDirectory, directory, reason: error.reason)
        }
    }

    // __O_TMPFILE of Linux; the macro does not reach Swift.
    private static let unnamedFlag: CInt = 0o20000000
}
