import AuditModel
import StrictJSON

/// Makes the rows of a sheet from the rows of its CSV file.
///
/// The sheet says what the table says because it is made of the table's bytes; both writer and verifier make it so.
package struct SheetRows: Sendable {
    private let sheet: Sheet
    private let columns: [SheetColumn.Kind]
    /// Rows so far, the header included.
    package private(set) var count = 1
    /// Where rows of findings lead: their own row here, and the one of the deployments.
    package private(set) var links: [Link] = []
    private var cell: [UInt8] = []

    /// A link from a row of this sheet to one of the deployments; both count from 1.
    package struct Link: Sendable {
        package let row: Int
        package let target: Int
    }

    /// The CSV file that the rows come from.
    package var path: String { sheet.table ?? "" }

    package init(_ sheet: Sheet) {
        self.sheet = sheet
        columns = sheet.columns.map(\.kind)
    }

    /// Counts rows that were made elsewhere.
    package mutating func add(_ rows: Int) { count += rows }

    /// Appends the rows of whole lines of a CSV file.
    ///
    /// - Returns: how many bytes the whole lines take; what is left is the beginning of a line.
    @discardableResult
    package mutating func append(_ csv: [UInt8], into output: inout [UInt8]) -> Int {
        let span = csv.span
        var position = 0
        while position < span.count {
            let start = output.count
            guard let end = appendRow(span, from: position, into: &output) else {
                output.removeSubrange(start...)
                break
            }
            position = end
            count += 1
        }
        return position
    }

    /// Appends a row; nil if the bytes end within it.
    private mutating func appendRow(_ csv: Span<UInt8>, from start: Int, into output: inout [UInt8]) -> Int? {
        output.append(literal: "<row>")
        var row = Row()
        var position = start
        while position < csv.count {
            let end: Int?
            if csv[position] == UInt8(ascii: "\"") {
                end = SheetRows.takeQuoted(csv, from: position, into: &cell)
                append(cell.span, 0..<cell.count, to: &row, into: &output)
            } else {
                end = SheetRows.plainEnd(csv, from: position)
                append(csv, position..<(end ?? position), to: &row, into: &output)
            }
            guard let end, end < csv.count else { return nil }
            if csv[end] == 0x0A {
                output.append(literal: "</row>\n")
                addLink(row.target)
                return end + 1
            }
            position = end + 1
            row.column += 1
        }
        return nil
    }

    /// A row in the making.
    private struct Row {
        var column = 0
        /// Empty cells that are written only before another that is not.
        var empty = 0
        /// The row of the deployment that a finding is on.
        var target: Int?
    }

    private func append(_ text: Span<UInt8>, _ range: Range<Int>, to row: inout Row, into output: inout [UInt8]) {
        guard !range.isEmpty else {
            row.empty += 1
            return
        }
        for _ in 0..<row.empty { output.append(literal: "<c/>") }
        row.empty = 0
        if sheet == .findings, row.column == 0 { row.target = SheetRows.number(text, range) }
        appendCell(text, range, column: row.column, isLinked: row.target != nil, into: &output)
    }

    private mutating func addLink(_ target: Int?) {
        guard let target, links.count < Sheet.maximumLinks else { return }
        links.append(Link(row: count + 1, target: target + 2))
    }

    /// The end of an unquoted cell; nil if it is not there.
    private static func plainEnd(_ csv: Span<UInt8>, from start: Int) -> Int? {
        var index = start
        while index < csv.count, csv[index] != UInt8(ascii: ","), csv[index] != 0x0A { index += 1 }
        return index < csv.count ? index : nil
    }

    /// Takes the text of a quoted cell; returns its end, nil if it is not there.
    private static func takeQuoted(_ csv: Span<UInt8>, from start: Int, into cell: inout [UInt8]) -> Int? {
        cell.removeAll(keepingCapacity: true)
        var index = start + 1
        var begin = index
        while index < csv.count {
            guard csv[index] == UInt8(ascii: "\"") else {
                index += 1
                continue
            }
            cell.append(csv, begin..<index)
            index += 1
            guard index < csv.count else { return nil }
            guard csv[index] == UInt8(ascii: "\"") else { return index }
            // The second of two marks belongs to the text.
            begin = index
            index += 1
        }
        return nil
    }

    private static func number(_ csv: Span<UInt8>, _ range: Range<Int>) -> Int? {
        guard range.count < 16 else { return nil }
        var value = 0
        for index in range {
            guard (0x30...0x39).contains(csv[index]) else { return nil }
            value = value * 10 + Int(csv[index] - 0x30)
        }
        return value + 2 <= Sheet.maximumRows ? value : nil
    }

    private func appendCell(
        _ text: Span<UInt8>, _ range: Range<Int>, column: Int, isLinked: Bool, into output: inout [UInt8]
    ) {
        let kind = column < columns.count ? columns[column] : .text
        let isDone =
            switch kind {
            case .number: SheetNumber.appendCell(text, range, into: &output)
            case .amount: SheetNumber.appendCell(text, range, style: " s=\"2\"", into: &output)
            case .time: SheetTime.appendCell(text, range, into: &output)
            case .boolean: SheetNumber.appendBoolean(text, range, into: &output)
            case .text, .longText, .word, .identifier, .digest, .link: false
            }
        guard !isDone else { return }
        if kind == .link, isLinked { return SheetText.appendCell(text, range, style: " s=\"4\"", into: &output) }
        SheetText.appendCell(text, range, into: &output)
    }
}
