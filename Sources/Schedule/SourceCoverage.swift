import AuditModel
import BundleFormat
import FileSystem
import Ledger
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
    /// SHA-256 of files that came less than whole, so that they do not count when they are met again.
    private var excluded: Set<String> = []

    /// Listings of one source that are remembered.
    private static let maximumListings = 8

    init(ledger: String) throws {
        path = ledger + ".coverage.json"
        guard let bytes = try ReadOnlyFile.contentsIfPresent(path, limit: .max) else { return }
        guard let value = try? JSONValue(parsing: bytes), read(value) else {
            throw EnvironmentError(
                .unreadableInput, "\"\(path)\" is not what an earlier run wrote",
                hint: .command("mv", .file(path), .file(path + ".old")))
        }
    }

    private mutating func read(_ value: JSONValue) -> Bool {
        func times(_ value: JSONValue?) -> [String: Timestamp]? {
            value?.object.map { $0.compactMapValues { $0.string.flatMap { try? Timestamp.parse($0).time } } }
        }
        guard let sources = times(value["sources"]), let digests = value["excluded"]?.array,
            let listings = value["pages"]?.object
        else { return false }
        until = sources
        excluded = Set(digests.compactMap(\.string))
        pages = listings.mapValues { ($0.object ?? [:]).compactMapValues(times) }
        // A time that cannot be read would be lost in silence.
        return self.value == value
    }

    private var value: JSONValue {
        func times(_ times: [String: Timestamp]) -> JSONValue { .object(times.mapValues { .string($0.text) }) }
        return .object([
            "excluded": .array(excluded.sorted().map(JSONValue.string)),
            "pages": .object(pages.mapValues { .object($0.mapValues(times)) }), "sources": times(until),
        ])
    }

    /// Up to what time a source covers by what it said of itself; nil if nothing is known.
    func time(_ source: String) -> Timestamp? { until[source] }

    /// Takes note of what a run told of a source.
    ///
    /// Returns what was said of a time after `now`, which is not believed.
    mutating func extend(_ source: String, _ result: IngestResult, now: Timestamp) throws -> [String] {
        let before = value
        var disbelieved: [String] = []
        for summary in result.sources where result.incomplete.contains(summary.sha256) || summary.rejected > 0 {
            excluded.insert(summary.sha256)
        }
        for summary in result.sources + result.knownSummaries {
            guard let time = SourceCoverage.generated(summary), !excluded.contains(summary.sha256) else { continue }
            guard time <= now else {
                disbelieved.append("\(summary.name) says \(time.text)")
                continue
            }
            note(source, summary, time: time)
        }
        if value != before { try DurableFile.replace(path, with: value.bytes) }
        return disbelieved
    }

    private mutating func note(_ source: String, _ summary: SourceSummary, time: Timestamp) {
        let count = summary.claims["totalPages"].flatMap(Int.init) ?? 1
        var covered: Timestamp? = time
        if count > 1 {
            let names = ["totalCount", "totalPages", "pageSize"]
            let listing = names.map { summary.claims[$0] ?? "" }.joined(separator: "/")
            var own = pages[source, default: [:]][listing, default: [:]]
            let page = summary.claims["page"] ?? ""
            own[page] = max(own[page] ?? time, time)
            pages[source, default: [:]][listing] = own
            // All pages, each as of its own time: the listing is as old as its oldest page.
            let times = (1...count).map { own["\($0)"] }
            covered = times.contains(nil) ? nil : times.compactMap(\.self).min()
            forgetListings(of: source)
        }
        if let covered { until[source] = max(until[source] ?? covered, covered) }
    }

    private mutating func forgetListings(of source: String) {
        guard let own = pages[source], own.count > SourceCoverage.maximumListings else { return }
        let newest = own.sorted { ($0.value.values.max() ?? .unset) > ($1.value.values.max() ?? .unset) }
        pages[source] = Dictionary(
            uniqueKeysWithValues: newest.prefix(SourceCoverage.maximumListings).map { ($0.key, $0.value) })
    }

    /// When a source says that it was written; nil unless it says that it succeeded, and an answer without records only if
    /// it says itself that there are none.
    private static func generated(_ summary: SourceSummary) -> Timestamp? {
        let claims = summary.claims
        let isEmpty = claims["totalCount"] == "0" || claims["recordCount"] == "0"
        guard ["true", nil].contains(claims["success"]), claims["isCached"] != "true", claims["errorMessage"] == nil,
            claims["error"] == nil, summary.rejected == 0, summary.read > 0 || isEmpty,
            let text = claims["generatedAt"]
        else { return nil }
        return try? Timestamp.parse(text).time
    }

    /// The time in the first line of a marker file, or the end of the period that it names; nil without the file.
    static func marker(_ path: String, now: Timestamp) throws -> Timestamp? {
        guard FileStatus.exists(path) else { return nil }
        // Only a regular file: anything else could keep the run waiting.
        let file = try ByteStore.file(ReadOnlyFile(path))
        let bytes = try file.bytes(at: 0, count: 4096)
        let line = String(decoding: bytes.prefix { $0 != 0x0A && $0 != 0x0D }, as: UTF8.self)
        let text = line.filter { $0 != " " && $0 != "\t" }
        guard let time = Period(label: text)?.to ?? (try? Timestamp.parse(text).time) else {
            throw EnvironmentError(
                .unreadableInput,
                "marker \"\(path)\" begins with \"\(line.prefix(40))\", expected a time or a period such as 2026-02",
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
