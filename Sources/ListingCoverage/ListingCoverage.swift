package import AuditModel
import FileSystem
import Ledger
import RecordIngest
package import RecordIntake
package import StrictJSON

/// Which pages of the listings of each source have come, in which runs ever (docs/domain.md, 5).
package struct ListingCoverage {
    /// By source and listing, the latest time of each page.
    private var pages: [String: [String: [String: Timestamp]]] = [:]
    /// By source and listing, what tells the deployments of each page apart, until all of them have come.
    private var listed: [String: [String: [String: [String]]]] = [:]
    /// By source and listing, the pages that say that another one is behind them, where nothing says how many there are.
    private var continued: [String: [String: Set<Int>]] = [:]
    /// By source and listing, the latest time of a page of the last one that was whole: what is older says nothing new.
    private var whole: [String: [String: Timestamp]] = [:]
    /// The ledger that the pages were taken into.
    package var ledger: String

    /// Seconds in which all pages of a listing are made.
    private static let day = EnvelopeClaims.longestListing
    /// Listings of one source that are remembered.
    private static let maximumListings = 8

    package init(ledger: String) { self.ledger = ledger }

    /// The sources that something is known of.
    package var sources: Set<String> { Set(pages.keys).union(listed.keys).union(whole.keys) }

    /// Gives sources other names, by the names that they had.
    package mutating func adopt(_ names: [String: String]) {
        func renamed<Value>(_ values: [String: Value], both: (Value, Value) -> Value) -> [String: Value] {
            Dictionary(values.map { (names[$0.key] ?? $0.key, $0.value) }, uniquingKeysWith: both)
        }
        pages = renamed(pages) { $0.merging($1) { $0.merging($1, uniquingKeysWith: max) } }
        listed = renamed(listed) { $0.merging($1) { $0.merging($1) { $1 } } }
        continued = renamed(continued) { $0.merging($1) { $0.union($1) } }
        whole = renamed(whole) { $0.merging($1, uniquingKeysWith: min) }
    }

    /// Lets go of all that is known of a source.
    package mutating func forget(_ source: String) {
        pages[source] = nil
        listed[source] = nil
        continued[source] = nil
        whole[source] = nil
    }

    /// Lets go of all that is known.
    package mutating func forgetAll() { self = ListingCoverage(ledger: ledger) }

    // Reasons and pages

    /// Why the newest listing of a source that is not whole is so; nil if all pages have come.
    package func reason(_ source: String) -> String? {
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
        guard let listing = ListingCoverage.listing(name) else { return nil }
        let count = pageCount(listing, name, of: source)
        let missing = (0..<count).filter { times["\($0 + 1)"] == nil }
        guard let first = missing.first else { return repeated(name, listing, count: count, of: source) }
        let pages =
            listing.pages == nil ? "at least \(CountedNoun.text(count, "page"))" : CountedNoun.text(count, "page")
        let base = times["0"] == nil ? "" : "; page 0 came: pages count from 1"
        return "a listing of \(pages) misses \(missing.count), such as page \(first + 1)\(base)"
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
            guard FileStatus.exists(ledger), (try? LedgerView.isOpenListing(listing, ledger)) ?? true else {
                return nil
            }
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
        if let count = listing.pages { return min(max(count, 1), ListingCoverage.maximumPages) }
        let highest = pages[source]?[name]?.keys.compactMap { Int($0) }.max() ?? 0
        return min(max(highest, (continued[source]?[name]?.max() ?? -1) + 1), ListingCoverage.maximumPages)
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

    /// Adds a page to its listing; returns the time of its oldest page if it is whole now.
    package mutating func add(
        _ page: ListingPage, to source: String, time: Timestamp, isKnown: Bool, listed marks: [String]?
    ) -> Timestamp? {
        defer { forgetListings(of: source) }
        let name = ListingCoverage.name(page.listing)
        // What was read before is met again in every run, as long as its file is there.
        if let last = whole[source]?[name], isKnown ? time <= last : time < last { return nil }
        var own = pages[source]?[name] ?? [:]
        // Pages that were not made within a day are of two listings that look alike.
        if let newest = own.values.max(), time.adding(seconds: ListingCoverage.day) < newest { return nil }
        for (other, made) in own where made.adding(seconds: ListingCoverage.day) < time {
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
        if page.listing.pages == nil {
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
        guard let own = pages[source], own.count > ListingCoverage.maximumListings else { return }
        // Those that lack something stay longest.
        let open = Set(own.filter { missing($0.key, $0.value, of: source) != nil }.keys)
        let order = own.keys.sorted { one, other in
            if open.contains(one) != open.contains(other) { return open.contains(one) }
            return newestTime(own[one] ?? [:]) > newestTime(own[other] ?? [:])
        }
        for name in order.dropFirst(ListingCoverage.maximumListings) {
            pages[source]?[name] = nil
            forgetListed(name, of: source)
        }
    }
}

// MARK: The file of the coverage

extension ListingCoverage {
    private static func times(_ value: JSONValue?) -> [String: Timestamp]? {
        value?.object.map { $0.compactMapValues { $0.string.flatMap { try? Timestamp.parse($0).time } } }
    }

    /// Reads the members of a file of the coverage; false if pages are not among them.
    package mutating func read(_ value: JSONValue) -> Bool {
        guard let listings = value["pages"]?.object else { return false }
        pages = listings.mapValues { ($0.object ?? [:]).compactMapValues(ListingCoverage.times) }
        continued = (value["continued"]?.object ?? [:]).mapValues { listings in
            (listings.object ?? [:]).mapValues { Set(($0.array ?? []).compactMap { $0.integer.map { Int($0) } }) }
        }
        whole = (value["whole"]?.object ?? [:]).compactMapValues(ListingCoverage.times)
        listed = (value["listed"]?.object ?? [:]).mapValues { listings in
            (listings.object ?? [:]).mapValues { pages in
                (pages.object ?? [:]).mapValues { ($0.array ?? []).compactMap(\.string) }
            }
        }
        return true
    }

    /// The members of a file of the coverage.
    package var members: [String: JSONValue] {
        func times(_ times: [String: Timestamp]) -> JSONValue { .object(times.mapValues { .string($0.text) }) }
        func nested<Value>(_ values: [String: [String: Value]], _ value: (Value) -> JSONValue) -> JSONValue {
            .object(values.mapValues { .object($0.mapValues(value)) })
        }
        var members = ["pages": nested(pages, times)]
        if !listed.isEmpty {
            members["listed"] = nested(listed) { .object($0.mapValues { .array($0.map(JSONValue.string)) }) }
        }
        if !continued.isEmpty {
            members["continued"] = nested(continued) { .array($0.sorted().map { .integer(Int64($0)) }) }
        }
        if !whole.isEmpty { members["whole"] = .object(whole.mapValues(times)) }
        return members
    }
}
