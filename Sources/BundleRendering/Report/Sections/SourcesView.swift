internal import AuditModel
internal import BundleFormat

/// Where the records came from.
struct SourcesView {
    struct Source {
        let number: String
        let name: String
        let digest: String
        let size: String
        let form: String
        let read: String
        let accepted: String
        let duplicates: String
        let conflicts: String
        let rejected: String
        let times: String
        let hasClaims: Bool
        let claims: String
    }

    /// More are in `sources.csv`.
    private static let maximum = 100

    let isFiltered: Bool
    let isEmpty: Bool
    let sources: [Source]
    let isCut: Bool
    let rest: String

    init(_ input: ReportInput) {
        isFiltered = input.isFiltered
        isEmpty = input.sources.isEmpty
        sources = input.sources.prefix(Self.maximum).enumerated().map {
            SourcesView.source($1, number: $0, isFiltered: input.isFiltered)
        }
        isCut = input.sources.count > Self.maximum
        rest = HTML.count(input.sources.count - sources.count)
    }

    private static func source(_ source: SourceSummary, number: Int, isFiltered: Bool) -> Source {
        Source(
            number: "\(number)", name: HTML.foreign(source.name), digest: source.sha256,
            size: HTML.count(source.size, "byte"), form: source.shape + (source.isGzip ? ", gzip" : ""),
            read: HTML.count(source.read), accepted: HTML.count(source.accepted),
            duplicates: HTML.count(source.duplicates), conflicts: HTML.count(source.conflicts),
            rejected: HTML.count(source.rejected), times: isFiltered ? "withheld" : times(source),
            hasClaims: !source.claims.isEmpty,
            claims: claims(source))
    }

    private static func times(_ source: SourceSummary) -> String {
        guard let first = source.firstTime, let last = source.lastTime else { return "no transition" }
        return "\(PeriodText.time(first)) to \(PeriodText.time(last))"
    }

    private static func claims(_ source: SourceSummary) -> String {
        let sorted = source.claims.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        return sorted.map { "<code>\(HTML.escape($0.key))</code> \(HTML.foreign($0.value))" }.joined(separator: ", ")
    }
}
