package import AuditModel
import BundleFormat
import FileSystem
package import Ledger
import LedgerFiles
import LedgerReading
import MerkleTree
import RecordStore
import Signing

extension LedgerView {
    /// Where a ledger stands.
    package struct Status: Sendable {
        package var entries = 0
        package var runs = 0
        package var sources = 0
        package var deployments = 0
        package var quarantined = 0
        package var superseded = 0
        /// Accepted transitions and deployment records.
        package var records = 0
        /// Contradictions that no decision has settled.
        package var disputes = 0
        /// Periods that are sealed, and the bundles that were made of them.
        package var sealedPeriods = 0
        package var seals = 0
        /// Sealed periods that records touch which came since: the next export looks at them.
        package var latePeriods: [String] = []
        /// Bytes of the file.
        package var bytes = 0
        package var root = ""
        package var origin = ""
        /// Size that the signed checkpoint names; nil if there is none.
        package var checkpoint: Int?
        /// Time of acceptance of the last run.
        package var lastReceived: Timestamp?
    }

    /// Where a ledger stands, which has to fit its checkpoint.
    package static func status(_ path: String) throws -> Status {
        try LedgerFailure.translating(path) {
            try LedgerFile(path, .read).read { reader in
                var status = Status()
                let runs = try reader.runs()
                status.entries = runs.last?.run.size ?? 0
                status.runs = runs.count
                status.root = runs.last?.run.root.hexadecimal ?? ""
                status.lastReceived = runs.last?.received
                status.sources = try reader.count(.source)
                status.deployments = try reader.count(.deployment)
                status.quarantined = try reader.count(.quarantine)
                status.superseded = try reader.supersededCount()
                let tally = try reader.tally().days.values
                let replaced = try reader.replaced(size: .max)
                status.records =
                    tally.reduce(0) { $0 + $1.records + $1.transitions + $1.superseded } + replaced.transitions
                    + replaced.records
                status.disputes = try reader.openDisputes()
                status.bytes = FileStatus.size(ofRegularFile: path) ?? 0
                status.seals = try reader.count(.seal)
                (status.sealedPeriods, status.latePeriods) = try periods(reader, status.entries)
                status.origin = try reader.signers().last?.origin ?? ""
                status.checkpoint = try CheckpointFile.check(path, reader).map { Int($0.size) }
                return status
            }
        }
    }

    /// The number of sealed periods of all series, and the names of those that later records touch.
    private static func periods(_ reader: LedgerReader, _ size: Int) throws -> (count: Int, late: [String]) {
        var latest: [String: SealEntry] = [:]
        var ends: [String: Int] = [:]
        for seal in try reader.seals() {
            latest["\(seal.series) \(seal.from.text)"] = seal
            ends[seal.series] = seal.size
        }
        guard let start = ends.values.min() else { return (latest.count, []) }
        var times: [Timestamp] = []
        try reader.entries(from: start, to: size) { entry in
            guard let kind = LogRecord.Kind(rawValue: entry.record.kind), kind != .columns else { return }
            var held = HeldRecords(batch: 0)
            if let head = held.head(entry.record, kind, sha256: MerkleHash.emptyRoot, received: .unset),
                let time = head.time
            {
                times.append(time)
            }
        }
        let late = latest.values.filter { seal in times.contains { seal.from <= $0 && $0 < seal.to } }
        return (latest.count, late.map(\.name).sorted())
    }
}
