import AuditModel
import BundleFormat
import FileSystem
import Ledger
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
    /// By source and listing, the latest time of each page.
    private var pages: [String: [String: [String: Timestamp]]] = [:]
    /// By source and listing, what tells the deployments of each page apart, until all of them have come.
    private var listed: [String: [String: [String: [String]]]] = [:]
    /// By source and listing, the latest time of a page of the last one that was whole: what is older says nothing new.
    private var whole: [String: [String: Timestamp]] = [:]
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
    var read: String

    /// Listings of one source that are remembered.
    private static let maximumListings = 8

    /// Reads what is known of the sources of a plan.
    init(_ plan: SchedulePlan) throws {
        path = plan.ledger + LedgerView.coverageSuffix
        read = plan.ledger
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
        let names = Set(until.keys).union(pages.keys).union(listed.keys).union(whole.keys).union(taken)
        known = places.digests
        for name in names { known.formUnion(places.digests(of: name)) }
        let matches = places.adopt(plan, names: names)
        func renamed<Value>(_ values: [String: Value], both: (Value, Value) -> Value) -> [String: Value] {
            Dictionary(values.map { (matches[$0.key] ?? $0.key, $0.value) }, uniquingKeysWith: both)
        }
        until = renamed(until, both: max)
        pages = renamed(pages) { $0.merging($1) { $0.merging($1, uniquingKeysWith: max) } }
        listed = renamed(listed) { $0.merging($1) { $0.merging($1) { $1 } } }
        whole = renamed(whole) { $0.merging($1, uniquingKeysWith: min) }
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
        pages[source] = nil
        listed[source] = nil
        whole[source] = nil
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
        guard let sources = times(value["sources"]), let digests = value["excluded"]?.array,
            let listings = value["pages"]?.object
        else { return false }
        until = sources
        excluded = Set(digests.compactMap(\.string))
        pages = listings.mapValues { ($0.object ?? [:]).compactMapValues(times) }
        whole = (value["whole"]?.object ?? [:]).compactMapValues(times)
        taken = Set((value["taken"]?.array ?? []).compactMap(\.string))
        if let value = value["places"] { places = SourcePlaces(value) ?? SourcePlaces() }
        listed = (value["listed"]?.object ?? [:]).mapValues { listings in
            (listings.object ?? [:]).mapValues { pages in
                (pages.object ?? [:]).mapValues { ($0.array ?? []).compactMap(\.string) }
            }
        }
        // A time that cannot be read would be lost in silence.
        return self.value == value
    }

    private var value: JSONValue {
        func times(_ times: [String: Timestamp]) -> JSONValue { .object(times.mapValues { .string($0.text) }) }
        var members: [String: JSONValue] = [
            "excluded": .array(excluded.sorted().map(JSONValue.string)),
            "pages": .object(pages.mapValues { .object($0.mapValues(times)) }), "sources": times(until),
        ]
        if !listed.isEmpty {
            members["listed"] = .object(
                listed.mapValues { listings in
                    .object(
                        listings.mapValues { pages in
                            .object(pages.mapValues { .array($0.map(JSONValue.string)) })
                        })
                })
        }
        if !whole.isEmpty { members["whole"] = .object(whole.mapValues(times)) }
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
            let isFirst = SourceCoverage.pageCount(summary) > 1 && !isKnown
            guard let time = generated ?? (isFirst ? now : nil) else { continue }
            note(
                source.name, summary, time: time, isGenerated: time == generated,
                listed: result.listed[summary.sha256])
        }
        return disbelieved
    }

    private typealias TimedPage = (claims: [String: String], time: Timestamp)

    /// Pages in front of others, of which nothing says how many there are; the oldest first.
    private static func firstPages(_ result: IngestResult, zone: String?) -> [TimedPage] {
        (result.knownSummaries + result.sources).filter { ListingClaims.mayPrecede($0.claims) }.compactMap { summary in
            generated(summary, zone: zone).map { (summary.claims, $0) }
        }.sorted { $0.time < $1.time }
    }

    /// A listing is as old as its oldest page: when a page of it was made that may be in front of one.
    private static func begin(of summary: SourceSummary, made time: Timestamp, _ first: [TimedPage]) -> Timestamp {
        guard pageCount(summary) == 1 else { return time }
        let day = ListingClaims.longestListing
        return first.first {
            $0.time <= time && time <= $0.time.adding(seconds: day) && ListingClaims.precedes($0.claims, summary.claims)
        }?.time ?? time
    }

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
        pages = [:]
        listed = [:]
        whole = [:]
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
        let summaries = try LedgerView.sources(plan.ledger, after: known).filter { SourceCoverage.pageCount($0) > 1 }
        for summary in summaries {
            let owners = plan.sources.filter { $0.holds(summary.name) }
            for source in owners.isEmpty ? plan.sources : owners {
                let time = SourceCoverage.generated(summary, zone: source.zone) ?? now
                note(source.name, summary, time: time, isGenerated: false, listed: nil)
            }
        }
    }

    /// Writes what was taken note of, beside a ledger; a file that would not change is left alone.
    mutating func write(beside ledger: (origin: String, entries: Int, sources: Int)?) throws {
        self.ledger = ledger ?? self.ledger
        guard try ReadOnlyFile.contentsIfPresent(path, limit: .max) ?? [] != value.bytes else { return }
        try DurableFile.replace(path, with: value.bytes)
    }

    /// Why the newest listing of a source is not whole; nil if all its pages have come.
    func openListing(_ source: String) -> String? {
        let newest = pages[source, default: [:]].max { newestTime($0.value) < newestTime($1.value) }
        guard let (name, times) = newest, let count = SourceCoverage.pageCount(listing: name) else { return nil }
        // A whole listing that is newer has everything that an older one could lack.
        if let whole = whole[source]?.values.max(), newestTime(times) < whole { return nil }
        let missing = (1...count).filter { times["\($0)"] == nil }
        guard let first = missing.first else { return repeated(name, count: count, of: source) }
        return "a listing of \(count) pages misses \(missing.count), such as page \(first)"
    }

    /// Why a listing of which all pages have come has fewer different deployments than it counts; nil if it has them all.
    ///
    /// Pages repeat deployments when the listing changes while they are fetched, and then lack others.
    private func repeated(_ listing: String, count: Int, of source: String) -> String? {
        let parts = listing.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard let total = parts.first.flatMap({ Int($0) }) else { return nil }
        let pages = listed[source]?[listing] ?? [:]
        guard pages.count >= count else {
            // This file is gone or older, or the run that read a page ended before it was written. The ledger tells less exactly.
            guard parts.count == 3, FileStatus.exists(read),
                (try? LedgerView.isOpenListing(total: parts[0], pages: parts[1], size: parts[2], read)) ?? true
            else { return nil }
            return
                "a listing of \(total) deployments has \(count) pages, and which deployments came with them is not known any more: "
                + "fetch all pages again, for one run"
        }
        let found = pages.values.reduce(into: Set<String>()) { $0.formUnion($1) }.count
        guard found < total else { return nil }
        return
            "a listing of \(total) deployments has \(found) different ones in its \(count) pages: fetch all pages again"
    }

    private func newestTime(_ times: [String: Timestamp]) -> Timestamp { times.values.max() ?? .unset }

    /// The pages of the listing that a source is one of; 1 if it is whole.
    private static func pageCount(_ summary: SourceSummary) -> Int {
        ListingClaims.pageCount(
            pages: summary.claims["totalPages"], total: summary.claims["totalCount"], size: summary.claims["pageSize"])
    }

    private static func pageCount(listing name: String) -> Int? {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3 else { return nil }
        return ListingClaims.pageCount(pages: parts[1], total: parts[0], size: parts[2])
    }

    private mutating func note(
        _ source: String, _ summary: SourceSummary, time: Timestamp, isGenerated: Bool, listed digests: [String]?
    ) {
        let count = SourceCoverage.pageCount(summary)
        var covered: Timestamp? = isGenerated ? time : nil
        if count > 1 {
            let names = ["totalCount", "totalPages", "pageSize"]
            let listing = names.map { summary.claims[$0] ?? "" }.joined(separator: "/")
            if let last = whole[source]?[listing], time <= last { return }
            var own = pages[source, default: [:]][listing, default: [:]]
            let page = summary.claims["page"] ?? ""
            // Pages that were not made within a day are of two listings that look alike.
            let day = ListingClaims.longestListing
            if let newest = own.values.max(), time.adding(seconds: day) < newest { return }
            for (page, made) in own where made.adding(seconds: day) < time {
                own[page] = nil
                listed[source]?[listing]?[page] = nil
            }
            own[page] = max(own[page] ?? time, time)
            pages[source, default: [:]][listing] = own
            if let digests { listed[source, default: [:]][listing, default: [:]][page] = digests }
            // All pages, each as of its own time: the listing is as old as its oldest page.
            let hasPages = own.count >= count && (1...count).allSatisfy { own["\($0)"] != nil }
            let isWhole = hasPages && repeated(listing, count: count, of: source) == nil
            covered = isWhole && covered != nil ? own.values.min() : nil
            if isWhole {
                forgetListed(listing, of: source)
                pages[source]?[listing] = nil
                whole[source, default: [:]][listing] = own.values.max()
            }
            forgetListings(of: source)
        }
        if let covered { until[source] = max(until[source] ?? covered, covered) }
    }

    private mutating func forgetListed(_ listing: String, of source: String) {
        listed[source]?[listing] = nil
        if listed[source]?.isEmpty ?? false { listed[source] = nil }
    }

    private mutating func forgetListings(of source: String) {
        guard let own = pages[source], own.count > SourceCoverage.maximumListings else { return }
        let newest = own.sorted { ($0.value.values.max() ?? .unset) > ($1.value.values.max() ?? .unset) }
        pages[source] = Dictionary(
            uniqueKeysWithValues: newest.prefix(SourceCoverage.maximumListings).map { ($0.key, $0.value) })
        for listing in newest.dropFirst(SourceCoverage.maximumListings) { forgetListed(listing.key, of: source) }
    }

    /// When a source says that it was written; nil unless it says that it succeeded, and an answer without records only if
    /// it says itself that there are none.
    private static func generated(_ summary: SourceSummary, zone: String?) -> Timestamp? {
        generatedText(summary).flatMap { time($0, zone: zone) }
    }

    private static func generatedText(_ summary: SourceSummary) -> String? {
        let claims = summary.claims
        let isEmpty = claims["totalCount"] == "0" || claims["recordCount"] == "0"
        guard ["true", nil].contains(claims["success"]), claims["isCached"] != "true", claims["errorMessage"] == nil,
            claims["error"] == nil, summary.rejected == 0, summary.read > 0 || isEmpty
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
