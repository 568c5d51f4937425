import AuditModel
import BundleFormat
import BundleReading
import MerkleTree

/// The deployment records and the columns of CSV rows that the bundles of one ledger show.
///
/// The log does not say when a deployment record was updated, so no single log tells whether one is of after a period. The trail of any
/// bundle of the ledger does that shows the record: then every bundle that has the deployment has to place it alike.
/// Memory is two short digests for each record.
struct PartRecords {
    /// What the log says of a record.
    struct Entry {
        /// Whether it is of columns of CSV rows, which have no time.
        var isColumns: Bool
        var deployment: ShortDigest
        var content: ShortDigest
    }

    /// By index, of several logs the one that was read first: that leaves differ is the matter of ``LedgerComparison``.
    private var entries: [Int: Entry] = [:]
    /// By content, when it was updated; the inner nil for a record that does not say it.
    private var updates: [ShortDigest: Timestamp?] = [:]
    /// The entries that decisions replaced, with the number of the decision.
    private var replaced: [Int: Int] = [:]
    /// Decisions that a filter withholds, and those that are shown.
    private var decisions: (withheld: Set<Int>, shown: Set<Int>) = ([], [])
    /// The parts of the log that are shown, from the position before to the bundle's own size.
    private var parts: [Range<Int>] = []

    /// Takes the content of a deployment record that a trail shows.
    mutating func add(content: [UInt8], updatedAt: Timestamp?) {
        updates[ShortDigest(content)] = .some(updatedAt)
    }

    /// Takes the part of the log that a bundle shows.
    mutating func add(part: Range<Int>) {
        if !parts.contains(part) { parts.append(part) }
    }

    /// Takes a line of a log.
    mutating func add(_ row: LogRow) {
        switch row.entry {
        case .record(let record):
            guard record.kind != .transition, entries[row.index] == nil else { return }
            entries[row.index] = Entry(
                isColumns: record.kind == .columns, deployment: ShortDigest(Array(record.deploymentID)),
                content: ShortDigest(record.contentSHA256))
        case .withheld(.decision): decisions.withheld.insert(row.index)
        case .other(let body):
            guard case .decision(let decision)? = LogEntry(body)?.kind else { return }
            decisions.shown.insert(row.index)
            for entry in decision.replaces { replaced[entry] = row.index }
        case .hidden, .withheld: return
        }
    }

    /// The same, to look up.
    struct Lookup {
        private let records: PartRecords
        private let byDeployment: [ShortDigest: [Int]]
        /// The parts of the log that are shown, in order, joined where they touch.
        private var stretches: [Range<Int>] = []
        /// Decisions that no bundle shows, in order.
        private let unknown: [Int]

        init(_ records: PartRecords) {
            self.records = records
            byDeployment = Dictionary(grouping: records.entries.keys) { index in
                // Every key has a value.
                records.entries[index]?.deployment ?? ShortDigest([])
            }
            unknown = records.decisions.withheld.subtracting(records.decisions.shown).sorted()
            for part in records.parts.sorted(by: { $0.lowerBound < $1.lowerBound }) {
                if let last = stretches.last, part.lowerBound <= last.upperBound {
                    stretches[stretches.count - 1] = last.lowerBound..<max(last.upperBound, part.upperBound)
                } else {
                    stretches.append(part)
                }
            }
        }

        /// The entries of a deployment.
        func entries(of deployment: ShortDigest) -> [Int] { byDeployment[deployment] ?? [] }

        func isColumns(_ entry: Int) -> Bool { records.entries[entry]?.isColumns ?? false }

        /// Whether a deployment record is not of after a time, and columns never are; nil if no trail shows the record.
        func isKnown(_ entry: Int, by end: Timestamp) -> Bool? {
            guard let found = records.entries[entry], !found.isColumns else { return true }
            return records.updates[found.content].map { $0.map { $0 < end } ?? true }
        }

        /// Whether no decision replaced an entry in a log of that size, as far as it is shown.
        func stands(_ entry: Int, in size: Int) -> Bool {
            records.replaced[entry].map { $0 >= size } ?? true
        }

        /// Whether every decision behind an entry is shown, in a log of that size.
        func showsDecisions(from entry: Int, to size: Int) -> Bool {
            let next: Int = unknown.firstIndex { $0 > entry }
            return stretches.contains { $0.lowerBound <= entry && size <= $0.upperBound }
                && (next == unknown.count || unknown[next] >= size)
        }
    }
}
