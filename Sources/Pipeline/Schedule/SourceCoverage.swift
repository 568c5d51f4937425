import AuditModel
import BundleExport
import Glibc
import StrictJSON

/// Up to what time each source has told everything; kept in a file beside the ledger, `LEDGER.coverage.json`.
///
/// It is no proof, and nothing signed rests on it: it decides only whether a period may be sealed yet.
struct SourceCoverage {
    private let path: String
    private var until: [String: Timestamp] = [:]

    init(ledger: String) throws {
        path = ledger + ".coverage.json"
        let bytes = try LedgerJournal.contents(path)
        guard !bytes.isEmpty else { return }
        guard let value = try? JSONValue(parsing: bytes), let sources = value["sources"]?.object else {
            throw EnvironmentError(
                .unreadableInput, "\"\(path)\" is not what an earlier run wrote: expected an object with \"sources\"",
                hint: "mv \"\(path)\" \"\(path).old\"")
        }
        until = sources.compactMapValues { $0.string.flatMap { try? Timestamp.parse($0).time } }
    }

    /// Notes that a source covers everything up to a time; what it said before of a later time stays.
    mutating func extend(_ source: String, to time: Timestamp) throws {
        guard until[source].map({ $0 < time }) ?? true else { return }
        until[source] = time
        let value = JSONValue.object(["sources": .object(until.mapValues { .string($0.text) })])
        try DurableFile.replace(path, with: value.bytes)
    }

    /// Up to what time a source covers; nil if nothing is known.
    func time(_ source: ScheduledSource) throws -> Timestamp? {
        guard case .marker(let path) = source.coverage else { return until[source.name] }
        return try SourceCoverage.marker(path)
    }

    /// The time in the first line of a marker file, or the end of the period that it names; nil without the file.
    private static func marker(_ path: String) throws -> Timestamp? {
        guard InputSizes.exists(path) else { return nil }
        let bytes = try LedgerJournal.contents(path)
        let line = String(decoding: bytes.prefix { $0 != 0x0A && $0 != 0x0D }, as: UTF8.self)
        let text = line.filter { $0 != " " && $0 != "\t" }
        if let period = Period(label: text) { return period.to }
        if let time = try? Timestamp.parse(text).time { return time }
        throw EnvironmentError(
            .usage, "marker \"\(path)\" begins with \"\(line.prefix(40))\", expected a time or a period such as 2026-02"
        )
    }

    /// The latest time at which a source says that it was written, of the parts that say so and came whole.
    static func generated(_ result: IngestResult) -> Timestamp? {
        let fresh = result.isIncomplete ? [] : result.sources
        let known = result.knownSummaries.filter { ($0.claims["totalPages"] ?? "1") == "1" }
        return (fresh + known).compactMap { summary in
            guard summary.claims["success"] != "false", summary.claims["isCached"] != "true",
                summary.rejected == 0, let text = summary.claims["generatedAt"]
            else { return nil }
            return try? Timestamp.parse(text).time
        }.max()
    }
}
