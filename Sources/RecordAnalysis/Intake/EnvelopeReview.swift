import AuditModel
import RecordContent
import RecordIngest

/// What envelopes say of themselves, held against what came with them.
enum EnvelopeReview {
    /// What each envelope of a source says: that it failed, that it is old, that it is simulated, how much it holds.
    static func findings(_ source: LoadedSource, _ number: Int) -> [Finding] {
        var findings: [Finding] = []
        for (envelope, firstLine) in source.envelopes {
            let position = SourcePosition(
                source: number, line: firstLine + envelope.position.line, offset: envelope.position.offset)
            if envelope.isCached { findings.append(Finding(.sourceCached, position: position)) }
            if let failure = envelope.failure {
                findings.append(
                    Finding(
                        .sourceIncomplete, expected: "a request that succeeded", actual: failure, position: position))
            }
            if let value = envelope.simulation {
                findings.append(Finding(.simulatedEvidence, actual: value, position: position))
            }
        }
        return findings + wrongCounts(source, number)
    }

    /// Counts of records that are not those that came: one envelope says exactly how many, several may share some.
    private static func wrongCounts(_ source: LoadedSource, _ number: Int) -> [Finding] {
        let counts = source.envelopes.compactMap(\.envelope.recordCount)
        guard let most = counts.max() else { return [] }
        let found = source.distinctDeployments
        let sum = counts.reduce(0) { $0.addingReportingOverflow($1).partialValue }
        guard found < most || found > sum else { return [] }
        return [
            Finding(
                .sourceIncomplete, expected: "recordCount \(found < most ? most : sum)", actual: "\(found) deployments",
                position: SourcePosition(source: number, line: 1, offset: 0))
        ]
    }

    // MARK: Listings

    /// Envelopes of one listing: those with the same total, number of pages and size of a page.
    private struct Listing: Hashable {
        var total: Int?
        var pageCount: Int?
        var pageSize: Int?
        /// an envelope that names no page has all that its source has; it belongs to no other.
        var loneSource: Int?

        init?(_ envelope: EnvelopeClaims, source: Int) {
            guard envelope.totalCount != nil || envelope.totalPages != nil else { return nil }
            total = envelope.totalCount
            pageCount = envelope.totalPages
            pageSize = envelope.pageSize
            loneSource = envelope.page == nil ? source : nil
        }
    }

    /// The pages of a listing in one source, and the deployments that came with them.
    private struct Pages {
        var source: Int
        var pages: Set<Int>
        var found: Int
    }

    /// Pages that other pages say exist, and totals that the pages at hand do not reach.
    static func missingPages(_ sources: [LoadedSource]) -> [Finding] {
        var listings: [Listing: [Pages]] = [:]
        for (number, source) in sources.enumerated() {
            for (listing, pages) in self.pages(source, number) { listings[listing, default: []].append(pages) }
        }
        return listings.compactMap { missing($1, of: $0) }
    }

    private static func pages(_ source: LoadedSource, _ number: Int) -> [Listing: Pages] {
        var result: [Listing: Pages] = [:]
        for (envelope, _) in source.envelopes {
            guard let listing = Listing(envelope, source: number) else { continue }
            let new = Pages(source: number, pages: [], found: 0)
            result[listing, default: new].pages.insert(envelope.page ?? 1)
        }
        guard !result.isEmpty else { return [:] }
        let found = source.distinctDeployments
        return result.mapValues { Pages(source: $0.source, pages: $0.pages, found: found) }
    }

    private static func missing(_ parts: [Pages], of listing: Listing) -> Finding? {
        let present = parts.reduce(into: Set<Int>()) { $0.formUnion($1.pages) }
        // Pages that came again count once.
        let found = Dictionary(parts.map { ($0.pages, $0.found) }) { max($0, $1) }.values.reduce(0, +)
        let lacksPages = present.count < listing.pageCount ?? 0
        let lacksRecords = found < listing.total ?? 0
        guard lacksPages || lacksRecords, let first = parts.map(\.source).min() else { return nil }
        return Finding(
            .sourceIncomplete, expected: expected(listing),
            actual: "\(Count.text(present.count, "page")) with \(Count.text(found, "deployment"))",
            position: SourcePosition(source: first, line: 1, offset: 0))
    }

    private static func expected(_ listing: Listing) -> String {
        let pages = listing.pageCount.map { Count.text($0, "page") }
        let total = listing.total.map { Count.text($0, "deployment") }
        return [pages, total].compactMap(\.self).joined(separator: " with ")
    }

    /// Whether a source is known to lack deployments, whatever other sources bring.
    static func lacksDeployments(_ source: LoadedSource) -> Bool {
        pages(source, 0).contains { listing, pages in
            let isAlone = listing.loneSource != nil || pages.pages.count >= listing.pageCount ?? 1
            return isAlone && missing([pages], of: listing) != nil
        }
    }

    private enum Count {
        /// A number with its noun.
        static func text(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
    }
}

extension LoadedSource {
    /// What its envelopes say, each with the first line of its batch.
    var envelopes: [(envelope: EnvelopeClaims, firstLine: Int)] {
        zip(batches, firstLines).flatMap { batch, line in batch.envelopes.map { ($0, line) } }
    }

    /// How many deployments it has records of.
    fileprivate var distinctDeployments: Int {
        if let spilledDeployments { return spilledDeployments }
        var identifiers: Set<[UInt8]> = []
        for batch in batches {
            for entry in batch.deployments { identifiers.insert(Array(batch.arena.bytes[entry.deploymentID.range])) }
            for entry in batch.transitions { identifiers.insert(Array(batch.arena.bytes[entry.deploymentID.range])) }
        }
        return identifiers.count
    }
}
