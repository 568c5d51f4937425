import AuditModel
import BundleFormat
import FileSystem
import Ledger
import ListingCoverage
import RecordIngest
import RecordIntake
import Spools
import StrictJSON
import ZipFormat

/// Up to what time each source has told everything; kept in a file beside the ledger, `LEDGER.coverage.json`.
///
/// It is no proof, and nothing signed rests on it: it decides only whether a period may be sealed yet.
struct SourceCoverage {
    private let path: String
    /// By source.
    private var until: [String: Timestamp] = [:]
    /// Which pages of listings came.
    private var listings: ListingCoverage
    /// Spools from which a file was taken: each has a folder for those.
    var taken: Set<String> = []
    /// SHA-256 of files that came less than whole, so that they do not count when they are met again.
    private var excluded: Set<String> = []
    /// The time of a run that took place long after the ledger was last written; nil if there was none such.
    private(set) var seen: Timestamp?
    /// The ledger that it was kept beside: its origin, and the entries that it had; nil in files of earlier versions.
    private(set) var ledger: (origin: String, entries: Int, sources: Int)?
    /// What the ledger itself tells of the spools; nil before it was asked.
    var spools: SpoolHistory?

    /// Where the sources were, and what of them was not read in full.
    var places = SourcePlaces()
    /// Which files at such a place the ledger has read.
    private let readFiles: ReadFiles
    /// What the file knew of sources and places, by digests, before the plan was looked at.
    private(set) var known: Set<String> = []
    /// The ledger that files were taken into: in a dry run a copy.
    var read: String {
        didSet { listings.ledger = read }
    }

    /// Reads what is known of the sources of a plan.
    init(_ plan: SchedulePlan) throws {
        path = plan.ledger + LedgerView.coverageSuffix
        read = plan.ledger
        listings = ListingCoverage(ledger: plan.ledger)
        readFiles = ReadFiles(plan.ledger)
        guard let bytes = try ReadOnlyFile.contentsIfPresent(path, limit: .max) else { return }
        guard let value = try? JSONValue(parsing: bytes), read(value) else {
            throw EnvironmentError(
                .unreadableInput, "\"\(path)\" is not what an earlier run wrote",
                hint: Hint(SourceCoverage.beginAnew(path, plan.sources)))
        }
        adopt(plan)
    }

    /// Lets the sources of a plan keep what is known of them, whatever they were called and wherever they were.
    private mutating func adopt(_ plan: SchedulePlan) {
        let names = Set(until.keys).union(listings.sources).union(taken)
        known = places.digests
        for name in names { known.formUnion(places.digests(of: name)) }
        let matches = places.adopt(plan, names: names)
        func renamed<Value>(_ values: [String: Value], both: (Value, Value) -> Value) -> [String: Value] {
            Dictionary(values.map { (matches[$0.key] ?? $0.key, $0.value) }, uniquingKeysWith: both)
        }
        until = renamed(until, both: max)
        listings.adopt(matches)
        taken = Set(taken.map { matches[$0] ?? $0 })
    }

    /// Why the periods of a source stay open because of what it left elsewhere; nil if nothing is in the way.
    func leftBehind(_ source: String, _ plan: SchedulePlan) -> String? {
        places.leftBehind(source, plan, knowing: readFiles)?.reason
    }

    /// By digests, what an archive waits for that sources left elsewhere, and what is known of those; empty if it waits for no such thing.
    func leftOpen(_ plan: SchedulePlan, _ archive: ScheduledArchive) -> Set<String> {
        let waiting = archive.expects.filter { leftBehind($0, plan) != nil }
        let gone = vanished(plan, archive: archive.name).map(\.source)
        return (waiting + gone).reduce(into: []) { $0.formUnion(places.digests(of: $1)) }
    }

    /// Takes note of the files of a source of which not everything was read.
    mutating func note(_ source: ScheduledSource, open: [String], _ plan: SchedulePlan) {
        places.note(source, open: open, plan, origin: spools?.origin)
    }

    /// Whether something has to be remembered though there is no ledger yet.
    var hasOpen: Bool { places.hasOpen }

    /// Sources that an archive waits for, though the plan has them no more, each with the reason.
    func vanished(_ plan: SchedulePlan, archive: String) -> [(source: String, reason: String)] {
        places.vanished(from: plan).compactMap { source in
            // Of a source of an earlier version only the name is known, so that every archive waits for it.
            guard let place = places[source], place.paths.isEmpty || place.archives.contains(archive),
                let reason = openListing(source) ?? leftBehind(source, plan)
            else { return nil }
            return (source, reason)
        }
    }

    /// What is said of a source that is vanished.
    static func vanishedText(_ vanished: (source: String, reason: String), archive: String) -> String {
        "source \(vanished.source) is not in the configuration any more, and archive \(archive) waits for what is open of it: "
            + vanished.reason
    }

    /// Takes note that somebody said why a period of an archive is sealed without what sources left behind that are in the plan no more.
    mutating func settle(_ plan: SchedulePlan, archive: String) {
        for (source, _) in vanished(plan, archive: archive)
        where places.settle(source, archive: archive, plan) {
            forget(source)
        }
    }

    private mutating func forget(_ source: String) {
        until[source] = nil
        listings.forget(source)
        taken.remove(source)
    }

    /// Puts the file aside and what was taken in back into the spools: read once more, it changes nothing in the ledger, and tells
    /// again what it covers, and of which listings pages have not come.
    private static func beginAnew(_ path: String, _ sources: [ScheduledSource]) -> ShellCommand {
        var command = ShellCommand("mv", .file(path), .file(path + ".old"))
        for source in sources {
            if let moving = source.movingBack { command = command.then(moving) }
        }
        return command
    }

    private mutating func read(_ value: JSONValue) -> Bool {
        func times(_ value: JSONValue?) -> [String: Timestamp]? {
            value?.object.map { $0.compactMapValues { $0.string.flatMap { try? Timestamp.parse($0).time } } }
        }
        seen = value["seen"]?.string.flatMap { try? Timestamp.parse($0).time }
        if let origin = value["ledger"]?["origin"]?.string, let entries = value["ledger"]?["entries"]?.integer {
            ledger = (origin, Int(entries), Int(value["ledger"]?["sources"]?.integer ?? 0))
        }
        guard let sources = times(value["sources"]), let digests = value["excluded"]?.array, listings.read(value)
        else { return false }
        until = sources
        excluded = Set(digests.compactMap(\.string))
        taken = Set((value["taken"]?.array ?? []).compactMap(\.string))
        if let value = value["places"] { places = SourcePlaces(value) ?? SourcePlaces() }
        // A time that cannot be read would be lost in silence.
        return self.value == value
    }

    private var value: JSONValue {
        func times(_ times: [String: Timestamp]) -> JSONValue { .object(times.mapValues { .string($0.text) }) }
        var members: [String: JSONValue] = [
            "excluded": .array(excluded.sorted().map(JSONValue.string)),
            "sources": times(until),
        ].merging(listings.members) { $1 }
        if !taken.isEmpty { members["taken"] = .array(taken.sorted().map(JSONValue.string)) }
        if places != SourcePlaces() { members["places"] = places.value }
        members["seen"] = seen.map { .string($0.text) }
        members["ledger"] = ledger.map { ledger in
            .object([
                "entries": .integer(Int64(ledger.entries)), "origin": .string(ledger.origin),
                "sources": .integer(Int64(ledger.sources)),
            ])
        }
        return .object(members)
    }

    /// Up to what time a source covers by what it said of itself; nil if nothing is known.
    func time(_ source: String) -> Timestamp? { until[source] }

    /// Whether a file was met before and came less than whole.
    func isExcluded(_ sha256: String) -> Bool { excluded.contains(sha256) }

    /// Remembers the time of a run, if the ledger was not written for long: the next run is not far behind it then.
    mutating func see(_ now: Timestamp, after last: Timestamp?) {
        guard let last, max(last, seen ?? last).adding(seconds: SourceCoverage.seenAfter) < now else { return }
        seen = now
    }

    /// Seconds without a sign of the clock after which a run leaves one.
    private static let seenAfter: Int64 = 30 * 86_400

    /// Takes note of what a run told of a source.
    ///
    /// - Returns: the names of files whose times decide nothing, and why.
    mutating func extend(
        _ source: ScheduledSource, _ result: IngestResult, now: Timestamp
    ) -> [(name: String, reason: String)] {
        var disbelieved: [(name: String, reason: String)] = []
        excluded.formUnion(result.shortfalls.keys)
        let first = SourceCoverage.firstPages(result, zone: source.zone)
        for (summary, isKnown) in inOrder(result, zone: source.zone) where !excluded.contains(summary.sha256) {
            let time = SourceCoverage.generated(summary, zone: source.zone)
            if source.coverage == .generatedAt {
                if let time, now < time {
                    disbelieved.append(
                        (
                            summary.name,
                            "its generatedAt is \(time.text), expected a time that is not after now, \(now.text)"
                        ))
                    continue
                }
                if time == nil, let text = SourceCoverage.generatedText(summary) {
                    disbelieved.append(
                        (
                            summary.name,
                            "its generatedAt \"\(text)\" is no time with a zone; the source may have a zone: of its own"
                        ))
                }
            }
            let generated = time.map { SourceCoverage.begin(of: summary, made: $0, first) }
            // A page of which nobody knows when it was made is as old as the run that reads it first.
            let isFirst = SourceCoverage.isPart(summary) && !isKnown
            guard let time = generated ?? (isFirst ? now : nil) else { continue }
            note(
                source.name, summary, time: time, isGenerated: time == generated, isKnown: isKnown,
                // A page without records has no deployments, which is known of it.
                listed: result.listed[summary.sha256] ?? (summary.read == 0 ? [] : nil))
        }
        return disbelieved
    }

    /// When answers were made that have others behind them and name no page, the oldest first.
    private static func firstPages(_ result: IngestResult, zone: String?) -> [Timestamp] {
        (result.knownSummaries + result.sources).filter {
            ListingPage($0.claims) == nil && ListingPage.isContinued($0.claims)
        }.compactMap { generated($0, zone: zone) }.sorted()
    }

    /// A listing is as old as its oldest page: when an answer was made that may be in front of one without a page.
    private static func begin(of summary: SourceSummary, made time: Timestamp, _ first: [Timestamp]) -> Timestamp {
        guard ListingPage(summary.claims) == nil else { return time }
        return first.first { $0 <= time && time <= $0.adding(seconds: day) } ?? time
    }

    /// Seconds in which all pages of a listing are made.
    private static let day = EnvelopeClaims.longestListing

    /// Whether a source is one of several pages of a listing, or may be.
    private static func isPart(_ summary: SourceSummary) -> Bool { ListingPage(summary.claims)?.isPart ?? false }

    /// The files of a run, those that were read before first, and each by its own time: a page belongs to the listing of its time.
    private func inOrder(_ result: IngestResult, zone: String?) -> [(summary: SourceSummary, isKnown: Bool)] {
        let all = result.knownSummaries.map { ($0, true) } + result.sources.map { ($0, false) }
        let timed = all.map { (file: $0, time: SourceCoverage.generated($0.0, zone: zone) ?? .unset) }
        // Stable, so that files of one time stay in their order.
        return timed.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map(
            \.element.file)
    }

    /// Forgets what was noted beside another ledger: that tells nothing of what this one has taken in.
    mutating func keep(for ledger: String?) {
        guard let own = self.ledger?.origin, own != ledger else { return }
        until = [:]
        listings.forgetAll()
        excluded = []
        places.forgetMarks()
        self.ledger = nil
    }

    /// Takes note of the sources that the ledger has read and this file does not know of: it is gone, older, or they came in by
    /// another command.
    ///
    /// What a file covers is not taken from them, only what is missing: a source whose file is still there gets it, else each.
    mutating func catchUp(_ plan: SchedulePlan, now: Timestamp) throws {
        let known = ledger?.sources ?? 0
        guard let extent = try LedgerView.extent(plan.ledger), known < extent.sources else { return }
        let summaries = try LedgerView.sources(plan.ledger, after: known).filter(SourceCoverage.isPart)
        for summary in summaries {
            let owners = plan.sources.filter { $0.holds(summary.name) }
            for source in owners.isEmpty ? plan.sources : owners {
                let time = SourceCoverage.generated(summary, zone: source.zone) ?? now
                note(source.name, summary, time: time, isGenerated: false, isKnown: true, listed: nil)
            }
        }
    }

    /// Writes what was taken note of, beside a ledger; a file that would not change is left alone.
    mutating func write(beside ledger: (origin: String, entries: Int, sources: Int)?) throws {
        self.ledger = ledger ?? self.ledger
        guard try ReadOnlyFile.contentsIfPresent(path, limit: .max) ?? [] != value.bytes else { return }
        try DurableFile.replace(path, with: value.bytes)
    }

    /// Why the newest listing of a source that is not whole is so; nil if all pages have come.
    func openListing(_ source: String) -> String? { listings.reason(source) }

    private mutating func note(
        _ source: String, _ summary: SourceSummary, time: Timestamp, isGenerated: Bool, isKnown: Bool,
        listed marks: [String]?
    ) {
        var covered: Timestamp? = time
        if let page = ListingPage(summary.claims) {
            covered = listings.add(page, to: source, time: time, isKnown: isKnown, listed: marks)
        }
        guard let covered, isGenerated else { return }
        until[source] = max(until[source] ?? covered, covered)
    }

    /// When a source says that it was written; nil unless it says that it succeeded, and an answer without records only if
    /// it says itself that there are none.
    private static func generated(_ summary: SourceSummary, zone: String?) -> Timestamp? {
        generatedText(summary).flatMap { time($0, zone: zone) }
    }

    private static func generatedText(_ summary: SourceSummary) -> String? {
        let claims = summary.claims
        // The page behind the last one may be empty, and a listing without deployments says so.
        let isEmpty =
            claims["totalCount"] == "0" || claims["recordCount"] == "0" || ListingPage(claims)?.page ?? 1 > 1
        guard ["true", nil].contains(claims["success"]), claims["isCached"] != "true",
            ListingPage.error(claims) == nil, summary.rejected == 0, summary.read > 0 || isEmpty
        else { return nil }
        return claims["generatedAt"]
    }

    /// A time that says its zone, or that of the source; nil for any other: taken for UTC it could be hours too late.
    private static func time(_ text: String, zone: String?) -> Timestamp? {
        guard let parsed = try? Timestamp.parse(text) else { return nil }
        if parsed.zone == .stated { return parsed.time }
        return zone.flatMap { try? Timestamp.parse(text + $0).time }
    }

    /// The time in the first line of a marker file, or the end of the period that it names; nil without the file.
    static func marker(_ path: String, zone: String? = nil, now: Timestamp) throws -> Timestamp? {
        guard FileStatus.exists(path) else { return nil }
        // Only a regular file: anything else could keep the run waiting.
        let file = try ByteStore.file(ReadOnlyFile(path))
        let bytes = try file.bytes(at: 0, count: 4096)
        let line = String(decoding: bytes.prefix { $0 != 0x0A && $0 != 0x0D }, as: UTF8.self)
        // A byte order mark is what some editors begin a file with.
        let text = line.filter { $0 != " " && $0 != "\t" && $0 != "\u{FEFF}" }
        guard let time = Period(label: text)?.to ?? time(text, zone: zone) else {
            throw EnvironmentError(
                .unreadableInput,
                "marker \"\(path)\" begins with \"\(line.prefix(40))\", expected a time with its zone, or a period such as 2026-02",
                hint: .command("head", .file(path)))
        }
        guard time <= now else {
            throw EnvironmentError(
                .unreadableInput, "marker \"\(path)\" says \(time.text), which lies after now",
                hint: .command("head", .file(path)))
        }
        return time
    }
}
