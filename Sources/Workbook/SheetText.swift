import StrictJSON

/// Texts in the XML of a workbook (ECMA-376 part 1, 22.9.2.19: `ST_Xstring`).
///
/// What XML cannot hold stands as `_xHHHH_`, and an underscore that would begin such a mark as `_x005F_`.
enum SheetText {
    /// What a cell takes, in UTF-16 units (Excel's limit).
    static let maximumLength = 32_767
    /// The most bytes of XML that a unit, or a byte, of a text becomes: `_x0000_`.
    private static let longestMark = 7
    private static let note = " … (cut; whole in the CSV file)"

    /// Bytes that are enough for the XML of a text, which is cut where it is too long.
    static func room(for count: Int) -> Int { min(count, maximumLength) * longestMark }

    /// Appends a cell that is a text; nothing else can come of it, whatever it begins with.
    ///
    /// - Parameters:
    ///   - text: where the text stands.
    ///   - range: its bytes.
    ///   - isItsXML: whether XML holds it as it is; nil where nobody has looked yet.
    ///   - form: how the cell looks.
    ///   - row: the cell's row.
    ///   - output: what it is appended to.
    static func appendCell(
        _ text: Span<UInt8>, _ range: Range<Int>, isItsXML: Bool? = nil, form: CellForm, to row: inout SheetRow,
        into output: inout OutputSpan<UInt8>
    ) {
        let isPlain = if let isItsXML { isItsXML } else { SheetText.isItsXML(text, range) }
        guard isPlain, range.count <= maximumLength, !hasOuterBlank(text, range) else {
            return appendExactCell(text, range, form: form, to: &row, into: &output)
        }
        row.begin(form, into: &output)
        output.append(text, range)
    }

    /// Whether XML holds a text as it is.
    private static func isItsXML(_ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
        var index = text.skippingPlainCell(from: range.lowerBound, to: range.upperBound)
        while index < range.upperBound {
            guard isItself(text, index..<range.upperBound) else { return false }
            index = text.skippingPlainCell(from: index + 1, to: range.upperBound)
        }
        return true
    }

    /// Whether a byte that was looked for stands in XML as it is: a comma, or an underscore that begins no mark.
    static func isItself(_ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
        switch text[range.lowerBound] {
        case UInt8(ascii: ","): true
        case UInt8(ascii: "_"): !beginsMark(text, range)
        default: false
        }
    }

    private static func hasOuterBlank(_ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard let last = range.last else { return false }
        return text[range.lowerBound] == 0x20 || text[last] == 0x20
    }

    private static func appendExactCell(
        _ text: Span<UInt8>, _ range: Range<Int>, form: CellForm, to row: inout SheetRow,
        into output: inout OutputSpan<UInt8>
    ) {
        row.beginExact(form, into: &output)
        let end = end(text, range)
        append(text, range.lowerBound..<end, into: &output)
        if end < range.upperBound { for byte in note.utf8 { output.append(byte) } }
        row.endExact(into: &output)
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
    static func append(_ text: Span<UInt8>, _ range: Range<Int>, into output: inout OutputSpan<UInt8>) {
        var index = range.lowerBound
        while index < range.upperBound {
            let mark = text.skippingPlainCell(from: index, to: range.upperBound)
            output.append(text, index..<mark)
            guard mark < range.upperBound else { return }
            index = mark + appendMark(text, mark..<range.upperBound, into: &output)
        }
    }

    /// Appends what a text begins with, where it may not be its own XML; returns how many of its bytes that is.
    private static func appendMark(
        _ text: Span<UInt8>, _ range: Range<Int>, into output: inout OutputSpan<UInt8>
    ) -> Int {
        let byte = text[range.lowerBound]
        switch byte {
        case UInt8(ascii: "&"): output.append(literal: "&amp;")
        case UInt8(ascii: "<"): output.append(literal: "&lt;")
        case UInt8(ascii: ">"): output.append(literal: "&gt;")
        case UInt8(ascii: "_") where beginsMark(text, range): output.append(literal: "_x005F_")
        case 0x09, 0x0A: output.append(byte)
        case 0..<0x20:
            output.append(literal: "_x00")
            for digit in [byte >> 4, byte & 15] { output.append(hexadecimalDigits[Int(digit)]) }
            output.append(UInt8(ascii: "_"))
        case 0xEF where isNoncharacter(text, range):
            output.append(literal: text[range.lowerBound + 2] == 0xBE ? "_xFFFE_" : "_xFFFF_")
            return 3
        default: output.append(byte)
        }
        return 1
    }

    /// A text as XML.
    static func xml(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        return [UInt8](room: bytes.count * longestMark) { append(bytes.span, 0..<bytes.count, into: &$0) }
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
