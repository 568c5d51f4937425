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
        var position = 0
        var room = SheetRows.room(for: csv.count)
        while true {
            let start = position
            var end = RowEnd.incomplete
            let rows = [UInt8](room: room) { end = appendRows(csv.span, from: &position, into: &$0) }
            if output.isEmpty { output = rows } else { output += rows }
            guard end == .noRoom else { return position }
            room = position > start ? SheetRows.room(for: csv.count - position) : room * 2
        }
    }

    /// Bytes that are most often enough for the rows of so many bytes of CSV.
    private static func room(for count: Int) -> Int { count / 2 * 5 + SheetRow.room(for: 0) }

    /// How the making of a row ended.
    private enum RowEnd: Equatable {
        /// At the end of a line.
        case at(Int)
        /// The bytes end within the row.
        case incomplete
        /// There is no room for more.
        case noRoom
    }

    /// Appends rows as long as there are whole ones and room for them; says why it ended.
    private mutating func appendRows(
        _ csv: Span<UInt8>, from position: inout Int, into output: inout OutputSpan<UInt8>
    ) -> RowEnd {
        while position < csv.count {
            let start = output.count
            let end = appendRow(csv, from: position, into: &output)
            guard case .at(let next) = end else {
                output.removeLast(output.count - start)
                return end
            }
            position = next
            count += 1
        }
        return .incomplete
    }

    private mutating func appendRow(
        _ csv: Span<UInt8>, from start: Int, into output: inout OutputSpan<UInt8>
    ) -> RowEnd {
        guard output.freeCapacity >= SheetRow.room(for: 0) else { return .noRoom }
        var row = Row(cells: SheetRow(into: &output))
        var position = start
        while position < csv.count {
            guard let end = appendCell(csv, from: position, to: &row, into: &output), end < csv.count else {
                return row.hasRoom ? .incomplete : .noRoom
            }
            if csv[end] == 0x0A {
                row.cells.finish(into: &output)
                addLink(row.target)
                return .at(end + 1)
            }
            position = end + 1
            row.column += 1
        }
        return .incomplete
    }

    /// A row in the making.
    private struct Row {
        var cells: SheetRow
        var column = 0
        /// Empty cells that are written only before another that is not.
        var empty = 0
        /// The row of the deployment that a finding is on.
        var target: Int?
        var hasRoom = true
    }

    /// Appends the cell that begins at an offset; returns its end, nil if it is not there, or there is no room.
    private mutating func appendCell(
        _ csv: Span<UInt8>, from start: Int, to row: inout Row, into output: inout OutputSpan<UInt8>
    ) -> Int? {
        if csv[start] == UInt8(ascii: "\"") {
            let end = SheetRows.takeQuoted(csv, from: start, into: &cell)
            append(cell.span, 0..<cell.count, isItsXML: nil, to: &row, into: &output)
            return row.hasRoom ? end : nil
        }
        guard let (end, isItsXML) = SheetRows.plainEnd(csv, from: start) else { return nil }
        append(csv, start..<end, isItsXML: isItsXML, to: &row, into: &output)
        return row.hasRoom ? end : nil
    }

    /// Appends a cell that is not empty; `isItsXML` is nil where nobody knows yet.
    private func append(
        _ text: Span<UInt8>, _ range: Range<Int>, isItsXML: Bool?, to row: inout Row,
        into output: inout OutputSpan<UInt8>
    ) {
        guard !range.isEmpty else {
            row.empty += 1
            return
        }
        guard output.freeCapacity >= SheetRow.room(for: range.count, empty: row.empty) else {
            row.hasRoom = false
            return
        }
        row.cells.skip(row.empty, into: &output)
        row.empty = 0
        if sheet == .findings, row.column == 0 { row.target = SheetRows.number(text, range) }
        let kind = row.column < columns.count ? columns[row.column] : .text
        guard !SheetRows.appendTyped(text, range, of: kind, to: &row.cells, into: &output) else { return }
        let form = kind == .link && row.target != nil ? CellForm.link : .text
        SheetText.appendCell(text, range, isItsXML: isItsXML, form: form, to: &row.cells, into: &output)
    }

    private mutating func addLink(_ target: Int?) {
        guard let target, links.count < Sheet.maximumLinks else { return }
        links.append(Link(row: count + 1, target: target + 2))
    }

    /// The end of an unquoted cell, and whether its text is its own XML; nil if the end is not there.
    private static func plainEnd(_ csv: Span<UInt8>, from start: Int) -> (end: Int, isItsXML: Bool)? {
        // A third of all cells are empty.
        if csv[start] == UInt8(ascii: ",") { return (start, true) }
        var isItsXML = true
        var index = csv.skippingPlainCell(from: start, to: csv.count)
        while index < csv.count {
            if csv[index] == UInt8(ascii: ",") || csv[index] == 0x0A { return (index, isItsXML) }
            isItsXML = isItsXML && SheetText.isItself(csv, index..<csv.count)
            index = csv.skippingPlainCell(from: index + 1, to: csv.count)
        }
        return nil
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

    /// Appends a number, a time or a truth value; false if the text is none, or the column one of texts.
    private static func appendTyped(
        _ text: Span<UInt8>, _ range: Range<Int>, of kind: SheetColumn.Kind, to row: inout SheetRow,
        into output: inout OutputSpan<UInt8>
    ) -> Bool {
        switch kind {
        case .number: SheetNumber.appendCell(text, range, form: .number, to: &row, into: &output)
        case .amount: SheetNumber.appendCell(text, range, form: .amount, to: &row, into: &output)
        case .time: SheetTime.appendCell(text, range, to: &row, into: &output)
        case .boolean: SheetNumber.appendFlag(text, range, to: &row, into: &output)
        case .text, .longText, .word, .identifier, .digest, .link: false
        }
    }
}
