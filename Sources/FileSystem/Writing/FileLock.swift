import Glibc
import SystemPackage

/// A lock on a file that is made for it; the kernel drops it with the process, whatever ends that.
package final class FileLock: Sendable {
    private let path: String
    private let descriptor: FileDescriptor

    /// Opens the file, or makes it; does not lock yet.
    package init(_ path: String) throws(FileSystemError) {
        self.path = path
        descriptor = try FileDescriptor.openRegularFile(
            path, .readWrite, options: .create, permissions: .everyoneReads, for: .lock
        ).descriptor
    }

    /// Opens a directory, to lock it itself: nothing is made in it, and whoever may list it can lock it.
    package init(directory path: String) throws(FileSystemError) {
        self.path = path
        descriptor = try FileDescriptor.open(path, .readOnly, options: .directory, for: .lock)
    }

    /// Who else may hold a lock at the same time.
    package enum Kind: Sendable { case alone, shared }

    /// Locks the file; false if another process still holds it after so many seconds.
    package func acquire(_ kind: Kind = .alone, waiting seconds: Int) throws(FileSystemError) -> Bool {
        for _ in 0..<seconds * FileLock.triesPerSecond {
            if try acquire(kind) { return true }
            usleep(1_000_000 / UInt32(FileLock.triesPerSecond))
        }
        return try acquire(kind)
    }

    private static let triesPerSecond = 20

    /// Gives the lock back; the file stays open.
    package func release() { flock(descriptor.rawValue, LOCK_UN) }

    deinit {
        // Closing alone would leave the lock with a child that another thread is just starting.
        release()
        descriptor.discard()
    }

    /// Locks the file, for this process alone unless told otherwise, without waiting; false if another process holds it.
    package func acquire(_ kind: Kind = .alone) throws(FileSystemError) -> Bool {
        let operation = kind == .alone ? LOCK_EX : LOCK_SH
        while flock(descriptor.rawValue, operation | LOCK_NB) != 0 {
            let error = Errno(rawValue: errno)
            if error == .wouldBlock { return false }
            guard error == .interrupted else { throw FileSystemError(.lock, path, error) }
        }
        return true
    }
}
