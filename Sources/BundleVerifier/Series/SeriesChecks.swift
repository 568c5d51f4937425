import AuditModel
import BundleFormat
import MerkleTree
import Signing
import StrictJSON

/// What a bundle says of its ledger and of its place in a series.
struct SeriesChecks {
    let bundle: UnverifiedBundle
    let description: JSONValue
    /// The trusted key that signed the bundle.
    let key: PublicKey?

    func add(to list: inout CheckList) {
        if let part = description["ledger"].flatMap(LedgerPart.init) { addCheckpoint(part, &list) }
        if let series = description["series"].flatMap(SeriesPart.init) { addSeries(series, &list) }
    }

    private func addCheckpoint(_ part: LedgerPart, _ list: inout CheckList) {
        guard let key else {
            return list.leaveOut("checkpoint", because: "no trusted key signed the bundle")
        }
        var problems: [String] = []
        let note = try? SignedNote(parsing: Array(part.checkpoint.utf8))
        let checkpoint = note.flatMap { try? Checkpoint(text: $0.text) }
        if checkpoint?.origin != part.origin || checkpoint?.size != UInt64(part.size)
            || checkpoint?.root != MerkleDigest(hexadecimal: part.root)?.bytes
        {
            problems.append("the checkpoint is not that of the log that bundle.json names")
        }
        if !(note?.isSigned(by: key, name: part.origin) ?? false) {
            problems.append("the checkpoint is not signed by the bundle's key")
        }
        list.add(
            "checkpoint", passed: "\(part.origin) at \(part.size) entries, signed by the bundle's key",
            problems: problems)
    }

    private func addSeries(_ series: SeriesPart, _ list: inout CheckList) {
        guard let bytes = (try? bundle.bytes(BundlePath.series)).flatMap({ $0 }),
            let file = try? JSONValue(parsing: bytes)
        else { return list.skip("series", because: "\(BundlePath.series) cannot be read") }
        let places = (file["places"]?.array ?? []).compactMap(SealedPlace.init)
        var problems: [String] = []
        let expected = JSONValue.object([
            "archive": .string(series.archive), "basis": description["basis"] ?? .null,
            "filters": description["filters"] ?? .null, "places": .array(places.map(\.value)),
        ])
        if file != expected || expected.file != bytes { problems.append("\(BundlePath.series) is not in form") }
        if places.map(\.sequence) != Array(1..<max(series.sequence, 1)) {
            problems.append("the earlier places are \(places.map(\.sequence)), expected 1 to \(series.sequence - 1)")
        }
        if series.sequence == 1, series.logStart != 0 {
            problems.append("the first place does not begin with the log")
        }
        if series.previous != places.last { problems.append("the previous place is not the last of the list") }
        problems += periods(series, places)
        list.add(
            "series",
            passed: "place \(series.sequence) of \"\(series.archive)\", \(places.count) earlier ones; "
                + "that these exist is not checked here", problems: problems)
    }

    /// Periods touch, revisions follow each other, and the next period is the one behind the last.
    private func periods(_ series: SeriesPart, _ places: [SealedPlace]) -> [String] {
        guard let (from, to) = description.periodBounds else { return ["the period cannot be read"] }
        var problems: [String] = []
        var latest: [Timestamp: SealedPlace] = [:]
        var end: Timestamp?
        let own = SealedPlace(
            sequence: series.sequence, revision: series.revision, name: description["name"]?.string ?? "", digest: "",
            from: from, to: to)
        for place in places + [own] {
            if let known = latest[place.from], known.to == place.to {
                if place.revision != known.revision + 1 { problems.append("place \(place.sequence) skips a revision") }
                if place.sequence == own.sequence, series.supersedes != known {
                    problems.append("it does not supersede the last bundle of its period")
                }
            } else {
                if place.revision != 0 {
                    problems.append("place \(place.sequence) corrects a period that was not sealed")
                }
                if let end, place.from != end {
                    problems.append("place \(place.sequence) does not begin where the last ends")
                }
                if place.sequence == own.sequence, series.supersedes != nil {
                    problems.append("it supersedes a bundle of another period")
                }
                end = place.to
            }
            latest[place.from] = place
        }
        let last = latest.values.max { $0.from < $1.from } ?? own
        let next = Period(from: last.from, to: last.to).following
        if series.next.from != next.from || series.next.to != next.to || series.next.due < next.to {
            problems.append("the next period is not the one behind the last")
        }
        return problems
    }

    /// Corrections: of each deployment the line that stands here, and another one before.
    static func addCorrections(
        _ bundle: UnverifiedBundle, _ description: JSONValue, to list: inout CheckList
    ) {
        guard let series = description["series"].flatMap(SeriesPart.init), series.revision > 0 else { return }
        let reader = LineArrayReader(BundlePath.corrections, of: bundle)
        var (after, count, problems) = ([Int64: [UInt8]](), 0, ProblemList())
        var (absent, last): (Set<String>, [UInt8]) = ([], [])
        while let element = reader.next() {
            count += 1
            guard let value = try? JSONValue(parsing: element), JSONValue.isCanonical(element),
                let id = value["deploymentId"]?.string,
                Set((value.object ?? [:]).keys) == ["after", "before", "deploymentId"],
                let new = value["after"], let old = value["before"]
            else {
                problems.add("an element is not in form")
                continue
            }
            if !last.isEmpty, !last.lexicographicallyPrecedes(Array(id.utf8)) { problems.add("\(id) is not in order") }
            last = Array(id.utf8)
            if new.bytes == old.bytes { problems.add("\(id) did not change") }
            for line in [new, old] where line != .null && line["deploymentId"]?.string != id {
                problems.add("\(id) has the line of another deployment")
            }
            if let row = new["row"]?.integer { after[row] = new.bytes } else { absent.insert(id) }
        }
        if let problem = reader.problem { problems.add(problem) }
        if count == 0 { problems.add("nothing is corrected") }
        compare(after, absent, bundle, &problems)
        list.add(
            "corrections", passed: "\(count) deployments corrected; what stood before is in the superseded bundle",
            problems: problems.all)
    }

    private static func compare(
        _ after: [Int64: [UInt8]], _ absent: Set<String>, _ bundle: UnverifiedBundle, _ problems: inout ProblemList
    ) {
        let trail = LineArrayReader(BundlePath.trail, of: bundle)
        var (row, found) = (Int64(0), 0)
        while let line = trail.next() {
            if let expected = after[row] {
                found += 1
                if expected != line { problems.add("row \(row) is not the line that the correction gives") }
            }
            if !absent.isEmpty, let id = (try? JSONValue(parsing: line))?["deploymentId"]?.string, absent.contains(id) {
                problems.add("\(id) is said to be gone, and is in row \(row)")
            }
            row += 1
        }
        if found != after.count { problems.add("\(after.count - found) corrected rows are not in the trail") }
    }
}
