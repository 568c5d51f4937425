import StrictJSON

/// Texts in the XML of a workbook (ECMA-376 part 1, 22.9.2.19: `ST_Xstring`).
///
/// What XML cannot hold stands as `_xHHHH_`, and an underscore that would begin such a mark as `_x005F_`.
enum SheetText {
    /// What a cell takes, in UTF-16 units (Excel's limit).
    static let maximumLength = 32_767
    private static let note = " … (cut; whole in the CSV file)"

    /// Appends a cell that is a text; nothing else can come of it, whatever it begins with.
    static func appendCell(
        _ text: Span<UInt8>, _ range: Range<Int>, style: StaticString = "", into output: inout [UInt8]
    ) {
        guard isPlain(text, range) else { return appendHardCell(text, range, style: style, into: &output) }
        output.append(literal: "<c")
        output.append(literal: style)
        output.append(literal: " t=\"str\"><v>")
        output.append(text, range)
        output.append(literal: "</v></c>")
    }

    /// Whether a text is its own XML and keeps its blanks.
    private static func isPlain(_ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard range.count <= maximumLength, let last = range.last else { return range.isEmpty }
        for index in range where !isPlain[Int(text[index])] { return false }
        return text[range.lowerBound] != 0x20 && text[last] != 0x20
    }

    /// Bytes that never need a second look.
    private static let isPlain: [Bool] = (0..<256).map { byte in
        byte >= 0x20 && byte != 0xEF && !"&<>_".utf8.contains(UInt8(byte))
    }

    private static func appendHardCell(
        _ text: Span<UInt8>, _ range: Range<Int>, style: StaticString, into output: inout [UInt8]
    ) {
        output.append(literal: "<c")
        output.append(literal: style)
        output.append(literal: " t=\"inlineStr\"><is><t xml:space=\"preserve\">")
        let end = end(text, range)
        append(text, range.lowerBound..<end, into: &output)
        if end < range.upperBound { output.append(contentsOf: note.utf8) }
        output.append(literal: "</t></is></c>")
    }

    /// Where a text that is too long for a cell is cut, between two characters of Unicode.
    private static func end(_ text: Span<UInt8>, _ range: Range<Int>) -> Int {
        guard range.count > maximumLength else { return range.upperBound }
        var units = 0
        var cut = range.lowerBound
        for index in range {
            let byte = text[index]
            guard byte & 0xC0 != 0x80 else { continue }
            if units <= maximumLength - note.utf16.count { cut = index }
            units += byte >= 0xF0 ? 2 : 1
        }
        return units <= maximumLength ? range.upperBound : cut
    }

    /// Appends a text as XML.
    static func append(_ text: Span<UInt8>, _ range: Range<Int>, into output: inout [UInt8]) {
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = text[index]
            switch byte {
            case UInt8(ascii: "&"): output.append(literal: "&amp;")
            case UInt8(ascii: "<"): output.append(literal: "&lt;")
            case UInt8(ascii: ">"): output.append(literal: "&gt;")
            case UInt8(ascii: "_") where beginsMark(text, index..<range.upperBound): output.append(literal: "_x005F_")
            case 0x09, 0x0A: output.append(byte)
            case 0..<0x20:
                output.append(literal: "_x00")
                for digit in [byte >> 4, byte & 15] { output.append(hexadecimalDigits[Int(digit)]) }
                output.append(UInt8(ascii: "_"))
            case 0xEF where isNoncharacter(text, index..<range.upperBound):
                output.append(literal: text[index + 2] == 0xBE ? "_xFFFE_" : "_xFFFF_")
                index += 2
            default: output.append(byte)
            }
            index += 1
        }
    }

    static func append(_ text: String, into output: inout [UInt8]) {
        let bytes = Array(text.utf8)
        append(bytes.span, 0..<bytes.count, into: &output)
    }

    private static let hexadecimalDigits = Array("0123456789ABCDEF".utf8)

    /// Whether a text goes on with `_xHHHH_`, which a reader would take for a character.
    private static func beginsMark(_ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
        let start = range.lowerBound
        guard range.count >= 7, text[start + 1] | 0x20 == UInt8(ascii: "x"), text[start + 6] == UInt8(ascii: "_") else {
            return false
        }
        for index in start + 2..<start + 6 {
            let byte = text[index]
            let isDigit = (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte | 0x20)
            guard isDigit else { return false }
        }
        return true
    }

    /// Whether a text goes on with U+FFFE or U+FFFF, which XML does not have (XML 1.0, 2.2).
    private static func isNoncharacter(_ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard range.count >= 3, text[range.lowerBound + 1] == 0xBF else { return false }
        return text[range.lowerBound + 2] >= 0xBE
    }
}
