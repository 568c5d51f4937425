import Glibc
import SystemPackage

/// Writing files that have their names from the beginning, or get them from another library.
extension DurableFile {
    /// What the name of the file that is written beside one ends in.
    static let besideEnding = ".new"

    /// Requires that nothing stands where the file beside one is written that cannot be removed.
    package static func requireReplaceable(_ path: String) throws(FileSystemError) {
        let temporary = path + besideEnding
        guard (try? FileStatus(temporary, followsLinks: false))?.kind != .directory else {
            throw FileSystemError(.create, temporary, .isDirectory)
        }
    }

    /// Puts bytes in the place of a file, whole or not at all: written beside it, synced, renamed, the directory synced.
    ///
    /// The name beside it is one that only one writer uses; what a killed one left there is removed.
    package static func replace(_ path: String, with bytes: [UInt8]) throws(FileSystemError) {
        let temporary = path + besideEnding
        try FileName.remove(temporary)
        // Made anew and never followed: whoever may write in the directory could lead it to another file.
        let descriptor = try FileDescriptor.open(
            temporary, .readWrite, options: [.create, .exclusiveCreate, .noFollow],
            permissions: .everyoneReads, for: .create)
        defer { descriptor.discard() }
        do throws(FileSystemError) {
            try descriptor.write(synced: bytes, path: path)
            guard rename(temporary, path) == 0 else { throw FileSystemError(.create, path, Errno(rawValue: errno)) }
        } catch {
            unlink(temporary)
            throw error
        }
        try sync(directory: FileName.directory(of: path))
    }

    /// Makes a file that must not be there yet; one that cannot be written whole is removed.
    ///
    /// A secret one is for its owner only.
    package static func create(
        _ path: String, holding bytes: [UInt8], isSecret: Bool = false
    ) throws(FileSystemError) {
        let descriptor = try FileDescriptor.open(
            path, .writeOnly, options: [.create, .exclusiveCreate, .noFollow],
            permissions: isSecret ? .ownerOnly : .everyoneReads, for: .create)
        defer { descriptor.discard() }
        do throws(FileSystemError) {
            try descriptor.write(synced: bytes, path: path)
        } catch {
            unlink(path)
            throw error
        }
        try sync(directory: FileName.directory(of: path))
    }

    /// Puts bytes at an offset of a file, makes them its end, and syncs it; the file is made if it is not there.
    package static func append(_ bytes: [UInt8], to path: String, at offset: Int) throws(FileSystemError) {
        let (descriptor, _) = try FileDescriptor.openRegularFile(
            path, .writeOnly, options: .create, permissions: .everyoneReads, for: .create)
        defer { descriptor.discard() }
        guard ftruncate(descriptor.rawValue, off_t(offset)) == 0 else {
            throw FileSystemError(.write, path, Errno(rawValue: errno))
        }
        try bytes.span.bytes.withUnsafeBytes { (buffer) throws(FileSystemError) in
            try descriptor.writeAll(buffer, at: Int64(offset), path: path)
        }
        try descriptor.syncOnce(path: path)
        if offset == 0 { try sync(directory: FileName.directory(of: path)) }
    }

    /// Gives a file that is synced the name of another one, which it replaces in one step.
    package static func put(_ path: String, inPlaceOf target: String) throws(FileSystemError) {
        try FileName.rename(path, to: target)
        try sync(directory: FileName.directory(of: target))
    }

    /// Syncs a file that another library wrote, and gives it its name; never replaces a file.
    package static func publish(_ temporary: String, as path: String) throws(FileSystemError) {
        let (descriptor, _) = try FileDescriptor.openRegularFile(temporary, .readOnly, for: .sync)
        defer { descriptor.discard() }
        try descriptor.syncOnce(path: temporary)
        guard link(temporary, path) == 0 else { throw FileSystemError(.create, path, Errno(rawValue: errno)) }
        unlink(temporary)
        try sync(directory: FileName.directory(of: path))
    }
}

extension FileDescriptor {
    fileprivate func write(synced bytes: [UInt8], path: String) throws(FileSystemError) {
        try bytes.span.bytes.withUnsafeBytes { (buffer) throws(FileSystemError) in
            try writeAll(buffer, path: path)
        }
        try syncOnce(path: path)
    }
}
