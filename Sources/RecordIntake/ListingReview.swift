package import AuditModel
package import RecordIngest

/// Listings that came in pages: whether all pages and all their deployments are there.
package struct ListingReview {
    /// Envelopes of one listing: those with the same total, number of pages and size of a page.
    private struct Listing: Hashable {
        var total: Int?
        var pageCount: Int?
        var pageSize: Int?
        /// An envelope that names no page has all that its source has; it belongs to no other.
        var loneSource: Int?

        init?(_ envelope: EnvelopeClaims, source: Int) {
            guard envelope.totalCount != nil || envelope.totalPages != nil else { return nil }
            total = envelope.totalCount
            pageSize = envelope.pageSize
            loneSource = envelope.page == nil ? source : nil
            pageCount = envelope.totalPages
            if pageCount == nil, loneSource == nil, let total, let pageSize, total > 0, pageSize > 0 {
                pageCount = (total - 1) / pageSize + 1
            }
        }

        var text: String {
            let pages = pageCount.map { Count.text($0, "page") }
            let deployments = total.map { Count.text($0, "different deployment") }
            return [pages, deployments].compactMap(\.self).joined(separator: " with ")
        }
    }

    private struct Pages {
        var numbers: Set<Int> = []
        var sources: Set<Int> = []
        var group: [Int] { sources.sorted() }
    }

    /// A page of which only its size and number are known.
    private struct Uncounted: Hashable {
        var size: Int?
        var number: Int
    }

    private enum Count {
        /// A number with its noun.
        static func text(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
    }

    private var listings: [Listing: Pages] = [:]
    private var uncounted: Set<Uncounted> = []
    private var full: [(envelope: EnvelopeClaims, position: SourcePosition)] = []
    /// Pages that say that another one is behind them, and no number of pages by which that is known.
    private var continued: [(envelope: EnvelopeClaims, position: SourcePosition)] = []
    /// Whether a page says that it is the last.
    private var hasLast = false

    /// Reviews what envelopes say, each with where it stands.
    package init(_ envelopes: [(envelope: EnvelopeClaims, position: SourcePosition)]) {
        for (envelope, position) in envelopes {
            if envelope.isFullPage { full.append((envelope, position)) }
            hasLast = hasLast || envelope.isLast
            let listing = Listing(envelope, source: position.source)
            if envelope.following != nil, listing == nil || listing?.loneSource != nil {
                continued.append((envelope, position))
            }
            guard let listing else {
                if let page = envelope.page { uncounted.insert(Uncounted(size: envelope.pageSize, number: page)) }
                continue
            }
            listings[listing, default: Pages()].numbers.insert(envelope.page ?? 1)
            listings[listing, default: Pages()].sources.insert(position.source)
        }
    }

    /// The sources of each listing, in order: their deployments are counted together, each once.
    package var groups: [[Int]] { listings.values.map(\.group) }

    /// Pages that other pages say exist, and totals that the different deployments of all pages do not reach.
    package func missing(_ deployments: ([Int]) -> Int) -> [Finding] {
        listings.compactMap { missing($0, $1, counting: deployments) } + missingBehind
    }

    /// Pages that say that another one is behind them, which did not come.
    ///
    /// A page with a number has the next number behind it. Of others only the last can be known, if it says that it is.
    private var missingBehind: [Finding] {
        continued.compactMap { envelope, position in
            let next = envelope.page.map { Uncounted(size: envelope.pageSize, number: $0 + 1) }
            guard next.map({ !uncounted.contains($0) }) ?? !hasLast else { return nil }
            return Finding(
                .sourceIncomplete, expected: "the page behind this one", actual: envelope.following, position: position)
        }
    }

    /// Sources with a page that says that another one is behind it, which did not come with any source.
    package var continuedSources: Set<Int> { Set(missingBehind.compactMap { $0.position?.source }) }

    private func missing(_ listing: Listing, _ pages: Pages, counting deployments: ([Int]) -> Int) -> Finding? {
        let found = deployments(pages.group)
        guard pages.numbers.count < listing.pageCount ?? 0 || found < listing.total ?? 0, let first = pages.group.first
        else { return nil }
        return Finding(
            .sourceIncomplete, expected: listing.text,
            actual:
                "\(Count.text(pages.numbers.count, "page")) with \(Count.text(found, "different deployment"))",
            position: SourcePosition(source: first, line: 1, offset: 0))
    }

    /// Whether a source is known to lack deployments, whatever other sources bring.
    package func lacksDeployments(_ deployments: ([Int]) -> Int) -> Bool {
        listings.contains { listing, pages in
            let isAlone = listing.loneSource != nil || pages.numbers.count >= listing.pageCount ?? 1
            return isAlone && missing(listing, pages, counting: deployments) != nil
        }
    }

    /// Pages that are full, say nothing of how many deployments there are, and have no page behind them.
    package var fullPages: [Finding] {
        full.compactMap { envelope, position in
            if let page = envelope.page,
                uncounted.contains(Uncounted(size: envelope.pageSize, number: page + 1))
            {
                return nil
            }
            let size = envelope.pageSize.map { ", pageSize \($0)" } ?? ""
            return Finding(
                .fullPage, expected: "totalCount or totalPages",
                actual: "\(Count.text(envelope.listed, "deployment"))\(size)", position: position)
        }
    }
}
