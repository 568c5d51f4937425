import BundleFormat

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

extension FigureMarkup {
    /// Why bytes are no figure.
    struct Malformed: Error, Hashable, Sendable {
        let reason: String
    }

    /// Reads the figure that begins at `start`, and says where it ends.
    ///
    /// - Complexity: linear in the bytes up to the first that does not fit; no `<` but those of the figure's own tags fits.
    static func read(
        _ page: Span<UInt8>, at start: Int
    ) throws(Malformed) -> (figure: ReportFigure, end: Int) {
        var reader = FigureReader(position: start)
        try reader.expect("<data ", in: page)
        let location = try location(&reader, page)
        try reader.expect(" value=\"", in: page)
        let value = try reader.text(until: UInt8(ascii: "\""), in: page)
        try reader.expect("\" data-as=\"", in: page)
        let name = try reader.text(until: UInt8(ascii: "\""), in: page)
        guard let kind = FigureText.Kind.allCases.first(where: { $0.rawValue.utf8.elementsEqual(name.utf8) }) else {
            throw Malformed(reason: "data-as is no kind of figure")
        }
        try reader.expect("\">", in: page)
        let text = try reader.text(until: UInt8(ascii: "<"), in: page)
        try reader.expect("</data>", in: page)
        return (ReportFigure(location, value: value, kind: kind, text: text), reader.position)
    }

    /// Reads the attributes before `value`, the last one's closing quote included.
    private static func location(
        _ reader: inout FigureReader, _ page: Span<UInt8>
    ) throws(Malformed) -> ReportFigure.Location {
        let quote = UInt8(ascii: "\"")
        let location: ReportFigure.Location
        if reader.skip("id=\"metric-", in: page) {
            location = .metric(try reader.text(until: quote, in: page))
        } else if reader.skip("data-metric=\"", in: page) {
            let metric = try reader.text(until: quote, in: page)
            try reader.expect("\" data-key=\"", in: page)
            location = .member(metric: metric, key: try reader.text(until: quote, in: page))
        } else if reader.skip("data-row=\"", in: page) {
            let row = try reader.number(in: page)
            try reader.expect("\" data-field=\"", in: page)
            let field = try reader.text(until: quote, in: page)
            let sequence = reader.skip("\" data-sequence=\"", in: page) ? try reader.number(in: page) : nil
            location = .cell(row: row, field: field, sequence: sequence)
        } else {
            throw Malformed(reason: "first attribute is none of id=\"metric-…\", data-metric, data-row")
        }
        try reader.expect("\"", in: page)
        return location
    }
}
