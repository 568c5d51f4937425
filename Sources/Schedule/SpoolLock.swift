package import FileSystem
import Spools

/// Who may look at a spool, or at another folder of input: one run that moves its files, or any number that only read them.
///
/// The lock of a ledger keeps its own runs apart; runs of two ledgers on one spool have nothing else in common. The folder itself is
/// locked, so that nothing is made in it, and the kernel drops the lock with the process.
package enum SpoolLock {
    /// Locks the spools of a plan for a run, or a dry run.
    ///
    /// - Throws: ``EnvironmentError`` if another process still has one of them after so many seconds.
    static func lock(_ plan: SchedulePlan, wait: Int) throws -> [FileLock] {
        let folders = plan.sources.compactMap { source in
            if case .spool(let folder) = source.location { folder } else { nil }
        }
        return try lock(folders, .alone, wait: wait)
    }

    /// Keeps runs from moving files out of folders that are about to be read: those that are named, and those of named files.
    ///
    /// - Throws: ``EnvironmentError`` if a run still has one of them after so many seconds.
    package static func share(_ inputs: [String], wait: Int) throws -> [FileLock] {
        let folders = inputs.map { (try? FileStatus($0).kind) == .directory ? $0 : FileName.directory(of: $0) }
        return try lock(folders, .shared, wait: wait)
    }

    /// Each folder once, whatever the way to it, and in one order, so that two programs never wait for each other.
    private static func lock(_ folders: [String], _ kind: FileLock.Kind, wait: Int) throws -> [FileLock] {
        let resolved = Set(folders.compactMap(FileName.resolved)).sorted()
        return try resolved.compactMap { folder in
            // A folder that is gone, or closed to this user, is told by who reads it; some file systems, such as NFS, lock no folders.
            guard let lock = try? FileLock(directory: folder),
                let isLocked = try? lock.acquire(kind, waiting: wait)
            else { return nil }
            guard isLocked else {
                let named = folders.first { FileName.resolved($0) == folder } ?? folder
                throw EnvironmentError(
                    .locked, "spool \"\(named)\" is in use by another run or ingest, waited \(wait) s",
                    hint: "add --wait 600")
            }
            return lock
        }
    }
}
