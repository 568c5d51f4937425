package import AuditModel
import BundleFormat
import RecordIngest
package import RecordIntake
package import RecordStore
import StrictJSON

/// Which listings that came in pages, in several ingests, were whole in the end (docs/domain.md, section 5).
///
/// An ingest judges the pages that it reads. What is found of them here follows from the log alone, up to a size of it, so that a bundle
/// that is made again says the same: which pages came, and how many different deployments they have at least. Of the first pages the
/// finding counts them; a later page adds those of its deployments that no earlier entry has.
package struct SettledListings {
    /// A finding on a listing that was not whole.
    private struct Mark: Hashable {
        var source: Int
        var expected: String
    }

    private typealias Listing = ListingPage.Listing

    /// What has come of a listing that is not whole yet.
    private struct Collection {
        var pages: Set<Int> = []
        var deployments = 0
        /// The times of its first and its latest page.
        var first = Timestamp.unset
        var latest = Timestamp.unset
        var findings: Set<Mark> = []
    }

    /// A source that is one page of a listing.
    private struct Page {
        /// Its number among all sources of the ledger, from 0.
        var source: Int
        var listing: Listing
        var page: Int
        var time: Timestamp
        /// Whether it says that another page is behind it.
        var isContinued: Bool
    }

    /// A page that has another one before or behind it.
    private struct Continued {
        var mark: Mark
        var next: Page
    }

    private let reader: LedgerReader
    private var settled: Set<Mark> = []
    private var open: [Listing: Collection] = [:]
    private var continued: [Continued] = []
    /// Pages of which nothing says how many there are.
    private var uncounted: [Listing: [Page]] = [:]

    /// Reviews all ingests up to a size of the log.
    package init(_ reader: LedgerReader, size: Int) throws {
        self.reader = reader
        var before = 0
        var first = 0
        for (run, received, _) in try reader.runs() where run.size <= size {
            let sources = try reader.sources(ofRun: run.number).map { body in
                guard let value = try? JSONValue(parsing: body), let source = IntakeFiles.source(value) else {
                    throw LedgerError(.broken, "a row of table source is not in form")
                }
                return source
            }
            let pages = sources.enumerated().compactMap { SettledListings.page($1, first + $0, received: received) }
            if !pages.isEmpty {
                try reader.requireRows(ofRuns: [run.number])
                try review(pages, sources, run: run, from: before, firstSource: first)
            }
            before = run.size
            first += sources.count
        }
    }

    /// Whether a finding tells of a listing that a later ingest made whole; its source is numbered among all of the ledger.
    package func isSettled(_ finding: Finding) -> Bool {
        SettledListings.mark(finding).map(settled.contains) ?? false
    }

    /// Whether pages of a listing have come that are not known to be all of it, by what its pages say.
    package func isOpen(_ listing: ListingPage.Listing) -> Bool { open[listing] != nil }

    /// Whether a finding is one that can be settled: on a listing, or on a page with another one behind it.
    package static func concerns(_ finding: Finding) -> Bool { mark(finding) != nil }

    private static func mark(_ finding: Finding) -> Mark? {
        guard finding.code == .sourceIncomplete, let source = finding.position?.source, let expected = finding.expected
        else { return nil }
        if expected == ListingReview.preceding {
            return Mark(source: source, expected: before(finding.actual ?? ""))
        }
        guard expected == ListingReview.following || isCount(expected) else { return nil }
        return Mark(source: source, expected: expected)
    }

    /// Of one source several pages may have one before them that did not come with it.
    private static func before(_ actual: String) -> String { "\(ListingReview.preceding): \(actual)" }

    /// Whether a text begins with a number, as what is expected of a listing does.
    private static func isCount(_ text: String) -> Bool { text.utf8.first.map { (0x30...0x39).contains($0) } ?? false }

    private static func page(_ source: SourceSummary, _ number: Int, received: Timestamp) -> Page? {
        guard let page = ListingPage(source.claims) else { return nil }
        let made = source.claims["generatedAt"].flatMap { try? Timestamp.parse($0) }
        return Page(
            source: number, listing: page.listing, page: page.page, time: made?.time ?? received,
            isContinued: page.isContinued)
    }

    private mutating func review(
        _ pages: [Page], _ sources: [SourceSummary], run: LedgerReader.Run, from: Int, firstSource: Int
    ) throws {
        let findings = try reader.findings(ofRun: run.number, holding: FindingCode.sourceIncomplete.rawValue)
            .compactMap(FindingTable.decode).filter(SettledListings.concerns)
        settleContinued(pages)
        for (listing, all) in Dictionary(grouping: pages, by: \.listing) {
            if listing.pages == nil {
                let numbers = Set(all.map(\.source))
                let onPages = findings.filter {
                    numbers.contains($0.position?.source ?? -1) && !SettledListings.isCount($0.expected ?? "")
                }
                note(continued: onPages, all)
            }
            guard !listing.isUncounted else { continue }
            let own = SettledListings.latestDay(all)
            let numbers = Set(own.map(\.source))
            let found = findings.filter { numbers.contains($0.position?.source ?? -1) }
            guard let finding = found.first(where: { SettledListings.isCount($0.expected ?? "") }) else {
                // The ingest read all pages of it.
                if let collection = open.removeValue(forKey: listing) { settled.formUnion(collection.findings) }
                open[listing] = SettledListings.spoken(own, of: listing)
                continue
            }
            let new = try newDeployments(of: numbers, sources, run: run, from: from, firstSource: firstSource)
            add(own, finding, new: new, to: listing)
        }
    }

    /// Pages that were made within a day of the latest: what is older is of a listing of before.
    private static func latestDay(_ pages: [Page]) -> [Page] {
        let latest = pages.map(\.time).max() ?? .unset
        return pages.filter { latest <= $0.time.adding(seconds: EnvelopeClaims.longestListing) }
    }

    /// Pages that have all deployments of their listing and of which the last speaks of another one, which may still come; nil for others.
    private static func spoken(_ pages: [Page], of listing: Listing) -> Collection? {
        guard listing.pages == nil, let total = listing.total, let last = pages.max(by: { $0.page < $1.page }),
            last.isContinued
        else { return nil }
        return Collection(
            pages: Set(pages.map(\.page)), deployments: total, first: pages.map(\.time).min() ?? last.time,
            latest: pages.map(\.time).max() ?? last.time)
    }

    /// Adds pages to what has come of their listing, which may be whole now.
    private mutating func add(_ pages: [Page], _ finding: Finding, new: Int, to listing: Listing) {
        let earliest = pages.map(\.time).min() ?? .unset
        var collection = open[listing] ?? Collection()
        let latest = pages.map(\.time).max() ?? .unset
        // Pages that were made days apart are of two listings that look alike.
        let day = EnvelopeClaims.longestListing
        if min(collection.first, earliest).adding(seconds: day) < max(collection.latest, latest) {
            collection = Collection()
        }
        collection.first = collection.pages.isEmpty ? earliest : min(collection.first, earliest)
        // What stands beside a page in its source is not of the listing: the finding counts what is.
        let found = SettledListings.deployments(finding)
        collection.deployments += collection.pages.isEmpty ? found : min(new, found)
        collection.pages.formUnion(pages.map(\.page))
        collection.latest = max(collection.latest, latest)
        if let mark = SettledListings.mark(finding) { collection.findings.insert(mark) }
        guard listing.isWhole(pages: collection.pages, deployments: collection.deployments) else {
            open[listing] = collection
            return
        }
        settled.formUnion(collection.findings)
        open[listing] = nil
    }

    /// The different deployments that an ingest found in pages that are not whole, as its finding says.
    private static func deployments(_ finding: Finding) -> Int {
        let words = (finding.actual ?? "").split(separator: " ")
        guard let place = words.firstIndex(of: "with"), place + 1 < words.endIndex else { return 0 }
        return Int(words[place + 1]) ?? 0
    }

    /// How many deployments came into the ledger with some sources of an ingest; 0 if it is not certain which they are.
    ///
    /// The entries of an ingest stand in the order of its sources, and each source tells how many of its records were accepted.
    private func newDeployments(
        of wanted: Set<Int>, _ sources: [SourceSummary], run: LedgerReader.Run, from: Int, firstSource: Int
    ) throws -> Int {
        let records = try reader.recordOwners(from: from, to: run.size)
        guard records.count == sources.reduce(0, { $0 + $1.accepted }) else { return 0 }
        var new: Set<Int> = []
        var index = 0
        for (number, source) in sources.enumerated() {
            if wanted.contains(firstSource + number) {
                for record in records[index..<index + source.accepted] where record.isFirst {
                    new.insert(record.deployment)
                }
            }
            index += source.accepted
        }
        return new.count
    }

    // Pages without a number of pages

    private mutating func note(continued findings: [Finding], _ pages: [Page]) {
        for finding in findings {
            guard let mark = SettledListings.mark(finding),
                var next = pages.first(where: { $0.source == finding.position?.source })
            else { continue }
            if finding.expected == ListingReview.preceding {
                guard let page = finding.actual?.split(separator: " ").last.flatMap({ Int($0) }) else { continue }
                next.page = page - 1
            } else {
                next.page += 1
            }
            let one = Continued(mark: mark, next: next)
            // The page before it may have come with an earlier ingest.
            if uncounted[next.listing, default: []].contains(where: { SettledListings.completes($0, one) }) {
                settled.insert(mark)
            } else {
                continued.append(one)
            }
        }
        for page in pages { uncounted[page.listing, default: []].append(page) }
    }

    /// A page has the next number behind it.
    private mutating func settleContinued(_ pages: [Page]) {
        continued.removeAll { one in
            guard pages.contains(where: { SettledListings.completes($0, one) }) else { return false }
            settled.insert(one.mark)
            return true
        }
    }

    private static func completes(_ page: Page, _ one: Continued) -> Bool {
        page.page == one.next.page && page.listing == one.next.listing
            && page.time <= one.next.time.adding(seconds: EnvelopeClaims.longestListing)
            && one.next.time <= page.time.adding(seconds: EnvelopeClaims.longestListing)
    }
}
