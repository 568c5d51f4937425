package import AuditModel
package import BundleFormat
package import FileSystem
import LedgerFiles
import RecordStore
import StrictJSON

/// The times that a ledger accepts.
///
/// Every entry names a time, and much is decided by it: what lies in the future, which period has ended, how long a bundle is
/// kept. A clock that is wrong for one run would be wrong in the log for good. So the time of a ledger never goes back, and
/// leaps ahead only if somebody says that it is right.
package enum LedgerTime {
    /// Seconds that clocks of machines may differ by.
    package static let tolerance: Int64 = 300
    /// Days that may lie between a ledger's last entry and the next.
    package static let greatestLeapDays: Int64 = 400

    /// The time that new entries get: `now`, or the last time of the ledger if that is a little later.
    ///
    /// - Parameters:
    ///   - now: what the clock says, or an option in its stead.
    ///   - last: the time of the ledger's last run; nil without one.
    ///   - isConfirmed: whether somebody said that a leap ahead is right.
    ///   - ledger: the ledger's file, for messages.
    /// - Returns: the time of new entries.
    /// - Throws: `usage` for a time that has gone back by more than ``tolerance`` seconds, or leapt by more than
    ///   ``greatestLeapDays`` days.
    package static func accepted(
        _ now: Timestamp, after last: Timestamp?, isConfirmed: Bool, ledger: String
    ) throws(EnvironmentError) -> Timestamp {
        guard let last else { return now }
        // A clock that was ahead and is right again: the entries get the last time, so that none is older than one before.
        guard isConfirmed || last <= now.adding(seconds: tolerance) else {
            throw EnvironmentError(
                .usage,
                "the time is \(now.text), but ledger \"\(ledger)\" was written at \(last.text): expected no earlier time, "
                    + "since what a ledger accepts is never older than what it has; set the clock right, or leave the "
                    + "option out that names the time; if the ledger's time was wrong and this one is right, repeat the command "
                    + "with --confirm-time: what comes then gets the ledger's time",
                hint: .command("date", "--utc"))
        }
        if !isConfirmed, last.adding(seconds: greatestLeapDays * 86_400) < now {
            throw EnvironmentError(
                .usage,
                "the time is \(now.text), more than \(greatestLeapDays) days after ledger \"\(ledger)\" was written, at "
                    + "\(last.text); if the time is right, accept it with --confirm-time (run, ingest, export, ledger resolve)",
                hint: .command("date", "--utc"))
        }
        return max(now, last)
    }

    /// Refuses a time that an option names and that the machine's clock has not reached, unless it is confirmed.
    package static func requireReached(
        _ now: Timestamp, clock: Timestamp, isConfirmed: Bool
    ) throws(EnvironmentError) {
        guard !isConfirmed, clock.adding(seconds: tolerance) < now else { return }
        throw EnvironmentError(
            .usage,
            "the time \(now.text) lies after the machine's, which is \(clock.text): a period would be sealed before it has "
                + "ended; if the time is right, accept it with --confirm-time (run, ingest, export, ledger resolve)",
            hint: .command("date", "--utc"))
    }
}

extension LedgerView {
    /// What a ledger is: its origin, its entries and the sources that it took in; nil before the first run.
    package static func extent(_ path: String) throws -> (origin: String, entries: Int, sources: Int)? {
        try LedgerFailure.translating(path) {
            try reading(path) { reader in
                guard let run = try reader.lastRun(), let origin = try reader.signers().last?.origin else { return nil }
                return (origin, run.size, try reader.count(.source))
            }
        }
    }

    /// What a ledger tells of its sources, in the order in which they were read, without the first `count`.
    package static func sources(_ path: String, after count: Int) throws -> [SourceSummary] {
        try LedgerFailure.translating(path) {
            try reading(path) { reader in
                try reader.sourceKeys().dropFirst(count).compactMap { source in
                    IntakeFiles.source(try JSONValue(parsing: source.body))
                }
            }
        }
    }

    /// Contradictions that no decision has settled.
    package static func openDisputes(_ path: String) throws -> Int {
        try LedgerFailure.translating(path) { try reading(path) { try $0.openDisputes() } }
    }

    /// When a ledger was last written; nil before the first run.
    package static func lastReceived(_ path: String) throws -> Timestamp? {
        try LedgerFailure.translating(path) { try reading(path) { try $0.lastReceived() } }
    }
}
