import AuditModel
import StrictJSON

/// The CSV dialect of bundles: RFC 4180, UTF-8, LF, quoted only where needed (docs/bundle-format.md, 2).
package enum CSV {
    /// Appends a cell.
    package static func write(_ text: Span<UInt8>, _ range: Range<Int>, into output: inout [UInt8]) {
        guard needsQuotes(text, range) else { return output.append(text, range) }
        output.append(UInt8(ascii: "\""))
        // A quotation mark ends one stretch and begins the next, so it stands twice.
        var start = range.lowerBound
        for index in range where text[index] == UInt8(ascii: "\"") {
            output.append(text, start..<index + 1)
            start = index
        }
        output.append(text, start..<range.upperBound)
        output.append(UInt8(ascii: "\""))
    }

    package static func write(_ text: String, into output: inout [UInt8]) {
        let bytes = Array(text.utf8)
        write(bytes.span, 0..<bytes.count, into: &output)
    }

    private static func needsQuotes(_ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
        hasOuterSpace(text, range)
            || holds(text, range) { word in
                hasZero(word ^ 0x2222_2222_2222_2222) | hasZero(word ^ 0x2C2C_2C2C_2C2C_2C2C)
                    | hasZero(word ^ 0x0A0A_0A0A_0A0A_0A0A) | hasZero(word ^ 0x0D0D_0D0D_0D0D_0D0D)
            }
    }

    /// Whether the inside of a canonical JSON string is a cell as it stands.
    ///
    /// Without a backslash it holds no quotation mark and no line end: one look at the bytes does for both questions.
    private static func isPlainString(_ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
        !hasOuterSpace(text, range)
            && !holds(text, range) { hasZero($0 ^ 0x2C2C_2C2C_2C2C_2C2C) | hasZero($0 ^ 0x5C5C_5C5C_5C5C_5C5C) }
    }

    private static func hasOuterSpace(_ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard let last = range.last else { return false }
        return text[range.lowerBound] == 0x20 || text[last] == 0x20
    }

    /// Whether a text holds a byte that is looked for; `find` gives something else than 0 for a word that has one.
    ///
    /// Eight bytes at a time: nearly every cell is plain.
    @inline(__always)
    private static func holds(_ text: Span<UInt8>, _ range: Range<Int>, where find: (UInt64) -> UInt64) -> Bool {
        var index = range.lowerBound
        let raw = text.bytes
        while index + 8 <= range.upperBound {
            if find(unsafe raw.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)) != 0 { return true }
            index += 8
        }
        // The rest byte by byte, each as a word of eight that are the same.
        while index < range.upperBound {
            if find(UInt64(text[index]) &* 0x0101_0101_0101_0101) != 0 { return true }
            index += 1
        }
        return false
    }

    /// Not 0 if one of eight bytes is 0.
    @inline(__always)
    private static func hasZero(_ word: UInt64) -> UInt64 {
        (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
    }

    /// Appends the cell of a canonical JSON value: a string's text, any other value's JSON; nothing if absent.
    static func writeValue(_ value: ByteSlice, _ bytes: Span<UInt8>, into output: inout [UInt8]) {
        guard !value.isEmpty else { return }
        let range = value.range
        guard bytes[range.lowerBound] == UInt8(ascii: "\"") else { return write(bytes, range, into: &output) }
        let inner = range.lowerBound + 1..<range.upperBound - 1
        if isPlainString(bytes, inner) { return output.append(bytes, inner) }
        if bytes.skippingToQuoteOrEscape(from: inner.lowerBound) < inner.upperBound {
            var text: [UInt8] = []
            JSONString.unescape(bytes, inner, into: &text)
            write(text.span, 0..<text.count, into: &output)
        } else {
            write(bytes, inner, into: &output)
        }
    }

    /// A row of cells.
    package static func row(_ cells: [String]) -> [UInt8] {
        var output: [UInt8] = []
        for (index, cell) in cells.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            write(cell, into: &output)
        }
        return output + [0x0A]
    }
}

extension CSV {
    /// The cells of a table in this dialect; what is not in it gives cells that do not write back to the same bytes.
    package static func parse(_ bytes: [UInt8]) -> [[String]] {
        var rows: [[String]] = []
        var row: [String] = []
        var cell: [UInt8] = []
        var inQuotes = false
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if byte == UInt8(ascii: "\"") {
                if inQuotes, index < bytes.count, bytes[index] == byte {
                    cell.append(byte)
                    index += 1
                } else {
                    inQuotes.toggle()
                }
            } else if !inQuotes, byte == UInt8(ascii: ",") || byte == 0x0A {
                row.append(String(decoding: cell, as: UTF8.self))
                cell.removeAll(keepingCapacity: true)
                if byte == 0x0A {
                    rows.append(row)
                    row = []
                }
            } else {
                cell.append(byte)
            }
        }
        return rows
    }
}
