import AuditModel
import BundleExport
import BundleFormat
import LedgerReading
import RecordAnalysis
import RecordStore
import StrictJSON

/// The sealed periods of a series that a ledger holds other content for than was sealed; looking changes nothing.
struct SealChanges {
    let ledger: LedgerFile
    let series: String
    let selection: Selection

    /// A sealed period whose content the log has changed.
    struct Change {
        var seal: SealEntry
        var corrections: [Correction]
    }

    /// The changes since the last position; none is looked for if nothing has come.
    func current() throws -> [Change] {
        try changes(try ledger.read { try mayHaveChanged($0) ? $0.seals(series) : [] })
    }

    /// Whether anything has come since the last position, or a correction is still to come; else no position need be looked at.
    private func mayHaveChanged(_ reader: LedgerReader) throws -> Bool {
        guard let last = try reader.lastSeal(series) else { return false }
        if last.request["pending"]?.array?.isEmpty == false { return true }
        return try !reader.changedDeployments(from: last.size, to: try reader.lastRun()?.size ?? 0).isEmpty
    }

    /// The sealed periods whose content the log has changed since the series' last position, oldest first.
    private func changes(_ seals: [SealEntry]) throws -> [Change] {
        guard let last = seals.last else { return [] }
        let current = SealChanges.latest(seals)
        // Up to the last position every period was looked at, but for those whose correction was still to come.
        let pending = Set((last.request["pending"]?.array ?? []).compactMap(\.string))
        let bases = current.map { pending.contains($0.from.text) ? $0.size : last.size }
        return try ledger.read { reader in
            let size = try reader.lastRun()?.size ?? 0
            let changed = try reader.changedDeployments(from: bases.min() ?? size, to: size)
            guard !changed.isEmpty else { return [] }
            let acceptances = try reader.acceptances()
            try requireStates(changed, reader, acceptances: acceptances)
            let periods = current.map { Period(from: $0.from, to: $0.to) }
            let days = periods.map(LedgerDays.init)
            var corrections: [Int: [Correction]] = [:]
            var lines: [Int: LineComparison] = [:]
            for base in Set(bases) {
                lines[base] = LineComparison(
                    reader: reader, before: base, after: size, selection: selection, acceptances: acceptances)
            }
            for deployment in changed {
                let active = try reader.activity(of: deployment).keys
                // What a decision replaced may have been of another day than what stands now.
                let isAnywhere = try reader.hasReplaced(deployment)
                for index in current.indices
                where isAnywhere || active.contains(where: { days[index].from <= $0 && $0 < days[index].to }) {
                    if let correction = try lines[bases[index]]?.compare(deployment, periods[index]) {
                        corrections[index, default: []].append(correction)
                    }
                }
            }
            for comparison in lines.values { try comparison.requireLeaves() }
            return corrections.sorted { $0.key < $1.key }.map { index, list in
                Change(
                    seal: current[index],
                    corrections: list.sorted { $0.deploymentID.lexicographicallyPrecedes($1.deploymentID) })
            }
        }
    }

    /// Requires that what is cached of deployments follows from their entries: it says which sealed periods they touch.
    private func requireStates(_ changed: [Int], _ reader: LedgerReader, acceptances: Acceptances) throws {
        for start in stride(from: 0, to: changed.count, by: 1024) {
            let numbers = changed[start..<min(start + 1024, changed.count)]
            let stored = try zip(numbers, reader.records(of: Array(numbers))).map { number, records in
                guard let id = try reader.identifier(of: number) else {
                    throw LedgerError(.broken, "deployment \(number): its row is gone, and entries are of it")
                }
                return HeldPiece.Stored(
                    number: number, id: id, records: records,
                    state: try reader.state(of: number))
            }
            _ = try HeldPiece(stored, days: nil, acceptances: acceptances)
        }
    }

    /// The latest bundle of each period, by period.
    private static func latest(_ seals: [SealEntry]) -> [SealEntry] {
        var latest: [Timestamp: SealEntry] = [:]
        for seal in seals { latest[seal.from] = seal }
        return latest.values.sorted { $0.from < $1.from }
    }
}
