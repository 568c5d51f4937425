import RecordContent
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
    /// Elements of its lists of deployments, read or not.
    package private(set) var listed = 0

    init(at position: RecordPosition) { self.position = position }

    /// Whether a finding may follow.
    var isRemarkable: Bool {
        failure != nil || isCached || simulation != nil || recordCount != nil || totalCount != nil || totalPages != nil
            || page != nil || following != nil || isLast || isFullPage
    }

    /// Whether it lists as many deployments as a page holds, and says nothing of how many there are.
    ///
    /// Without a `pageSize` only a number counts that services have as the size of a page.
    package var isFullPage: Bool {
        guard recordCount == nil, totalCount == nil, totalPages == nil, failure == nil, listed > 0 else { return false }
        guard following == nil, !isLast else { return false }
        return pageSize.map { $0 == listed } ?? EnvelopeClaims.usualPageSizes.contains(listed)
    }

    private static let usualPageSizes: Set<Int> = [50, 100, 200, 250, 500, 1_000, 2_000, 5_000, 10_000]

    /// Counts elements of a list that was read apart.
    mutating func addListed(_ count: Int) { listed += count }

    /// Whether it says how many deployments there are.
    package var countsDeployments: Bool { recordCount != nil || totalCount != nil }

    /// The claims of an envelope at hand.
    init(_ object: Int, _ tape: JSONTape, in bytes: Span<UInt8>, at position: RecordPosition) {
        self.init(at: position)
        var success: JSONToken?
        var status: HTTPStatus?
        var reasons: [String: String] = [:]
        var unreadable: String?
        tape.forEachMember(of: object) { key, value in
            let token = tape.tokens[value]
            func isNamed(_ name: StaticString) -> Bool { tape.isName(key, name, in: bytes) }
            if isNamed("success") { success = token }
            if isNamed("status") { status = HTTPStatus(token, in: bytes) }
            if token.kind == .array, UnreadMember.holders.contains(where: isNamed) {
                tape.forEachElement(of: value) { _ in listed += 1 }
            }
            if isNamed("isCached") { isCached = token.kind == .true }
            for (name, path) in EnvelopeClaims.counts where isNamed(name) && token.kind != .null {
                self[keyPath: path] = EnvelopeClaims.count(token, in: bytes)
                if self[keyPath: path] == nil { unreadable = "\(name): \(EnvelopeClaims.value(token, in: bytes))" }
            }
            noteFollowing(tape.tokens[key], token, in: bytes)
            if Simulation.isNamed(tape.tokens[key], in: bytes), !Simulation.isDenied(token, in: bytes) {
                simulation = EnvelopeClaims.value(token, in: bytes)
            }
            for name in EnvelopeClaims.reasons where isNamed(name) && token.kind == .string && !token.inner.isEmpty {
                reasons["\(name)"] = EnvelopeClaims.text(token, in: bytes)
            }
        }
        let words = EnvelopeClaims.reasons.compactMap { reasons["\($0)"] }
        if let success, success.kind != .true {
            failure = EnvelopeClaims.failure("success: \(EnvelopeClaims.value(success, in: bytes))", words.prefix(1))
        } else if success == nil, let status {
            failure = EnvelopeClaims.failure("status \(status.text)", words.prefix(2))
        } else {
            // A count that is none may hide that more was to come.
            failure = unreadable
        }
    }

    /// Takes note of a member that says whether there is a page behind this one.
    private mutating func noteFollowing(_ name: JSONToken, _ value: JSONToken, in bytes: Span<UInt8>) {
        guard value.kind != .object, value.kind != .array, FollowingPage.isNamed(name, in: bytes) else { return }
        guard !FollowingPage.isDenied(value, in: bytes) else {
            isLast = true
            return
        }
        following = "\(EnvelopeClaims.text(name, in: bytes)): \(EnvelopeClaims.value(value, in: bytes))"
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

    /// A count, written as a number or as its text.
    private static func count(_ token: JSONToken, in bytes: Span<UInt8>) -> Int? {
        guard token.kind == .number || token.kind == .string else { return nil }
        let range = token.kind == .string ? token.inner : token.range
        return WholeNumber(bytes, range)?.signed.flatMap { $0 < 0 ? nil : Int(exactly: $0) }
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
