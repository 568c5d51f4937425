import RecordContent
import StrictJSON

/// What a response says of pages behind it, without a number of pages: that there are more, or a token of the next one.
///
/// Services have many names for it, which are told by their letters and digits (docs/domain.md, 5).
enum FollowingPage {
    /// Names of members that say whether there is more, or hold what the next page is asked for with.
    private static let names: Set<String> = [
        "continuationtoken", "hasmore", "hasmorepages", "hasmoreresults", "hasnext", "hasnextpage", "istruncated",
        "moreavailable", "next", "nextcursor", "nextlink", "nextpage", "nextpagetoken", "nextpageurl", "nexttoken",
        "nexturl", "odatanextlink",
    ]

    /// Whether a member of this name says if there is a page behind this one.
    static func isNamed(_ name: JSONToken, in bytes: Span<UInt8>) -> Bool {
        guard name.inner.count <= SimilarName.maximumBytes else { return false }
        var text: [UInt8] = []
        JSONString.unescape(bytes, name.inner, into: &text)
        let letters = text.compactMap { byte -> UInt8? in
            let folded = (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
            return (0x61...0x7A).contains(folded) || (0x30...0x39).contains(folded) ? folded : nil
        }
        return names.contains(String(decoding: letters, as: UTF8.self))
    }

    /// Whether a value says that no page follows: false, null, zero, nothing, or the text of one of them.
    static func isDenied(_ value: JSONToken, in bytes: Span<UInt8>) -> Bool {
        switch value.kind {
        case .false, .null: true
        case .true, .object, .array: false
        case .number: bytes.equals("0", value.range)
        case .string:
            value.inner.isEmpty || bytes.equals("0", value.inner) || bytes.equals("false", value.inner)
                || bytes.equals("False", value.inner) || bytes.equals("null", value.inner)
        }
    }
}
