import FileSystem

/// The lock of the one writer: the kernel drops it with the process, whatever ends that.
package final class LedgerLock {
    /// What is put behind a ledger's name for its lock.
    package static let suffix = ".lock"

    private let lock: FileLock

    /// Takes the lock of a ledger, a file beside it.
    ///
    /// - Parameters:
    ///   - path: the ledger's path.
    ///   - wait: seconds to wait for another writer.
    /// - Throws: `LedgerError.locked` if another run still holds it then, `FileSystemError` if the file cannot be made.
    package init(_ path: String, wait: Int) throws {
        lock = try FileLock(path + LedgerLock.suffix)
        guard try lock.acquire(waiting: wait) else {
            throw LedgerError(.locked, "ledger \"\(path)\" is in use by another run, waited \(wait) s")
        }
    }

    /// Lets the next writer in, before the value is gone.
    ///
    /// Whoever holds the lock to the end of a scope releases it in a `defer`.
    package func release() { lock.release() }
}
