package import AuditModel
import RecordContent
package import RecordIngest

/// Whether listings are whole: pages 1 to the highest or to the total, made within a day, with as many deployments as they say.
///
/// The rule is that of docs/domain.md, 5.
package struct ListingReview {
    /// An envelope, and where it stands.
    package typealias Located = (envelope: EnvelopeClaims, position: SourcePosition)

    /// What is expected of a page that says that there is another one behind it.
    package static let following = "the page behind this one"
    /// What is expected of a page that is not the first, if nothing says how many there are.
    package static let preceding = "the page before this one"

    /// Envelopes that say the same of their listing: its total, number of pages and size of a page.
    private struct Listing: Hashable {
        var total: Int?
        var pageCount: Int?
        var pageSize: Int?
        /// An envelope that names no page has all that its listing has; it belongs to no other.
        var lone: Int?

        init(_ envelope: EnvelopeClaims, number: Int) {
            total = envelope.totalCount
            pageSize = envelope.pageSize
            lone = envelope.page == nil ? number : nil
            pageCount = envelope.pageCount
        }

        var text: String {
            let pages = pageCount.map { Count.text($0, "page") }
            let deployments = total.map { Count.text($0, "different deployment") }
            return [pages, deployments].compactMap(\.self).joined(separator: " with ")
        }
    }

    /// What came of a listing.
    private struct Pages {
        var listing: Listing
        var numbers: Set<Int> = []
        var sources: Set<Int> = []
        /// At most so many different deployments came in its pages; nil if that is not known.
        var mostDeployments: Int? = 0
        /// The different deployments of its pages, and of the page that has fewest and most; nil if they are not known.
        var marks: Set<DeploymentMark>? = []
        var fewest = Int.max
        var most = 0
        /// Where pages that look alike and were made later stand: a whole listing has all that an older one lacks.
        var later = 0..<0

        init(_ listing: Listing, _ pages: [Located]) {
            self.listing = listing
            for (envelope, position) in pages {
                numbers.insert(envelope.page ?? 1)
                sources.insert(position.source)
                if let own = envelope.marks {
                    marks?.formUnion(own)
                    fewest = min(fewest, own.count)
                    most = max(most, own.count)
                } else {
                    marks = nil
                }
                let sum = envelope.mostDeployments.flatMap { most in
                    mostDeployments.map { $0.addingReportingOverflow(most) }
                }
                mostDeployments = sum.flatMap { $0.overflow ? nil : $0.partialValue }
            }
        }

        var group: [Int] { sources.sorted() }

        /// Whether all its pages are there.
        var hasPages: Bool { has(listing.pageCount ?? numbers.max() ?? 0) }

        /// Whether all its pages are there by what it says of their number alone.
        var isAlone: Bool { listing.lone != nil || listing.pageCount.map(has) ?? false }

        private func has(_ last: Int) -> Bool { numbers.count { $0 >= 1 && $0 <= last } >= last }

        /// The deployments that were found, and whether they are as many as it says.
        ///
        /// Several listings may look alike. If each of them is one page, each has to have all that it says.
        func found(counting deployments: ([Int]) -> Int) -> (count: Int, isAll: Bool) {
            guard let marks, let total = listing.total else {
                let count = min(deployments(group), mostDeployments ?? .max)
                return (count, count >= listing.total ?? 0)
            }
            guard listing.pageCount == 1, numbers == [1] else { return (marks.count, marks.count == total) }
            return fewest == total && most == total ? (total, true) : (fewest == total ? most : fewest, false)
        }
    }

    /// A page of a listing of which nothing says how many pages it has.
    private struct Uncounted: Hashable {
        var total: Int?
        var size: Int?
        var number: Int

        init(_ envelope: EnvelopeClaims, number: Int) {
            total = envelope.totalCount
            size = envelope.pageSize
            self.number = number
        }
    }

    private enum Count {
        /// A number with its noun.
        static func text(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
    }

    private var listings: [Pages] = []
    /// Pages of which nothing says how many there are.
    private var uncounted: [Uncounted: [EnvelopeClaims]] = [:]
    private var numbered: [Located] = []
    private var full: [Located] = []
    /// Pages that say that another one is behind them, and no number of pages by which that is known.
    private var continued: [Located] = []
    /// Envelopes without a page that say that they are the last.
    private var last: [EnvelopeClaims] = []

    /// Reviews what envelopes say, each with where it stands.
    package init(_ envelopes: [Located]) {
        var counted: [Listing: [Located]] = [:]
        for (number, one) in envelopes.enumerated() {
            let envelope = one.envelope
            if envelope.isFullPage { full.append(one) }
            if envelope.isLast, envelope.following == nil, envelope.page == nil { last.append(envelope) }
            if envelope.following != nil, envelope.pageCount == nil || envelope.page == nil,
                !envelope.speaksBeyondItsTotal
            {
                continued.append(one)
            }
            if let page = envelope.page, envelope.pageCount == nil {
                uncounted[Uncounted(envelope, number: page), default: []].append(envelope)
            }
            if envelope.isCounted {
                if !envelope.isBeyondItsTotal { counted[Listing(envelope, number: number), default: []].append(one) }
            } else if envelope.page != nil {
                numbered.append(one)
            }
        }
        for (listing, pages) in counted { add(ListingReview.days(pages).map { Pages(listing, $0) }) }
    }

    /// Adds what came of one listing, the latest first.
    private mutating func add(_ days: [Pages]) {
        let first = listings.count
        for (number, pages) in days.enumerated() {
            listings.append(pages)
            listings[first + number].later = first..<first + number
        }
    }

    /// Pages that look alike, cut where they are not within a day of the latest; the latest first, with those of unknown time.
    private static func days(_ pages: [Located]) -> [[Located]] {
        var days: [[Located]] = [pages.filter { $0.envelope.made == nil }]
        var latest: Timestamp?
        let timed = pages.compactMap { page in page.envelope.made.map { (page: page, made: $0) } }
        for (page, made) in timed.sorted(by: { $0.made > $1.made }) {
            if let end = latest, made.adding(seconds: EnvelopeClaims.longestListing) < end {
                days.append([])
                latest = made
            }
            latest = latest ?? made
            days[days.count - 1].append(page)
        }
        return days
    }

    /// The sources of each listing, in order: their deployments are counted together, each once.
    package var groups: [[Int]] { listings.map(\.group) }

    /// Pages that other pages say exist, and totals that the different deployments of all pages do not reach.
    package func missing(_ deployments: ([Int]) -> Int) -> [Finding] {
        listings.compactMap { missing($0, counting: deployments) } + missingBehind(continued) + missingBefore
    }

    /// Pages that say that another one is behind them, which did not come.
    ///
    /// A page with a number has the next number behind it. Of others only the last can be known, if it says that it is.
    private func missingBehind(_ pages: [Located]) -> [Finding] {
        pages.compactMap { envelope, position in
            let isThere =
                if let page = envelope.page { has(page + 1, near: envelope) } else {
                    last.contains(where: envelope.isEnded)
                }
            guard !isThere else { return nil }
            return Finding(
                .sourceIncomplete, expected: ListingReview.following, actual: envelope.following, position: position)
        }
    }

    /// Pages of which the one before did not come: a listing begins with page 1.
    private var missingBefore: [Finding] {
        numbered.compactMap { envelope, position in
            guard let page = envelope.page, page > 1, !has(page - 1, near: envelope) else { return nil }
            return Finding(
                .sourceIncomplete, expected: ListingReview.preceding, actual: "page \(page)", position: position)
        }
    }

    private func has(_ page: Int, near envelope: EnvelopeClaims) -> Bool {
        uncounted[Uncounted(envelope, number: page)]?.contains(where: envelope.isNear) ?? false
    }

    /// Sources that say that something is behind them that did not come with any source, and not which page: only the same ingest can
    /// bring it.
    package var incompleteSources: Set<Int> {
        Set(missingBehind(continued.filter { $0.envelope.page == nil }).compactMap { $0.position?.source })
    }

    /// How many deployments came of a listing that is not whole; nil of one that is.
    private func found(_ pages: Pages, counting deployments: ([Int]) -> Int) -> Int? {
        let (count, isAll) = pages.found(counting: deployments)
        return pages.hasPages && isAll ? nil : count
    }

    private func missing(_ pages: Pages, counting deployments: ([Int]) -> Int) -> Finding? {
        guard let first = pages.group.first, let found = found(pages, counting: deployments),
            !pages.later.contains(where: { self.found(listings[$0], counting: deployments) == nil })
        else { return nil }
        return Finding(
            .sourceIncomplete, expected: pages.listing.text,
            actual:
                "\(Count.text(pages.numbers.count, "page")) with \(Count.text(found, "different deployment"))"
                + (pages.numbers.contains(0) ? ", one of them page 0: pages count from 1" : ""),
            position: SourcePosition(source: first, line: 1, offset: 0))
    }

    /// Whether a source is known to lack deployments, whatever other sources bring.
    package func lacksDeployments(_ deployments: ([Int]) -> Int) -> Bool {
        listings.contains { pages in
            pages.isAlone && missing(pages, counting: deployments) != nil
        }
    }

    /// Pages that are full, say nothing of how many deployments there are, and have no page behind them.
    package var fullPages: [Finding] {
        full.compactMap { envelope, position in
            if let page = envelope.page, has(page + 1, near: envelope) { return nil }
            let size = envelope.pageSize.map { ", pageSize \($0)" } ?? ""
            return Finding(
                .fullPage, expected: "totalCount or totalPages",
                actual: "\(Count.text(envelope.listed, "deployment"))\(size)", position: position)
        }
    }
}
