package import ArchiveFormat
import AuditModel
package import BundleFormat
package import BundleReading
import MerkleTree
import StrictJSON

/// Compares sealed bundles of one series that are verified together: what no single one can tell.
///
/// The log of each says what came since the position before; a record that it sends to the period of another has to be there.
package struct SeriesAcross {
    private var all: [String: SeriesComparison] = [:]
    /// Where each bundle stands, by the order in which they were added.
    private var positions: [(series: String, index: Int)?] = []
    private var listing = SequenceListing()

    package init() {}

    /// Adds a bundle; one that is not sealed, or not in form, says nothing here.
    ///
    /// - Returns: the earlier positions that it lists.
    @discardableResult
    package mutating func add(_ claims: BundleClaims) -> ArraySlice<SeriesPosition> {
        guard let sealed = try? claims.description.value?.sealedClaims(), let anchor = claims.anchor else {
            positions.append(nil)
            return []
        }
        var member = SeriesMember(sealed, digest: ContentDigest.hexadecimal(of: anchor))
        member.positions = listing.positions(claims)
        member.trails = TrailDigests(claims.bundle)
        let name = String(decoding: sealed.seriesKey.bytes, as: UTF8.self)
        all[name, default: SeriesComparison()].read(claims.bundle, &member)
        positions.append((name, all[name, default: SeriesComparison()].add(member)))
        return member.positions
    }

    /// Adds what stands for a bundle that is gone; there is no verdict on it.
    package mutating func add(_ tombstone: Tombstone) {
        let name = String(decoding: tombstone.series.bytes, as: UTF8.self)
        _ = all[name, default: SeriesComparison()].add(SeriesMember(tombstone))
    }

    /// What is wrong with each bundle beside the others, in the order in which they were added; nil for one alone.
    package func problems() -> [[String]?] {
        let outlooks = all.mapValues(SeriesOutlook.init)
        return positions.map { position in position.flatMap { outlooks[$0.series]?.problems(of: $0.index) } }
    }
}

extension SeriesAcross {
    /// What the logs of the bundles of a series say was sealed, by position; of several, the first that was added.
    package func seals(ofSeries series: String) -> [Int: LogEntry.Seal] {
        var seals: [Int: LogEntry.Seal] = [:]
        for member in all[series]?.members ?? [] {
            for seal in member.seals where seals[seal.position.sequence] == nil { seals[seal.position.sequence] = seal }
        }
        return seals
    }
}

extension SeriesPosition {
    /// Period and revision, for a message.
    fileprivate var words: String { "\(from.text) to \(to.text), revision \(revision)" }
}

/// The lists of earlier positions of bundles, of which each begins as those of later ones do.
private struct SequenceListing {
    private var known: (text: [UInt8], positions: [SeriesPosition], ends: [Int]) = ([], [], [])

    /// Decodes a list; one that begins as one that was decoded is the beginning of that.
    mutating func positions(_ claims: BundleClaims) -> ArraySlice<SeriesPosition> {
        guard let text = claims.bundle.content(BundlePath.series) else { return [] }
        // What stands behind the last position: the ends of the list, of the object and of the line.
        let length = text.count - 3
        if length > 0, known.text.count >= length, text[..<length] == known.text[..<length],
            let count = known.ends.firstIndex(of: length)
        {
            return known.positions[...count]
        }
        let positions = claims.series().value?.positions ?? []
        if positions.count > known.positions.count { remember(positions, text, length: length) }
        return positions[...]
    }

    /// Keeps a list if the text ends with the canonical form of its positions: else nobody knows where they stand in it.
    private mutating func remember(_ positions: [SeriesPosition], _ text: [UInt8], length: Int) {
        var list: [UInt8] = []
        var ends: [Int] = []
        for position in positions {
            if !list.isEmpty { list.append(UInt8(ascii: ",")) }
            list += position.value.bytes
            ends.append(list.count)
        }
        guard length >= list.count, text[(length - list.count)..<length] == list[...] else { return }
        known = (text, positions, ends.map { length - list.count + $0 })
    }
}

/// The bundles of one series and the entries of its log that they show.
struct SeriesComparison {
    fileprivate private(set) var members: [SeriesMember] = []
    fileprivate private(set) var entries: [Int: SeriesEntry] = [:]
    /// The entries that decisions replaced, with the number of the decision.
    fileprivate private(set) var replaced: [Int: Int] = [:]

    /// Adds a bundle, and returns where it stands.
    fileprivate mutating func add(_ member: SeriesMember) -> Int {
        members.append(member)
        return members.count - 1
    }

    /// Reads the log of a bundle.
    fileprivate mutating func read(_ bundle: UnverifiedBundle, _ member: inout SeriesMember) {
        guard let cursor = EntryCursor(parsing: BundlePath.log, of: bundle), cursor.consume(CSV.row(LogRow.columns))
        else {
            return
        }
        while let line = cursor.nextLine() {
            guard let row = LogRow(line: line) else { continue }
            var entry = SeriesEntry(leaf: row.leaf)
            if case .record(let record) = row.entry { entry.record = read(record, row, for: &member) }
            if case .other(let body) = row.entry, let other = LogEntry(body) { read(other, row.index, for: &member) }
            if let known = entries[row.index], known.leaf != row.leaf {
                member.problems.append("entry \(row.index) has another leaf than in another bundle of the series")
            }
            if entries[row.index]?.record == nil { entries[row.index] = entry }
        }
        member.inBundle.sort()
        member.events.sort()
    }

    private func read(
        _ record: LogRecord, _ row: LogRow, for member: inout SeriesMember
    ) -> SeriesEntry.Record? {
        let deployment = ShortDigest(Array(record.deploymentID))
        let event = ShortDigest(record.event)
        if row.destination == .inBundle {
            member.inBundle.append(row.index)
            member.deployments.insert(deployment)
            member.events.append(event)
        }
        return record.time.map {
            SeriesEntry.Record(
                isTransition: record.kind == .transition, time: $0, deployment: deployment, event: event)
        }
    }

    /// Reads an entry that is no record: what a decision replaces, and what was sealed.
    private mutating func read(_ entry: LogEntry, _ index: Int, for member: inout SeriesMember) {
        switch entry.kind {
        case .decision(let decision): for entry in decision.replaces { replaced[entry] = index }
        case .seal(let seal): if seal.series == member.seriesName { member.seals.append(seal) }
        case .key, .run, .request, .recovery: break
        }
    }
}

/// A series with what is looked up in it again and again, so that time grows with what the bundles hold and no faster.
private struct SeriesOutlook {
    private let comparison: SeriesComparison
    private var members: [SeriesMember] { comparison.members }
    /// By position, where bundles stand that claim it.
    private let bySequence: [Int: [Int]]
    /// By period, its last position.
    private let lastPosition: [[Timestamp]: Int]
    /// Positions in order, with the largest log from there on.
    private let sizes: [(sequence: Int, size: Int)]
    /// Transitions by time; and by deployment.
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
        var largest = 0
        sizes = bySequence.keys.sorted(by: >).map { sequence in
            largest = max(largest, (bySequence[sequence] ?? []).map { comparison.members[$0].size }.max() ?? 0)
            return (sequence, largest)
        }.reversed()
        var byTime: [(time: Timestamp, entry: Int)] = []
        var byDeployment: [ShortDigest: [Int]] = [:]
        for (index, entry) in comparison.entries {
            guard let record = entry.record, record.isTransition else { continue }
            byTime.append((record.time, index))
            byDeployment[record.deployment, default: []].append(index)
        }
        self.byTime = byTime.sorted { $0.time < $1.time }
        self.byDeployment = byDeployment
    }

    /// What is wrong with a bundle beside the others; nil for one alone.
    func problems(of index: Int) -> [String]? {
        guard members.count > 1 else { return nil }
        return members[index].problems + chain(index) + leftOut(members[index])
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
    /// periods are corrected before anything else is sealed.
    private func knownSize(_ own: SeriesMember) -> Int {
        if let last = lastPosition[[own.period.from, own.period.to]], last > own.series.sequence { return own.size }
        let later = sizes.firstIndex { $0.sequence > own.series.sequence }
        return max(own.size, later < sizes.count ? sizes[later].size : 0)
    }

    /// Records that other bundles' logs tell of, that belong here, and that this bundle does not hold.
    ///
    /// A deployment whose records are all of later is in a bundle without a line of its log, so only transitions count.
    private func leftOut(_ own: SeriesMember) -> [String] {
        guard !own.isFiltered else { return [] }
        let size = knownSize(own)
        var candidates: Set<Int> = []
        for deployment in own.deployments { candidates.formUnion(byDeployment[deployment] ?? []) }
        if own.isByActivity {
            let first = byTime.firstIndex { $0.time >= own.period.from }
            let end = byTime.firstIndex { $0.time >= own.period.to }
            candidates.formUnion(byTime[first..<max(first, end)].map(\.entry))
        }
        return candidates.filter { entry in
            guard entry < size, let record = comparison.entries[entry]?.record, record.time < own.period.to,
                !own.holds(entry), !(comparison.replaced[entry].map { $0 < size } ?? false)
            else { return false }
            return !own.holds(event: record.event)
        }.sorted().map { "entry \($0), which the log of another bundle shows, belongs here and is left out" }
    }
}
