package import StrictJSON

/// What a member of a response that stands beside its records says, as far as its name is known.
///
/// Services have many names for one thing, which are told by their letters and digits (docs/domain.md, 5).
package struct ResponseMember {
    package let name: String
    package let letters: String

    /// nil for a name that is longer than any that is known.
    package init?(_ name: JSONToken, in bytes: Span<UInt8>) {
        guard name.inner.count <= SimilarName.maximumBytes else { return nil }
        var text: [UInt8] = []
        JSONString.unescape(bytes, name.inner, into: &text)
        self.init(named: String(decoding: text, as: UTF8.self))
    }

    /// The member of a name as it is, without escapes; nil for one that is longer than any that is known.
    package init?(named name: String) {
        guard name.utf8.count <= SimilarName.maximumBytes else { return nil }
        self.name = name
        let folded = name.utf8.filter(SimilarName.isWord).map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        letters = String(decoding: folded, as: UTF8.self)
    }

    /// Whether this version knows what a member of this name says when it has such a value.
    package func isKnown(_ value: JSONToken, in bytes: Span<UInt8>) -> Bool {
        if ResponseMember.names.contains(name) || SimilarName.envelopeMembers.contains(name) || namesFollowing {
            return true
        }
        let saysWhole = ResponseMember.cut.contains(letters) || ResponseMember.whole.contains(letters)
        return saysWhole && ResponseMember.boolean(value, in: bytes) != nil
    }

    /// Whether it tells a part of a listing by its offset.
    package var namesStretch: Bool { ["limit", "offset", "total"].contains(name) }

    /// Whether it differs from a member of envelopes in case and punctuation alone.
    package var isMisspelt: Bool {
        SimilarName.envelopeMembers.contains { SimilarName.match(Array(name.utf8), $0) != nil }
    }

    /// Members of the service's responses, and of answers about failures, that say nothing of how much there is.
    private static let names: Set<String> = [
        "code", "correlationId", "detail", "error", "errorMessage", "errors", "format", "instance",
        "isSimulated", "isSimulatedEvidence", "message", "path", "status", "statusCode", "timestamp", "title",
        "traceId", "type",
    ]

    // Pages behind it, without a number of pages

    /// Whether it says that there are more, or is a token of the next page.
    package var namesFollowing: Bool { ResponseMember.following.contains(letters) }

    /// Whether it is one by which an answer says that it is not whole, and that no record has: `complete` may be said of a deployment.
    package var namesExtent: Bool {
        letters == "totalpages" || namesFollowing && letters != "next"
            || ResponseMember.cut.contains(letters) && !letters.hasSuffix("complete") && letters != "partial"
    }

    /// Names of members that say whether there is more, or hold what the next page is asked for with.
    private static let following: Set<String> = [
        "continuationtoken", "hasmore", "hasmorepages", "hasmoreresults", "hasnext", "hasnextpage", "istruncated",
        "moreavailable", "next", "nextcursor", "nextlink", "nextpage", "nextpagetoken", "nextpageurl", "nexttoken",
        "nexturl", "odatanextlink",
    ]

    /// Whether a value says that no page follows: false, null, zero, nothing, or the text of one of them.
    package static func isDenied(_ value: JSONToken, in bytes: Span<UInt8>) -> Bool {
        switch value.kind {
        case .false, .null: true
        case .true, .object, .array: false
        case .number: bytes.equals("0", value.range)
        case .string: value.inner.isEmpty || denials.contains { bytes.equals($0, value.inner) }
        }
    }

    /// The same of the text of a value.
    package static func isDenied(_ text: String) -> Bool { text.isEmpty || denials.contains { "\($0)" == text } }

    private static let denials: [StaticString] = ["0", "false", "False", "null"]

    // Parts of an answer

    /// Whether it says that the answer is not whole: `truncated` and others alike are true, or `complete` is false.
    ///
    /// A number may count deployments, and says nothing of that.
    package func saysCut(_ value: JSONToken, in bytes: Span<UInt8>) -> Bool {
        guard let isTrue = ResponseMember.boolean(value, in: bytes) else { return false }
        return (isTrue ? ResponseMember.cut : ResponseMember.whole).contains(letters)
    }

    /// Names of members that say, if they are true, that something is missing; letters and digits alone.
    package static let cut: Set<String> = [
        "incomplete", "isincomplete", "ispartial", "istimedout", "partial", "timedout", "truncated",
    ]

    /// Names of members that say, if they are false, that something is missing; letters and digits alone.
    package static let whole: Set<String> = ["complete", "iscomplete"]

    /// Texts that are taken for true and false.
    package static let booleans: [(text: StaticString, isTrue: Bool)] = [
        ("true", true), ("True", true), ("TRUE", true), ("false", false), ("False", false), ("FALSE", false),
    ]

    private static func boolean(_ value: JSONToken, in bytes: Span<UInt8>) -> Bool? {
        switch value.kind {
        case .true: true
        case .false: false
        case .string: booleans.first { bytes.equals($0.text, value.inner) }?.isTrue
        case .null, .number, .object, .array: nil
        }
    }
}
