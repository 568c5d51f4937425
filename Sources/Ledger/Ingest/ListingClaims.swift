import RecordContent
import RecordIngest
import RecordIntake

/// What the claims of a source say of the listing that it is a page of (docs/domain.md, 5).
package enum ListingClaims {
    /// Seconds in which all pages of a listing are made.
    package static let longestListing = EnvelopeClaims.longestListing

    /// Whether it may be a page in front of others, and nothing says how many there are.
    package static func mayPrecede(_ claims: [String: String]) -> Bool {
        claims["totalCount"] == nil && claims["totalPages"] == nil && (claims["page"] != nil || isContinued(claims))
    }

    /// Whether one such source may be a page in front of another.
    package static func precedes(_ claims: [String: String], _ other: [String: String]) -> Bool {
        if isContinued(claims) { return true }
        guard let page = claims["page"].flatMap({ Int($0) }), let next = other["page"].flatMap({ Int($0) }) else {
            return false
        }
        return page < next
    }

    private static func isContinued(_ claims: [String: String]) -> Bool {
        claims.contains { ResponseMember(named: $0.key)?.namesFollowing ?? false && !ResponseMember.isDenied($0.value) }
    }

    /// Pages as a listing says, or as its total and the size of its pages do.
    package static func pageCount(pages: String?, total: String?, size: String?) -> Int {
        if let count = pages.flatMap(Int.init) { return min(max(count, 1), maximumPages) }
        guard let total = total.flatMap(Int.init), let size = size.flatMap(Int.init), size > 0, total > 0 else {
            return 1
        }
        return min((total - 1) / size + 1, maximumPages)
    }

    /// More pages than any listing has.
    private static let maximumPages = 1_000_000
}
