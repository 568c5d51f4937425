import AuditModel
package import RecordIngest

/// What an envelope says of the listing that it is all of, or one page of (docs/domain.md, 5).
extension EnvelopeClaims {
    /// Seconds in which all pages of a listing are made.
    package static let longestListing: Int64 = 86_400

    /// What it says of its listing.
    var listing: ListingPage.Listing {
        ListingPage.Listing(total: totalCount, pageCount: totalPages, pageSize: pageSize)
    }

    /// The pages of its listing, as it says, or as its total and the size of its pages do; nil if nothing tells.
    var pageCount: Int? { page == nil ? totalPages : listing.pages }

    /// Whether it says how many deployments there are.
    package var countsDeployments: Bool { recordCount != nil || totalCount != nil }

    /// Whether it says how many pages or deployments its listing has.
    var isCounted: Bool { totalCount != nil || totalPages != nil }

    /// At most so many different deployments came in it; nil if that is not known.
    var mostDeployments: Int? { deployments ?? (listsAll ? listed : nil) }

    /// Whether it holds deployments, and is a page that its own total does not have.
    package var isBeyondItsTotal: Bool {
        guard let page, let pageCount else { return false }
        return page > pageCount && max(deployments ?? 0, listed) > 0
    }

    /// Whether it speaks of a page behind it, though by its own numbers there is none.
    var speaksBeyondItsTotal: Bool {
        guard following != nil, isCounted else { return false }
        if let page { return pageCount.map { page >= $0 } ?? false }
        guard totalPages ?? 1 <= 1 else { return false }
        return totalCount.map { mostDeployments ?? -1 >= $0 } ?? true
    }

    /// What contradicts itself, or says that something is missing that no other page brings: what is expected of it, and what is found.
    package var flaws: [(expected: String, actual: String)] {
        var flaws: [(expected: String, actual: String)] = []
        if let error { flaws.append(("a whole answer without an error", error)) }
        if let cut { flaws.append(("a whole answer", cut)) }
        if speaksBeyondItsTotal, let following {
            let last =
                page == nil ? "an answer that is all of its listing" : "page \(pageCount ?? 1), the last of the listing"
            flaws.append(("no page behind \(last)", following))
        }
        if saysNothing {
            flaws.append(("deployments, an empty list of them, or totalCount", "an answer without any of these"))
        }
        if isBeyondItsTotal, let page, let pageCount {
            flaws.append(("no deployments on a page beyond page \(pageCount), the last of the listing", "page \(page)"))
        }
        return flaws
    }

    /// Whether another envelope was made within a day of it; one that does not say when it was made goes with every other.
    func isNear(_ other: EnvelopeClaims) -> Bool {
        guard let made, let time = other.made else { return true }
        return time <= made.adding(seconds: EnvelopeClaims.longestListing)
            && made <= time.adding(seconds: EnvelopeClaims.longestListing)
    }

    /// Whether another envelope without a page, which says that none is behind it, may be the end of its listing.
    func isEnded(by other: EnvelopeClaims) -> Bool {
        guard let made, let time = other.made else { return true }
        return made <= time && isNear(other)
    }
}
