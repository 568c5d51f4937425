/// The one way a figure is written in the report.
///
///     <data id="metric-NAME" value="…" data-as="…">…</data>
///     <data data-metric="…" data-key="…" value="…" data-as="…">…</data>
///     <data data-row="…" data-field="…" value="…" data-as="…">…</data>
///     <data data-row="…" data-field="…" data-sequence="…" value="…" data-as="…">…</data>
///
/// Of `& < > " '` each is escaped, everywhere, as `&amp; &lt; &gt; &quot; &#39;`; no other byte is.
package enum FigureMarkup {
    /// Appends a figure.
    package static func append(_ figure: ReportFigure, to page: inout [UInt8]) {
        append(figure.location, to: &page)
        page.append(contentsOf: "\" value=\"".utf8)
        appendEscaped(figure.value, to: &page)
        appendKind(figure.kind, to: &page)
        appendEscaped(figure.text, to: &page)
        page.append(contentsOf: "</data>".utf8)
    }

    /// Appends a cell whose text is its value, given as UTF-8.
    package static func appendTextCell(
        row: Int, field: String, sequence: Int? = nil, value: [UInt8], to page: inout [UInt8]
    ) {
        append(.cell(row: row, field: field, sequence: sequence), to: &page)
        page.append(contentsOf: "\" value=\"".utf8)
        value.withUnsafeBufferPointer { appendEscaped($0, to: &page) }
        appendKind(.text, to: &page)
        value.withUnsafeBufferPointer { appendEscaped($0, to: &page) }
        page.append(contentsOf: "</data>".utf8)
    }

    /// Appends text with the five escapes.
    package static func appendEscaped(_ text: String, to page: inout [UInt8]) {
        var text = text
        text.withUTF8 { appendEscaped($0, to: &page) }
    }

    private static func appendEscaped(_ bytes: UnsafeBufferPointer<UInt8>, to page: inout [UInt8]) {
        var start = 0
        for index in bytes.indices {
            guard let escape = escape(bytes[index]) else { continue }
            page.append(contentsOf: bytes[start..<index])
            page.append(contentsOf: escape.utf8)
            start = index + 1
        }
        page.append(contentsOf: bytes[start...])
    }

    private static func escape(_ byte: UInt8) -> String? {
        switch byte {
        case UInt8(ascii: "&"): "&amp;"
        case UInt8(ascii: "<"): "&lt;"
        case UInt8(ascii: ">"): "&gt;"
        case UInt8(ascii: "\""): "&quot;"
        case UInt8(ascii: "'"): "&#39;"
        default: nil
        }
    }

    private static func append(_ location: ReportFigure.Location, to page: inout [UInt8]) {
        switch location {
        case .metric(let name):
            page.append(contentsOf: "<data id=\"metric-".utf8)
            appendEscaped(name, to: &page)
        case .member(let metric, let key):
            page.append(contentsOf: "<data data-metric=\"".utf8)
            appendEscaped(metric, to: &page)
            page.append(contentsOf: "\" data-key=\"".utf8)
            appendEscaped(key, to: &page)
        case .cell(let row, let field, let sequence):
            page.append(contentsOf: "<data data-row=\"".utf8)
            page.append(contentsOf: "\(row)".utf8)
            page.append(contentsOf: "\" data-field=\"".utf8)
            appendEscaped(field, to: &page)
            guard let sequence else { return }
            page.append(contentsOf: "\" data-sequence=\"".utf8)
            page.append(contentsOf: "\(sequence)".utf8)
        }
    }

    private static func appendKind(_ kind: FigureText.Kind, to page: inout [UInt8]) {
        page.append(contentsOf: "\" data-as=\"".utf8)
        page.append(contentsOf: kind.rawValue.utf8)
        page.append(contentsOf: "\">".utf8)
    }
}
