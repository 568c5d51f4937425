/// Reads the parts of a figure's markup, one after the other.
struct FigureReader {
    private(set) var position: Int

    /// Steps over `literal`, if it stands here.
    mutating func skip(_ literal: StaticString, in page: Span<UInt8>) -> Bool {
        let count = literal.utf8CodeUnitCount
        guard page.count - position >= count else { return false }
        let matches = literal.withUTF8Buffer { bytes in
            for index in 0..<count where bytes[index] != page[position + index] { return false }
            return true
        }
        if matches { position += count }
        return matches
    }

    mutating func expect(_ literal: StaticString, in page: Span<UInt8>) throws(FigureMarkup.Malformed) {
        guard skip(literal, in: page) else { throw FigureMarkup.Malformed(reason: "expected \(literal)") }
    }

    /// Reads a whole number without leading zeros.
    mutating func number(in page: Span<UInt8>) throws(FigureMarkup.Malformed) -> Int {
        let start = position
        var value = 0
        while position < page.count, (0x30...0x39).contains(page[position]) {
            guard position - start < 18 else { throw FigureMarkup.Malformed(reason: "number of over 18 digits") }
            value = value * 10 + Int(page[position] - 0x30)
            position += 1
        }
        guard position > start else { throw FigureMarkup.Malformed(reason: "expected a number") }
        guard page[start] != 0x30 || position == start + 1 else {
            throw FigureMarkup.Malformed(reason: "number with a leading zero")
        }
        return value
    }

    /// Reads escaped text up to `end`, which is not stepped over.
    mutating func text(until end: UInt8, in page: Span<UInt8>) throws(FigureMarkup.Malformed) -> String {
        var bytes: [UInt8] = []
        while position < page.count, page[position] != end {
            bytes.append(try character(in: page))
        }
        guard position < page.count else { throw FigureMarkup.Malformed(reason: "end of the page inside a figure") }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw FigureMarkup.Malformed(reason: "invalid UTF-8")
        }
        return text
    }

    private mutating func character(in page: Span<UInt8>) throws(FigureMarkup.Malformed) -> UInt8 {
        switch page[position] {
        case UInt8(ascii: "&"): return try escaped(in: page)
        case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""), UInt8(ascii: "'"):
            throw FigureMarkup.Malformed(reason: "character that is not escaped")
        case let byte:
            position += 1
            return byte
        }
    }

    private mutating func escaped(in page: Span<UInt8>) throws(FigureMarkup.Malformed) -> UInt8 {
        if skip("&amp;", in: page) { return UInt8(ascii: "&") }
        if skip("&lt;", in: page) { return UInt8(ascii: "<") }
        if skip("&gt;", in: page) { return UInt8(ascii: ">") }
        if skip("&quot;", in: page) { return UInt8(ascii: "\"") }
        if skip("&#39;", in: page) { return UInt8(ascii: "'") }
        throw FigureMarkup.Malformed(reason: "escape other than &amp; &lt; &gt; &quot; &#39;")
    }
}
