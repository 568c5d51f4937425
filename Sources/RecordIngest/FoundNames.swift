import RecordContent

/// Names that a message lists, since one of them may be the one that was meant.
enum FoundNames {
    /// Names that are listed.
    static let maximum = 8

    /// The names that can be shown as they are, such as `id, state and more`; nil if there is none.
    static func text(_ names: [String]) -> String? {
        let plain = names.prefix(maximum).filter(SimilarName.isPlain)
        guard !plain.isEmpty else { return nil }
        return plain.joined(separator: ", ") + (names.count > plain.count ? " and more" : "")
    }
}

/// The byte at which a text is no JSON any more, as a message shows it.
enum FoundByte {
    /// `: found "}"`, or nothing at the end of the text and for bytes that are no character of ASCII.
    static func text(_ bytes: Span<UInt8>, _ index: Int, below end: Int) -> String {
        guard index >= 0, index < min(end, bytes.count), (0x21...0x7E).contains(bytes[index]) else { return "" }
        return
            ": found \(bytes[index] == UInt8(ascii: "\"") ? "a quotation mark" : "\"\(Character(UnicodeScalar(bytes[index])))\"")"
    }
}
