/// The byte at which a text is no JSON any more, as a message shows it.
package enum FoundByte {
    /// `: found "}"`, or nothing at the end of the text and for bytes that are no character of ASCII.
    package static func text(_ bytes: Span<UInt8>, _ index: Int, below end: Int) -> String {
        guard index >= 0, index < min(end, bytes.count), (0x21...0x7E).contains(bytes[index]) else { return "" }
        return
            ": found \(bytes[index] == UInt8(ascii: "\"") ? "a quotation mark" : "\"\(Character(UnicodeScalar(bytes[index])))\"")"
    }

    /// The short JSON string that begins at a byte, such as `: "status"`; nothing for a long one.
    package static func string(_ bytes: Span<UInt8>, _ index: Int, below end: Int) -> String {
        guard index >= 0, index < end, bytes[index] == UInt8(ascii: "\"") else { return "" }
        var last = index + 1
        while last < min(end, index + 66), bytes[last] != UInt8(ascii: "\"") {
            last += bytes[last] == UInt8(ascii: "\\") ? 2 : 1
        }
        guard last < min(end, index + 66) else { return "" }
        var text: [UInt8] = []
        for position in index...last { text.append(bytes[position]) }
        return ": " + String(decoding: text, as: UTF8.self)
    }
}
