package import AuditModel
package import RecordContent
import StrictJSON

/// What one envelope says of itself and may be held against what came with it.
package struct EnvelopeClaims: Sendable {
    package var position: RecordPosition
    /// What says that the request failed, such as `success: false ("timeout")`; nil if nothing does.
    package var failure: String?
    package var isCached = false
    /// The value that calls the evidence simulated; nil if nothing does.
    package var simulation: String?
    /// How many deployments it says to hold.
    package var recordCount: Int?
    /// How many deployments all pages together have, as it says.
    package var totalCount: Int?
    package var totalPages: Int?
    package var page: Int?
    package var pageSize: Int?
    /// The member that says that there is a page behind this one, such as `hasMore: true`; nil if none does.
    package var following: String?
    /// Whether a member says that no page is behind this one.
    package var isLast = false
    /// The member that says that the answer is not whole, such as `truncated: true`; nil if none does.
    package var cut: String?
    /// The member that names an error, though the answer calls itself successful, such as `error: "timeout"`; nil if none does.
    package private(set) var error: String?
    /// The same by the number of an HTTP status alone.
    private var statusError: String?
    /// When it was made, by its `generatedAt`; nil if it does not say so.
    package var made: Timestamp?
    /// Whether its page follows from `offset` and `limit`.
    private(set) var isByOffset = false
    /// The deployments that came in it, if it is a page of a listing that gives its total; nil if that is not known.
    package internal(set) var marks: Set<DeploymentMark>?
    /// How many different deployments came in it; nil if it has no room for any, was too long to be held, or gives no total.
    package internal(set) var deployments: Int?
    /// Whether it has a member for records.
    private(set) var hasRoom = false
    /// Whether it has such members, and all are lists.
    package private(set) var listsAll = false
    /// Whether it succeeded and says nothing: no records, no list or text where they would be, no number of them.
    package internal(set) var saysNothing = false
    /// Elements of its lists of deployments, read or not.
    package private(set) var listed = 0

    init(at position: RecordPosition) { self.position = position }

    /// Whether a finding may follow.
    var isRemarkable: Bool {
        failure != nil || isCached || simulation != nil || recordCount != nil || totalCount != nil || totalPages != nil
            || page != nil || following != nil || isLast || cut != nil || error != nil || isFullPage
    }

    /// Whether it lists as many deployments as a page holds, and says nothing of how many there are.
    ///
    /// Without a `pageSize` only a number counts that services have as the size of a page.
    package var isFullPage: Bool {
        guard !saysExtent, listed > 0 else { return false }
        guard following == nil, !isLast else { return false }
        return pageSize.map { $0 == listed } ?? EnvelopeClaims.usualPageSizes.contains(listed)
    }

    private static let usualPageSizes: Set<Int> = [50, 100, 200, 250, 500, 1_000, 2_000, 5_000, 10_000]

    /// Whether it says how many deployments or pages there are, or that the request failed.
    var saysExtent: Bool { failure != nil || recordCount != nil || totalCount != nil || totalPages != nil }

    /// Counts elements of a list that was read apart.
    mutating func addListed(_ count: Int) { listed += count }

    /// The claims of an envelope at hand.
    init(_ object: Int, _ tape: JSONTape, in bytes: Span<UInt8>, at position: RecordPosition) {
        self.init(at: position)
        var success: JSONToken?
        var status: HTTPStatus?
        var reasons: [String: String] = [:]
        var unreadable: String?
        var stretch = ListingStretch()
        var holdsOther = false
        var holdsFailed = false
        var anyError: String?
        tape.forEachMember(of: object) { key, value in
            let token = tape.tokens[value]
            func isNamed(_ name: StaticString) -> Bool { tape.isName(key, name, in: bytes) }
            if isNamed("success") { success = token }
            if HTTPStatus.names.contains(where: isNamed) {
                status = status ?? HTTPStatus(token, in: bytes)
                if HTTPStatus.deniesSuccess(token, isStatusCode: isNamed("statusCode"), in: bytes) {
                    statusError = statusError ?? EnvelopeClaims.member(tape.tokens[key], token, in: bytes)
                }
            }
            if UnreadMember.holders.contains(where: isNamed), token.kind != .null {
                if token.kind == .array { listsAll = true } else { holdsOther = true }
                if token.kind == .object { holdsFailed = holdsFailed || StatedError.isFailed(value, tape, in: bytes) }
                if token.kind == .array { tape.forEachElement(of: value) { _ in listed += 1 } }
            }
            if isNamed("generatedAt"), token.kind == .string {
                made = try? Timestamp.parse(EnvelopeClaims.text(token, in: bytes)).time
            }
            for (name, path) in ListingStretch.members where isNamed(name) {
                stretch[keyPath: path] = WholeNumber.count(token, in: bytes)
            }
            if isNamed("isCached") { isCached = token.kind == .true }
            for (name, path) in EnvelopeClaims.counts where isNamed(name) && token.kind != .null {
                self[keyPath: path] = WholeNumber.count(token, in: bytes)
                if self[keyPath: path] == nil { unreadable = "\(name): \(EnvelopeClaims.value(token, in: bytes))" }
            }
            noteExtent(tape.tokens[key], token, in: bytes)
            switch EnvelopeClaims.errorOwner(key, tape, in: bytes) {
            case .request: error = error ?? EnvelopeClaims.member(tape.tokens[key], token, in: bytes)
            case .any: anyError = anyError ?? EnvelopeClaims.member(tape.tokens[key], token, in: bytes)
            case nil: break
            }
            if Simulation.isNamed(tape.tokens[key], in: bytes), !Simulation.isDenied(token, in: bytes) {
                simulation = EnvelopeClaims.value(token, in: bytes)
            }
            for name in EnvelopeClaims.reasons where isNamed(name) && token.kind == .string && !token.inner.isEmpty {
                reasons["\(name)"] = EnvelopeClaims.text(token, in: bytes)
            }
        }
        hasRoom = listsAll || holdsOther
        listsAll = listsAll && !holdsOther
        take(stretch)
        let words = EnvelopeClaims.reasons.compactMap { reasons["\($0)"] }
        if let success, success.kind != .true {
            failure = EnvelopeClaims.failure("success: \(EnvelopeClaims.value(success, in: bytes))", words.prefix(1))
        } else if let status {
            failure = EnvelopeClaims.failure("status \(status.text)", words.prefix(2))
        } else {
            // A count that is none may hide that more was to come.
            failure = unreadable
        }
        error = failure == nil ? statusError ?? error ?? (holdsFailed ? nil : anyError) : nil
    }

    private static func errorOwner(_ key: Int, _ tape: JSONTape, in bytes: Span<UInt8>) -> StatedError.Owner? {
        let value = tape.tokens[key + 1]
        let isEmpty = Int(value.next) == key + 2
        return ResponseMember(tape.tokens[key], in: bytes).flatMap {
            StatedError.owner($0, value, isEmpty: isEmpty, in: bytes)
        }
    }

    /// Takes note of a member that says whether there is a page behind this one, or that something is missing.
    private mutating func noteExtent(_ name: JSONToken, _ value: JSONToken, in bytes: Span<UInt8>) {
        guard value.kind != .object, value.kind != .array, let member = ResponseMember(name, in: bytes) else { return }
        var text: String { EnvelopeClaims.member(name, value, in: bytes) }
        if member.saysCut(value, in: bytes) || MisspeltCount.isNamed(member) && value.kind != .null { cut = text }
        guard member.namesFollowing else { return }
        if ResponseMember.isDenied(value, in: bytes) { isLast = true } else { following = text }
    }

    /// Takes `total` beside `offset` or `limit` for the total, and both for the page.
    private mutating func take(_ stretch: ListingStretch) {
        guard totalCount == nil, totalPages == nil else { return }
        if stretch.isBehindOthers, page == nil { cut = cut ?? "offset: \(stretch.offset ?? 0)" }
        guard stretch.isThere else { return }
        totalCount = stretch.total
        isByOffset = true
        page = page ?? stretch.page
        if page != nil { pageSize = pageSize ?? stretch.limit }
    }

    /// Takes what it says of other pages for a part that is missing: no listing is made of answers that are one record.
    mutating func takeAsRecord() {
        if let totalPages, totalPages > 1 {
            cut = cut ?? "page \(page ?? 1) of \(totalPages)"
        } else if let page, page > 1 {
            cut = cut ?? "page \(page)"
        } else {
            cut = cut ?? following
        }
        page = nil
        totalPages = nil
        following = nil
        isLast = false
        // An error message, and a status that is a text, are those of the record.
        error = failure == nil ? statusError : nil
    }

    private static func failure(_ what: String, _ words: ArraySlice<String>) -> String {
        words.isEmpty ? what : "\(what) (\"\(words.joined(separator: ": "))\")"
    }

    /// The members that say why a request failed, the one that says most first.
    private static let reasons: [StaticString] = ["errorMessage", "title", "error", "detail", "message"]

    private static let counts: [(StaticString, any WritableKeyPath<EnvelopeClaims, Int?> & Sendable)] = [
        ("recordCount", \.recordCount), ("totalCount", \.totalCount), ("totalPages", \.totalPages), ("page", \.page),
        ("pageSize", \.pageSize),
    ]

    /// A member as a message shows it; of a list or an object that it is one.
    private static func member(_ name: JSONToken, _ value: JSONToken, in bytes: Span<UInt8>) -> String {
        let shown =
            switch value.kind {
            case .array: "a list"
            case .object: "an object"
            case .string, .number, .true, .false, .null: self.value(value, in: bytes)
            }
        return "\(text(name, in: bytes)): \(shown)"
    }

    /// A value as a message shows it; a text stands in quotation marks.
    private static func value(_ token: JSONToken, in bytes: Span<UInt8>) -> String {
        token.kind == .string ? "\"\(text(token, in: bytes))\"" : text(token, in: bytes)
    }

    /// A value's text, as far as a message shows it.
    private static func text(_ token: JSONToken, in bytes: Span<UInt8>) -> String {
        var text: [UInt8] = []
        if token.kind == .string {
            JSONString.unescape(bytes, token.inner, into: &text)
        } else {
            text.append(bytes, token.range.prefix(maximumTextBytes))
        }
        let whole = String(decoding: text, as: UTF8.self)
        return whole.utf8.count <= maximumTextBytes ? whole : String(whole.prefix(maximumTextBytes)) + "…"
    }

    /// Long enough for a sentence; what failed is told, not copied.
    private static let maximumTextBytes = 256
}
