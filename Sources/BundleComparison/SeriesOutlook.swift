import AuditModel
import BundleFormat
import BundleReading

/// A series with what is looked up in it again and again, so that time grows with what the bundles hold and no faster.
struct SeriesOutlook {
    private let comparison: SeriesComparison
    private var members: [SeriesMember] { comparison.members }
    /// By position, where bundles stand that claim it.
    private let bySequence: [Int: [Int]]
    /// By period, its last position.
    private let lastPosition: [[Timestamp]: Int]
    /// Positions in order, with the largest log from there on; and that of the bundles that are first of their period.
    private let sizes: [(sequence: Int, size: Int)]
    private let firstSizes: [(sequence: Int, size: Int)]
    /// Records by time; and transitions by deployment.
    private let byTime: [(time: Timestamp, entry: Int)]
    private let byDeployment: [ShortDigest: [Int]]

    init(_ comparison: SeriesComparison) {
        self.comparison = comparison
        var bySequence: [Int: [Int]] = [:]
        var lastPosition: [[Timestamp]: Int] = [:]
        for (index, member) in comparison.members.enumerated() {
            bySequence[member.series.sequence, default: []].append(index)
            let period = [member.period.from, member.period.to]
            lastPosition[period] = max(lastPosition[period] ?? 0, member.series.sequence)
        }
        self.bySequence = bySequence
        self.lastPosition = lastPosition
        sizes = SeriesOutlook.largestSizes(comparison.members)
        firstSizes = SeriesOutlook.largestSizes(comparison.members.filter { $0.position.revision == 0 })
        var byTime: [(time: Timestamp, entry: Int)] = []
        var byDeployment: [ShortDigest: [Int]] = [:]
        for (index, record) in comparison.records {
            byTime.append((record.time, index))
            if record.isTransition { byDeployment[record.deployment, default: []].append(index) }
        }
        self.byTime = byTime.sorted { $0.time < $1.time }
        self.byDeployment = byDeployment
    }

    private static func largestSizes(_ members: [SeriesMember]) -> [(sequence: Int, size: Int)] {
        var largest = 0
        return members.sorted { $0.series.sequence > $1.series.sequence }.map { member in
            largest = max(largest, member.size)
            return (member.series.sequence, largest)
        }.reversed()
    }

    /// What is wrong with a bundle beside the others; nil for one alone.
    func problems(of index: Int, _ parts: PartRecords.Lookup?) -> [String]? {
        guard members.count > 1 else { return nil }
        return chain(index) + leftOut(members[index], parts)
    }

    private func chain(_ index: Int) -> [String] {
        let own = members[index]
        var problems: [String] = []
        func others(_ sequence: Int) -> [SeriesMember] {
            (bySequence[sequence] ?? []).filter { $0 != index }.map { members[$0] }
        }
        for other in others(own.series.sequence) where other.digest != own.digest {
            problems.append("another bundle, \"\(other.name)\", has its position \(own.series.sequence)")
        }
        if let previous = own.series.previous {
            for other in others(previous.sequence) {
                if let problem = SeriesOutlook.difference(previous, other) {
                    problems.append(
                        "the bundle at position \(previous.sequence) \(problem ?? "is not the one that it follows")")
                }
            }
        }
        for other in others(own.series.sequence - 1) where other.size != own.series.logStart {
            problems.append("its log does not begin where that of position \(other.series.sequence) ends")
        }
        for position in own.positions {
            for other in bySequence[position.sequence] ?? [] where other != index {
                if let problem = SeriesOutlook.difference(position, members[other]) {
                    problems.append(
                        problem.map { "the bundle at position \(position.sequence) \($0)" }
                            ?? "it lists another bundle at position \(position.sequence)")
                }
            }
        }
        for seal in own.seals {
            for other in others(seal.position.sequence) {
                guard let problem = SeriesOutlook.difference(seal.position, other) else { continue }
                problems.append(
                    problem.map { "the bundle at position \(seal.position.sequence) \($0)" }
                        ?? "its log says that \"\(seal.position.name)\" was sealed at position \(seal.position.sequence), not "
                        + "\"\(other.name)\"")
            }
        }
        if let superseded = own.series.supersedes {
            for other in others(superseded.sequence) {
                if let problem = SeriesOutlook.difference(superseded, other) {
                    problems.append(
                        "the bundle at position \(superseded.sequence) \(problem ?? "is not the one that it supersedes")"
                    )
                }
                if let before = own.trails?.superseded, let standing = other.trails?.standing, before != standing {
                    problems.append(
                        "\(BundlePath.corrections) is not what differs from the bundle at position \(superseded.sequence)"
                    )
                }
            }
        }
        let before = own.series.sequence - 1
        if before >= sizes.first?.sequence ?? 1, bySequence[before] == nil {
            problems.append("the bundle at position \(before) is missing")
        }
        return problems
    }

    /// How a position that was signed later differs from what stands there now; nil if it does not.
    ///
    /// The inner nil means that it is another bundle; a text says which members of the same one differ.
    private static func difference(_ signed: SeriesPosition, _ found: SeriesMember) -> String?? {
        guard signed != found.position else { return nil }
        guard signed.digest == found.digest, signed.name == found.name else { return .some(nil) }
        return "says that it is of \(found.position.words), and was signed as of \(signed.words)"
    }

    /// Entries of the log that a bundle has to have taken into account.
    ///
    /// Those of its own time; of the latest bundle of a period all that were there when a later position was taken, since sealed
    /// periods are corrected before anything else is sealed. One of several corrections is no such position.
    private func knownSize(_ own: SeriesMember, by sizes: [(sequence: Int, size: Int)]) -> Int {
        if let last = lastPosition[[own.period.from, own.period.to]], last > own.series.sequence { return own.size }
        let later = sizes.firstIndex { $0.sequence > own.series.sequence }
        return max(own.size, later < sizes.count ? sizes[later].size : 0)
    }

    /// Records that other bundles' logs tell of, that belong here, and that this bundle does not hold.
    ///
    /// Of a deployment in the bundle each transition of before the period's end; by activity each transition of the period;
    /// on either basis the deployment that a record says was created in the period. Whether other records of a deployment in the
    /// bundle are of after the period, the log does not show: ``missing(_:in:)``.
    /// Which deployments a filter leaves out is not known here, nor are all decisions on those in the bundle, unless their lines are shown.
    private func leftOut(_ own: SeriesMember, _ parts: PartRecords.Lookup?) -> [String] {
        let size = knownSize(own, by: firstSizes)
        var candidates: Set<Int> = []
        for deployment in own.deployments { candidates.formUnion(byDeployment[deployment] ?? []) }
        if !own.isFiltered { candidates.formUnion(ofPeriod(own)) }
        return candidates.filter { entry in
            guard entry < size, let record = comparison.records[entry], record.time < own.period.to,
                !own.holds(entry), !(comparison.replaced[entry].map { $0 < size } ?? false)
            else { return false }
            if own.isFiltered, parts?.showsDecisions(from: entry, to: size) != true { return false }
            return !own.holds(event: record.event)
        }.sorted().map { "entry \($0), which the log of another bundle shows, belongs here and is left out" }
    }

    /// Records of the period that an unfiltered bundle has: by activity each transition, on either basis what creates a deployment.
    private func ofPeriod(_ own: SeriesMember) -> [Int] {
        let first = byTime.firstIndex { $0.time >= own.period.from }
        let end = byTime.firstIndex { $0.time >= own.period.to }
        return byTime[first..<max(first, end)].map(\.entry).filter { entry in
            guard let record = comparison.records[entry] else { return false }
            return record.isTransition ? own.isByActivity : !own.deployments.contains(record.deployment)
        }
    }

    /// Deployment records and columns of rows that bundles of the ledger show, that belong here, and that a bundle does not hold.
    ///
    /// Of each deployment in the bundle, whatever its filter is, all that its log has, but for what a decision replaced and records
    /// of after the period. Of the latest bundle of a period also the records that had come when a period was sealed behind it: before
    /// that what is sealed is corrected. Columns may change nothing, and then there is no correction.
    func missing(_ parts: PartRecords.Lookup, in index: Int) -> [String] {
        let own = members[index]
        let later = knownSize(own, by: firstSizes)
        return own.deployments.flatMap(parts.entries).filter { entry in
            let size = entry < own.size || parts.isColumns(entry) ? own.size : later
            guard entry < size, !own.holds(entry), parts.stands(entry, in: size),
                parts.isKnown(entry, by: own.period.to) ?? false
            else { return false }
            // A bundle shows the decisions of its own part on all its deployments.
            return entry >= own.series.logStart && size == own.size || parts.showsDecisions(from: entry, to: size)
        }.sorted().map { entry in
            parts.isColumns(entry)
                ? "entry \(entry), columns of CSV rows of a deployment that is here, is left out"
                : "entry \(entry), a deployment record that another bundle shows as one of before the period's end, is left out"
        }
    }

    /// What is wrong with the tombstones beside the bundles and tombstones around them.
    func tombstoneProblems() -> [String] {
        members.filter(\.isRemoved).sorted { $0.series.sequence < $1.series.sequence }.flatMap { own in
            guard own.series.sequence > 1 else {
                return own.series.logStart == 0
                    ? []
                    : ["the tombstone of \(own.name) says that the log of position 1 begins at \(own.series.logStart)"]
            }
            let before = (bySequence[own.series.sequence - 1] ?? []).map { members[$0] }
            return before.filter { $0.size != own.series.logStart }.map { other in
                "the tombstone of \(own.name) says that its log begins at \(own.series.logStart), and that of "
                    + "\(other.name) ends at \(other.size)"
            }
        }
    }
}

extension SeriesPosition {
    /// Period and revision, for a message.
    fileprivate var words: String { "\(from.text) to \(to.text), revision \(revision)" }
}
