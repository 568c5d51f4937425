import AuditModel
import BundleFormat
import MerkleTree
import StrictJSON

/// Compares sealed bundles of one series that are verified together: what no single one can tell.
///
/// The log of each says what came since the place before; a record that it sends to the period of another has to be there.
struct SeriesAcross {
    /// What one bundle says of an entry.
    private struct Entry {
        var leaf: MerkleDigest
        /// nil for an entry that is no record, or that is hidden.
        var record: LogRecord?
    }

    /// One bundle.
    private struct Member {
        var series: SeriesPart
        var name: String
        var digest: String
        var size: Int
        var period: (from: Timestamp, to: Timestamp)
        var isByActivity: Bool
        var isFiltered: Bool
        /// The series' name in the log.
        var seriesName = ""
        /// Entries whose records are in the bundle.
        var inBundle: Set<Int> = []
        /// Deployment and time of each of them, for rows that another record stands for; and the deployments.
        var events: Set<[UInt8]> = []
        var deployments: Set<[UInt8]> = []
        /// The earlier places that it lists.
        var places: [SealedPlace] = []
        /// The bundles of the series that its log says were sealed: place, digest and name.
        var seals: [(sequence: Int, digest: String, name: String)] = []
        var problems: [String] = []
    }

    private var members: [String: [Member]] = [:]
    private var entries: [String: [Int: Entry]] = [:]
    /// By series, the entries that decisions replaced, with the number of the decision.
    private var replaced: [String: [Int: Int]] = [:]
    /// Where each bundle stands, by the order in which they were added.
    private var places: [(series: String, index: Int)?] = []

    /// Takes in a bundle; one that is not sealed says nothing here.
    mutating func add(_ bundle: UnverifiedBundle) {
        guard let description = bundle.json(BundlePath.bundle), let name = UnverifiedBundle.seriesKey(description),
            let ledger = description["ledger"].flatMap(LedgerPart.init),
            let series = description["series"].flatMap(SeriesPart.init), let period = description.periodBounds,
            let anchor = bundle.content(BundlePath.tagManifest)
        else { return places.append(nil) }
        var member = Member(
            series: series, name: description["name"]?.string ?? "",
            digest: ContentDigest.hexadecimal(of: anchor), size: ledger.size, period: period,
            isByActivity: description["basis"]?.string == Basis.activity.rawValue,
            isFiltered: description["scope"]?.string != "full")
        member.seriesName = String(
            decoding: JSONValue.object([
                "archive": .string(series.archive), "basis": description["basis"] ?? .null,
                "filters": description["filters"] ?? .null,
            ]).bytes, as: UTF8.self)
        member.places = bundle.listedPlaces
        read(bundle, &member, &entries[name, default: [:]], &replaced[name, default: [:]])
        places.append((name, members[name, default: []].count))
        members[name, default: []].append(member)
    }

    private func read(
        _ bundle: UnverifiedBundle, _ member: inout Member, _ entries: inout [Int: Entry], _ replaced: inout [Int: Int]
    ) {
        guard let cursor = EntryCursor(BundlePath.log, of: bundle), cursor.takes(CSV.row(LogRow.columns)) else {
            return
        }
        while let line = cursor.nextLine() {
            guard let row = LogRow(line: line) else { continue }
            var entry = Entry(leaf: row.leaf)
            if case .record(let record) = row.entry {
                entry.record = record
                if row.place == .inBundle {
                    member.inBundle.insert(row.index)
                    member.deployments.insert(record.deploymentID)
                    member.events.insert(record.event)
                }
            }
            if case .other(let body) = row.entry, let value = try? JSONValue(parsing: body) {
                read(value, row.index, &member, &replaced)
            }
            if let known = entries[row.index], known.leaf != row.leaf {
                member.problems.append("entry \(row.index) has another leaf than in another bundle of the series")
            }
            if entries[row.index]?.record == nil { entries[row.index] = entry }
        }
    }

    /// Takes in an entry that is no record: what a decision replaces, and what was sealed.
    private func read(_ value: JSONValue, _ index: Int, _ member: inout Member, _ replaced: inout [Int: Int]) {
        switch value["type"]?.string {
        case "decision":
            for entry in value["replaces"]?.array ?? [] {
                if let number = entry.integer { replaced[Int(number)] = index }
            }
        case "seal":
            guard value["series"]?.string == member.seriesName, let sequence = value["sequence"]?.integer,
                let digest = value["digest"]?.string, let name = value["name"]?.string
            else { return }
            member.seals.append((Int(sequence), digest, name))
        default: break
        }
    }

    /// What is wrong with each bundle beside the others, in the order in which they were added; nil for one alone.
    func problems() -> [[String]?] {
        places.map { place in
            guard let place, let all = members[place.series], all.count > 1 else { return nil }
            return all[place.index].problems + chain(all, place.index)
                + leftOut(
                    all[place.index], knownSize(all, place.index), entries[place.series] ?? [:],
                    replaced[place.series] ?? [:])
        }
    }

    private func chain(_ all: [Member], _ index: Int) -> [String] {
        let own = all[index]
        var problems: [String] = []
        for (number, other) in all.enumerated() where number != index {
            if other.series.sequence == own.series.sequence, other.digest != own.digest {
                problems.append("another bundle, \"\(other.name)\", has its place \(own.series.sequence)")
            }
            if let previous = own.series.previous, previous.sequence == other.series.sequence,
                previous.digest != other.digest || previous.name != other.name
            {
                problems.append("the bundle at place \(previous.sequence) is not the one that it follows")
            }
            if other.series.sequence == own.series.sequence - 1, other.size != own.series.logStart {
                problems.append("its log does not begin where that of place \(other.series.sequence) ends")
            }
            for place in own.places
            where place.sequence == other.series.sequence && (place.digest != other.digest || place.name != other.name)
            {
                problems.append("it lists another bundle at place \(place.sequence)")
            }
            for seal in own.seals
            where seal.sequence == other.series.sequence && (seal.digest != other.digest || seal.name != other.name) {
                problems.append(
                    "its log says that \"\(seal.name)\" was sealed at place \(seal.sequence), not \"\(other.name)\"")
            }
            if let superseded = own.series.supersedes, superseded.sequence == other.series.sequence,
                superseded.digest != other.digest
            {
                problems.append("the bundle at place \(superseded.sequence) is not the one that it supersedes")
            }
        }
        let sequences = Set(all.map(\.series.sequence))
        let first = sequences.min() ?? 1
        if own.series.sequence > first, !sequences.contains(own.series.sequence - 1) {
            problems.append("the bundle at place \(own.series.sequence - 1) is missing")
        }
        return problems
    }

    /// Entries of the log that a bundle has to have taken into account.
    ///
    /// Those of its own time; of the latest bundle of a period all that were there when a later place was taken, since sealed
    /// periods are corrected before anything else is sealed.
    private func knownSize(_ all: [Member], _ index: Int) -> Int {
        let own = all[index]
        let later = all.filter { $0.series.sequence > own.series.sequence }
        if later.contains(where: { $0.period == own.period }) { return own.size }
        return max(own.size, later.map(\.size).max() ?? 0)
    }

    /// Records that other bundles' logs tell of, that belong here, and that this bundle does not hold.
    private func leftOut(
        _ own: Member, _ size: Int, _ entries: [Int: Entry], _ replaced: [Int: Int]
    ) -> [String] {
        guard !own.isFiltered else { return [] }
        return entries.filter { index, entry in
            guard index < size, let record = entry.record, let time = record.time, time < own.period.to,
                !own.inBundle.contains(index), !(replaced[index].map { $0 < size } ?? false)
            else { return false }
            let (isHere, isInPeriod) = (own.deployments.contains(record.deploymentID), own.period.from <= time)
            return switch record.kind {
            case .transition:
                (isHere || isInPeriod && own.isByActivity) && !own.events.contains(record.event)
            // A deployment whose records are all of later is in a bundle without a line of its log.
            case .deployment, .columns: false
            }
        }.keys.sorted().map { "entry \($0), which the log of another bundle shows, belongs here and is left out" }
    }
}
