import Glibc

/// The lock of the one writer: the kernel drops it with the process, whatever ends that.
package final class LedgerLock {
    private let descriptor: Int32

    /// Takes the lock of a ledger, a file beside it.
    ///
    /// - Parameters:
    ///   - path: the ledger's path.
    ///   - wait: seconds to wait for another writer.
    /// - Throws: `locked` if another run still holds it then, `io` if the file cannot be made.
    package init(_ path: String, wait: Int) throws(LedgerError) {
        descriptor = open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw LedgerError(.io, "cannot open \"\(path).lock\": \(String(cString: strerror(errno)))")
        }
        var left = wait * LedgerLock.triesPerSecond
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else {
                throw LedgerError(.io, "cannot lock \"\(path).lock\": \(String(cString: strerror(errno)))")
            }
            guard left > 0 else {
                throw LedgerError(.locked, "ledger \"\(path)\" is in use by another run, waited \(wait) s")
            }
            left -= 1
            usleep(1_000_000 / UInt32(LedgerLock.triesPerSecond))
        }
    }

    private static let triesPerSecond = 20

    /// Lets the next writer in, before the value is gone.
    ///
    /// Whoever holds the lock to the end of a scope releases it in a `defer`.
    package func release() { flock(descriptor, LOCK_UN) }

    deinit {
        // Closing alone would leave the lock with a child that another thread is just starting.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
