import Glibc
import SystemPackage

extension FileDescriptor {
    /// Opens a path; never waits for a FIFO or a device, and never hands the descriptor to another program.
    static func open(
        _ path: String, _ mode: AccessMode, options: OpenOptions = [], permissions: FilePermissions? = nil,
        for operation: FileSystemError.Operation
    ) throws(FileSystemError) -> FileDescriptor {
        guard !path.utf8.contains(0) else { throw FileSystemError(operation, path, .invalidArgument) }
        return try translating(operation, path) {
            try path.withCString {
                try open($0, mode, options: options.union([.closeOnExec, .nonBlocking]), permissions: permissions)
            }
        }
    }

    /// Opens a regular file; whatever else has the name is an error.
    static func openRegularFile(
        _ path: String, _ mode: AccessMode, options: OpenOptions = [], permissions: FilePermissions? = nil,
        for operation: FileSystemError.Operation
    ) throws(FileSystemError) -> (descriptor: FileDescriptor, status: FileStatus) {
        let descriptor = try open(path, mode, options: options, permissions: permissions, for: operation)
        do throws(FileSystemError) {
            return (descriptor, try descriptor.regularFileStatus(path, operation))
        } catch {
            descriptor.discard()
            throw error
        }
    }

    private func regularFileStatus(
        _ path: String, _ operation: FileSystemError.Operation
    ) throws(FileSystemError) -> FileStatus {
        let status: FileStatus
        do throws(Errno) { status = try FileStatus(of: self) } catch { throw FileSystemError(operation, path, error) }
        guard status.kind == .regular else {
            throw FileSystemError(operation, path, reason: .notRegularFile(status.kind))
        }
        return status
    }

    /// Closes the descriptor; what could go wrong was reported by the sync, or does not matter to a reader.
    func discard() { Glibc.close(rawValue) }

    /// Reads what comes next; 0 at the end.
    func readNext(
        into buffer: UnsafeMutableRawBufferPointer, path: String
    ) throws(FileSystemError) -> Int {
        try translating(.read, path) { try read(into: buffer) }
    }

    /// Reads at an offset, as much as there is up to the size of the buffer; less only at the end of the file.
    func read(
        at offset: Int64, into buffer: UnsafeMutableRawBufferPointer, path: String,
        for operation: FileSystemError.Operation = .read
    ) throws(FileSystemError) -> Int {
        var count = 0
        while count < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
            let position = offset + Int64(count)
            let got = try translating(operation, path) { try read(fromAbsoluteOffset: position, into: rest) }
            if got == 0 { break }
            count += got
        }
        return count
    }

    /// Writes all bytes, at an offset or at the end of what was written; short writes are continued.
    func writeAll(
        _ bytes: UnsafeRawBufferPointer, at offset: Int64? = nil, path: String,
        for operation: FileSystemError.Operation = .write
    ) throws(FileSystemError) {
        var count = 0
        while count < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[count...])
            let written = try translating(operation, path) {
                if let offset { return try write(toAbsoluteOffset: offset + Int64(count), rest) }
                return try write(rest)
            }
            // A device that takes nothing and reports no error would be asked for ever.
            guard written > 0 else { throw FileSystemError(operation, path, .ioError) }
            count += written
        }
    }

    /// Syncs the file; a sync that failed is never tried again, since the kernel may have dropped the pages.
    func syncOnce(path: String) throws(FileSystemError) {
        guard fsync(rawValue) == 0 else { throw FileSystemError(.sync, path, Errno(rawValue: errno)) }
    }
}

/// Runs a call of swift-system, whose errors are all `Errno`.
private func translating<Result>(
    _ operation: FileSystemError.Operation, _ path: String, _ body: () throws -> Result
) throws(FileSystemError) -> Result {
    do {
        return try body()
    } catch let error as Errno {
        throw FileSystemError(operation, path, error)
    } catch {
        throw FileSystemError(operation, path, .ioError)
    }
}

extension FilePermissions {
    static let ownerOnly = FilePermissions(rawValue: 0o600)
    static let everyoneReads = FilePermissions(rawValue: 0o644)
}
