import RecordContent

/// What the claims of a source say of the listing that it is a page of, of all that read them (docs/domain.md, 5).
package struct ListingPage: Sendable {
    /// Pages that say the same of their listing.
    package struct Listing: Hashable, Sendable {
        package var total: Int?
        package var pageCount: Int?
        package var pageSize: Int?

        package init(total: Int?, pageCount: Int?, pageSize: Int?) {
            self.total = total
            self.pageCount = pageCount
            self.pageSize = pageSize
        }

        /// Whether nothing says how many pages or deployments there are.
        package var isUncounted: Bool { total == nil && pageCount == nil }

        /// Its pages, as it says, or as its total and the size of its pages do; nil if nothing tells.
        package var pages: Int? {
            if let pageCount { return pageCount }
            guard let total, let pageSize, total > 0, pageSize > 0 else { return nil }
            return (total - 1) / pageSize + 1
        }

        /// Whether pages with so many different deployments are all of it; if nothing says how many there are, those up to the highest.
        package func isWhole(pages own: Set<Int>, deployments: Int) -> Bool {
            guard !isUncounted else { return false }
            let count = pages ?? own.max() ?? 0
            return own.count { $0 >= 1 && $0 <= count } == count && deployments == total ?? deployments
        }
    }

    package var listing: Listing
    package var page: Int
    /// Whether it says that another page is behind it.
    package var isContinued: Bool

    /// nil for the claims of a source that names no page.
    package init?(_ claims: [String: String]) {
        func count(_ name: String) -> Int? { claims[name].flatMap(WholeNumber.count) }
        var listing = Listing(total: count("totalCount"), pageCount: count("totalPages"), pageSize: count("pageSize"))
        var page = count("page")
        let stretch = ListingStretch(claims)
        if listing.isUncounted, stretch.isThere {
            listing.total = stretch.total
            page = page ?? stretch.page
            listing.pageSize = listing.pageSize ?? stretch.limit
        }
        guard let page else { return nil }
        self.listing = listing
        self.page = page
        isContinued = ListingPage.isContinued(claims)
    }

    /// Whether claims say that another page is behind what they are of.
    package static func isContinued(_ claims: [String: String]) -> Bool {
        claims.contains {
            ResponseMember(named: $0.key)?.namesFollowing ?? false && !ResponseMember.isDenied($0.value)
        }
    }

    /// The error that the claims of a source name, as a message shows it; nil if they name none.
    package static func error(_ claims: [String: String]) -> String? {
        for name in ["errorMessage", "error"] {
            if let text = claims[name], !ResponseMember.isDenied(text) { return "\(name) \"\(text)\"" }
        }
        return nil
    }

    /// Whether it is one of several pages, or may be: not the only page of a listing that says so.
    package var isPart: Bool { listing.pages != 1 || page != 1 }
}
