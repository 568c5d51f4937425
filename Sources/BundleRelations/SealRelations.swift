import AuditModel
package import BundleFormat

/// The seals that a log shows: each has the name that its series, period and revision give, the size that its place gives, and
/// follows the seal of its series before it.
package struct SealRelations: Sendable {
    /// What the log showed of a series so far.
    private struct Series {
        var last: SeriesPosition
        /// By the beginning of a period, its last bundle.
        var latest: [Timestamp: SeriesPosition] = [:]
        /// Where the last period of revision 0 ends.
        var end: Timestamp?
    }

    /// Whether the entries are those from the log's beginning on.
    private let isWhole: Bool
    /// By the series' name in the log.
    private var all: [String: Series] = [:]
    /// The last entry that is a key.
    private var lastKey: Int?

    package init(isWhole: Bool) { self.isWhole = isWhole }

    /// Takes a key: one that is new with a seal stands right before it.
    package mutating func takeKey(at index: Int) { lastKey = index }

    /// Takes a seal, and says everything that does not fit.
    package mutating func take(_ seal: LogEntry.Seal, at index: Int) -> [String] {
        var problems: [String] = []
        let own = seal.position
        if seal.sealed < own.to { problems.append("seals a period that has not ended") }
        // A bundle is made from the log as it is when its seal is entered.
        let isBehindKey = lastKey.map { $0 == index - 1 } ?? false
        if seal.size != index, !(isBehindKey && seal.size == index - 1) {
            problems.append("seals a log of \(seal.size) entries, expected \(isBehindKey ? index - 1 : index)")
        }
        if !SeriesName.isName(of: own, archive: seal.archive, isFiltered: seal.isFiltered) {
            problems.append("seals \"\(own.name)\", which is not the name of its archive, period and revision")
        }
        if own.revision >= own.sequence { problems.append("seals more revisions than there are positions") }
        return problems + follow(own, of: seal.series)
    }

    private mutating func follow(_ own: SeriesPosition, of name: String) -> [String] {
        var problems: [String] = []
        let known = all[name]
        if let last = known?.last.sequence ?? (isWhole ? 0 : nil), own.sequence != last + 1 {
            problems.append("seals position \(own.sequence) of its series, expected \(last + 1)")
        }
        let before = known?.latest[own.from]
        if own.revision == 0 {
            if before != nil { problems.append("seals a period again that was sealed") }
            if let end = known?.end, own.from != end {
                problems.append("seals a period that does not begin where the one before it ends")
            }
        } else if let before {
            if own.revision != before.revision + 1 || own.to != before.to { problems.append("skips a revision") }
        } else if isWhole {
            problems.append("corrects a period that was not sealed")
        }
        var series = known ?? Series(last: own)
        series.last = own
        series.latest[own.from] = own
        if own.revision == 0 { series.end = own.to }
        all[name] = series
        return problems
    }
}
