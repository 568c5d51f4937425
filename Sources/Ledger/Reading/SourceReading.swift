import BundleFormat
import LedgerFiles
import MerkleTree
import RecordStore

/// A file that a ledger has read, and when in its log.
package struct SourceReading: Sendable, Equatable {
    /// In hexadecimal.
    package let sha256: String
    package let bytes: Int
    /// The entries that the log had after the run that read the file.
    package let entries: Int
}

extension LedgerView {
    /// Every file that a ledger has read, in order.
    package static func readings(_ path: String) throws -> [SourceReading] {
        try LedgerFailure.translating(path) {
            try reading(path) { reader in
                try reader.sourceReadings().map {
                    SourceReading(sha256: MerkleDigest($0.sha256)?.hexadecimal ?? "", bytes: $0.bytes, entries: $0.size)
                }
            }
        }
    }
}

extension KnownSources {
    /// The SHA-256 of those of some files that a ledger has read, in hexadecimal.
    package static func held(_ paths: [String], in path: String) throws -> Set<String> {
        try LedgerFailure.translating(path) {
            Set(try split(paths, LedgerFile(path, .read)).known.map(\.summary.sha256))
        }
    }
}
