/// The byte at which a text is no JSON any more, as a message shows it.
package enum FoundByte {
    /// `: found "}"`, or nothing at the end of the text and for bytes that are no character of ASCII.
    package static func text(_ bytes: Span<UInt8>, _ index: Int, below end: Int) -> String {
        guard index >= 0, index < min(end, bytes.count), (0x21...0x7E).contains(bytes[index]) else { return "" }
        return
            ": found \(bytes[index] == UInt8(ascii: "\"") ? "a quotation mark" : "\"\(Character(UnicodeScalar(bytes[index])))\"")"
    }
}
