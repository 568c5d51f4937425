import AuditModel
import BundleFormat
import FileSystem
import Ledger
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
    /// By source and listing, the latest time of each page.
    private var pages: [String: [String: [String: Timestamp]]] = [:]
    /// By source and listing, what tells the deployments of each page apart, until all of them have come.
    private var listed: [String: [String: [String: [String]]]] = [:]
    /// By source and listing, the pages that say that another one is behind them, where nothing says how many there are.
    private var continued: [String: [String: Set<Int>]] = [:]
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
        continued = renamed(continued) { $0.merging($1) { $0.union($1) } }
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
        continued[source] = nil
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
        continued = (value["continued"]?.object ?? [:]).mapValues { listings in
            (listings.object ?? [:]).mapValues { Set(($0.array ?? []).compactMap { $0.integer.map { Int($0) } }) }
        }
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
        if !continued.isEmpty {
            members["continued"] = .object(
                continued.mapValues { listings in
                    .object(listings.mapValues { .array($0.sorted().map { .integer(Int64($0)) }) })
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
            let isFirst = SourceCoverage.isPart(summary) && !isKnown
            guard let time = generated ?? (isFirst ? now : nil) else { continue }
            note(
                source.name, summary, time: time, isGenerated: time == generated, isKnown: isKnown,
                listed: result.listed[summary.sha256])
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
        pages = [:]
        listed = [:]
        continued = [:]
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
    func openListing(_ source: String) -> String? {
        let newest = pages[source, default: [:]].sorted {
            (newestTime($1.value), $0.key) < (newestTime($0.value), $1.key)
        }
        for (name, times) in newest {
            // A whole listing that is newer has everything that an older one could lack.
            if let whole = whole[source]?.values.max(), newestTime(times) < whole { return nil }
            if let reason = missing(name, times, of: source) { return reason }
        }
        return nil
    }

    /// Why a listing is not whole; nil if all its pages have come, and as many deployments as it says.
    private func missing(_ name: String, _ times: [String: Timestamp], of source: String) -> String? {
        guard let listing = SourceCoverage.listing(name) else { return nil }
        let count = pageCount(listing, name, of: source)
        let missing = (0..<count).filter { times["\($0 + 1)"] == nil }
        guard let first = missing.first else { return repeated(name, listing, count: count, of: source) }
        let pages =
            listing.pages == nil ? "at least \(CountedNoun.text(count, "page"))" : CountedNoun.text(count, "page")
        return "a listing of \(pages) misses \(missing.count), such as page \(first + 1)"
    }

    /// Why a listing of which all pages have come has not as many different deployments as it counts; nil if it has.
    ///
    /// Pages repeat deployments when the listing changes while they are fetched, and then lack others; and pages of two listings may
    /// look alike.
    private func repeated(
        _ name: String, _ listing: ListingPage.Listing, count: Int, of source: String
    ) -> String? {
        // The file of the only page was held against its total when it was read.
        guard let total = listing.total, listing.pages != 1 else { return nil }
        let pages = listed[source]?[name] ?? [:]
        guard pages.count >= count else {
            // This file is gone or older, or the run that read a page ended before it was written. The ledger tells less exactly.
            guard FileStatus.exists(read), (try? LedgerView.isOpenListing(listing, read)) ?? true else { return nil }
            return
                "a listing of \(total) deployments has \(CountedNoun.text(count, "page")), and which deployments came with them is not "
                + "known any more: fetch all pages again, for one run"
        }
        let found = pages.values.reduce(into: Set<String>()) { $0.formUnion($1) }.count
        guard found != total else { return nil }
        let pagesText = CountedNoun.text(pages.count, "page")
        if found > total {
            return
                "a listing of \(total) deployments has \(found) different ones in its \(pagesText): fetch all pages again, and give "
                + "each listing a source of its own"
        }
        return
            "a listing of \(total) deployments has \(found) different ones in its \(pagesText): fetch all pages again"
    }

    private func newestTime(_ times: [String: Timestamp]) -> Timestamp { times.values.max() ?? .unset }

    /// How many pages a listing has: as it says, or up to the highest that came or that another one says is behind it.
    private func pageCount(_ listing: ListingPage.Listing, _ name: String, of source: String) -> Int {
        if let count = listing.pages { return min(max(count, 1), SourceCoverage.maximumPages) }
        let highest = pages[source]?[name]?.keys.compactMap { Int($0) }.max() ?? 0
        let behind = listing.isUncounted ? (continued[source]?[name]?.max() ?? -1) : -1
        return min(max(highest, behind + 1), SourceCoverage.maximumPages)
    }

    /// More pages than any listing has.
    private static let maximumPages = 1_000_000

    private static func name(_ listing: ListingPage.Listing) -> String {
        [listing.total, listing.pageCount, listing.pageSize].map { $0.map { "\($0)" } ?? "" }.joined(separator: "/")
    }

    private static func listing(_ name: String) -> ListingPage.Listing? {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 3 else { return nil }
        return ListingPage.Listing(total: parts[0], pageCount: parts[1], pageSize: parts[2])
    }

    private mutating func note(
        _ source: String, _ summary: SourceSummary, time: Timestamp, isGenerated: Bool, isKnown: Bool,
        listed marks: [String]?
    ) {
        var covered: Timestamp? = time
        if let page = ListingPage(summary.claims) {
            covered = add(page, to: source, time: time, isKnown: isKnown, listed: marks)
            forgetListings(of: source)
        }
        guard let covered, isGenerated else { return }
        until[source] = max(until[source] ?? covered, covered)
    }

    /// Adds a page to its listing; returns the time of its oldest page if it is whole now.
    private mutating func add(
        _ page: ListingPage, to source: String, time: Timestamp, isKnown: Bool, listed marks: [String]?
    ) -> Timestamp? {
        let name = SourceCoverage.name(page.listing)
        // What was read before is met again in every run, as long as its file is there.
        if let last = whole[source]?[name], isKnown ? time <= last : time < last { return nil }
        var own = pages[source]?[name] ?? [:]
        // Pages that were not made within a day are of two listings that look alike.
        if let newest = own.values.max(), time.adding(seconds: SourceCoverage.day) < newest { return nil }
        for (other, made) in own where made.adding(seconds: SourceCoverage.day) < time {
            own[other] = nil
            listed[source]?[name]?[other] = nil
            if let number = Int(other) { continued[source]?[name]?.remove(number) }
        }
        let number = "\(page.page)"
        own[number] = max(own[number] ?? time, time)
        pages[source, default: [:]][name] = own
        if let marks, page.listing.pages != 1 {
            let both = Set(listed[source]?[name]?[number] ?? []).union(marks)
            listed[source, default: [:]][name, default: [:]][number] = both.sorted()
        }
        if page.listing.isUncounted {
            if page.isContinued {
                continued[source, default: [:]][name, default: []].insert(page.page)
            } else {
                continued[source]?[name]?.remove(page.page)
            }
        }
        guard missing(name, own, of: source) == nil else { return nil }
        // Where nothing says how many pages there are, a further one may come; and an empty one behind the only page.
        if page.listing.isUncounted || page.listing.pages == 1 {
            return own.filter { Int($0.key) ?? 0 <= page.page }.values.min()
        }
        forgetListed(name, of: source)
        pages[source]?[name] = nil
        whole[source, default: [:]][name] = own.values.max()
        return own.values.min()
    }

    /// Lets go of what tells the deployments of a listing apart, and of pages behind others.
    private mutating func forgetListed(_ listing: String, of source: String) {
        continued[source]?[listing] = nil
        if continued[source]?.isEmpty ?? false { continued[source] = nil }
        listed[source]?[listing] = nil
        if listed[source]?.isEmpty ?? false { listed[source] = nil }
    }

    private mutating func forgetListings(of source: String) {
        guard let own = pages[source], own.count > SourceCoverage.maximumListings else { return }
        // Those that lack something stay longest.
        let open = Set(own.filter { missing($0.key, $0.value, of: source) != nil }.keys)
        let order = own.keys.sorted { one, other in
            if open.contains(one) != open.contains(other) { return open.contains(one) }
            return newestTime(own[one] ?? [:]) > newestTime(own[other] ?? [:])
        }
        for name in order.dropFirst(SourceCoverage.maximumListings) {
            pages[source]?[name] = nil
            forgetListed(name, of: source)
        }
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
