import LedgerFiles
import MerkleTree
import RecordStore

/// What the log of a ledger is at one moment: by it a ledger can be told later from an older copy, and from another ledger.
package struct LogState: Sendable, Equatable {
    /// The log's name in its checkpoints.
    package let origin: String
    package let entries: Int
    /// Of these entries, in hexadecimal.
    package let root: String

    package init(origin: String, entries: Int, root: String) {
        self.origin = origin
        self.entries = entries
        self.root = root
    }

    /// How a ledger stands to a state that was noted earlier.
    package enum Fit: Sendable, Equatable {
        /// Its log holds these entries with this root, or it declares that their log is lost.
        case holds
        /// It has fewer entries.
        case older(entries: Int)
        /// Its log has another name, or other entries.
        case other
        /// It has no entries.
        case empty
    }
}

extension LedgerView {
    /// What the log of a ledger is; nil before the first run.
    package static func state(_ path: String) throws -> LogState? {
        try LedgerFailure.translating(path) {
            try reading(path) { reader in
                guard let run = try reader.lastRun(), let origin = try reader.signers().last?.origin else { return nil }
                return LogState(origin: origin, entries: run.size, root: run.root.hexadecimal)
            }
        }
    }

    /// How a ledger stands to what a log was at an earlier moment.
    package static func fit(of state: LogState, in path: String) throws -> LogState.Fit {
        try LedgerFailure.translating(path) {
            try reading(path) { reader in
                guard let run = try reader.lastRun() else { return .empty }
                guard try reader.signers().contains(where: { $0.origin == state.origin }) else {
                    return try reader.breaks().contains { $0.origin == state.origin } ? .holds : .other
                }
                guard state.entries <= run.size else { return .older(entries: run.size) }
                return try reader.root(size: state.entries).hexadecimal == state.root ? .holds : .other
            }
        }
    }
}
