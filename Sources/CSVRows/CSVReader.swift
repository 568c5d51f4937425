import RecordContent
package import SourceText
import StrictJSON

/// One CSV row as the objects of its transition and of its deployment columns.
package struct CSVRow {
    package var transition: [UInt8]
    /// Empty when no deployment column is filled.
    package var deployment: [UInt8]
    /// The row's bytes as they came.
    package var raw: [UInt8]
    /// Whether another column, such as `JobId`, names another deployment.
    package var namesAnother = false
}

/// Reads RFC 4180 CSV whose header names the source's columns, in any order; other columns are carried along.
///
/// Rows go by the last header: files that were joined have several.
package final class CSVReader {
    package enum Row {
        /// With how it differs from the service's own form, if no row before it does.
        case row(CSVRow, dialect: String?)
        /// A header again.
        case header
        /// Why, and the bytes to be skipped.
        case broken(String, Range<Int>)
        case end
    }

    private var columns: [CSVColumn] = []
    private var cells = CSVCells()
    /// How the CSV differs from the service's own form; nil if it does not.
    package let dialect: String?
    /// What the rows so far differ in was told.
    private var told: Set<String> = []
    /// Whether the end of the text is known to be that of the CSV: a file without a line end may be cut.
    private let endsWhole: Bool
    /// The header has no line end, and the text may be cut in it.
    package let isCutInHeader: Bool

    /// What a finding says of cells in several lines, of which one has as many cells as a row.
    private static let linesLikeRows = "a cell of several lines, one of them with as many cells as the header"

    /// Index behind the header.
    package let start: Int

    /// Reads the header, without consuming it; nil if there is none that is certain.
    ///
    /// `endsWhole` says that the text is known to be whole, so that its last row needs no line end.
    package init?(_ window: ByteWindow, endsWhole: Bool) throws {
        guard let header = try CSVHeader(window), let columns = CSVReader.columns(header.names) else { return nil }
        self.columns = columns
        dialect = header.dialect
        self.endsWhole = endsWhole
        isCutInHeader = !endsWhole && window.bytes[header.end - 1] != 0x0A
        cells.separator = header.separator
        start = header.end
        if header.dialect?.hasSuffix(CSVHeader.emptyCells) ?? false { told.insert(CSVHeader.emptyCells) }
    }

    /// The columns of a header; nil if two of them are the same member.
    private static func columns(_ names: [String]) -> [CSVColumn]? {
        let columns = names.map { CSVColumn.named[$0] ?? CSVColumn($0, as: $0) }
        return Set(columns.map(\.member)).count == columns.count ? columns : nil
    }

    /// Consumes the next row; a broken one is not consumed.
    package func nextRow(_ window: ByteWindow) throws -> Row {
        guard let end = try nextExtent(window) else { return .end }
        let range = window.position..<end
        guard end - window.position <= FormatLimits.recordBytes else {
            return .broken(
                "a row over 16 MiB, the limit, or a quotation mark without its end", firstLine(window.bytes, range))
        }
        let line = firstLine(window.bytes, range)
        let isCut = !endsWhole && window.bytes[end - 1] != 0x0A
        if isCut, line == range { return .broken(CSVReader.withoutLineEnd, range) }
        switch cells.split(window.bytes, range) {
        case .failure(let problem):
            // The quotation marks are off, so only the line is given up, not what the marks enclose.
            return .broken(problem.reason, line)
        case .success(let ranges):
            let rows = line == range ? nil : JoinedRows(columns, separator: cells.separator)
            let inner = rows?.find(window.bytes, range, cells: ranges)
            if inner == .row { return .broken(CSVReader.joined, line) }
            if isCut { return .broken(CSVReader.withoutLineEnd, range) }
            return take(ranges, of: range, hasLinesLikeRows: inner == .text, window)
        }
    }

    private static let withoutLineEnd =
        "a row without a line end, so the file may be cut in it, expected LF or CRLF behind the last row"
    private static let joined =
        "a cell in quotation marks that runs on over a row below it, expected its end before that row: a quotation "
        + "mark is missing, or is too many"

    /// Consumes a row by its cells, if they are those of the columns.
    private func take(
        _ ranges: [Range<Int>], of range: Range<Int>, hasLinesLikeRows: Bool, _ window: ByteWindow
    ) -> Row {
        if range.count <= CSVHeader.maximumBytes,
            let names = CSVHeader.repeated(window.bytes, ranges, in: cells),
            let columns = CSVReader.columns(names)
        {
            self.columns = columns
            window.advance(to: range.upperBound)
            return .header
        }
        // Behind the last column there may be empty cells, as behind a comma at the end of each row.
        guard ranges.count >= columns.count,
            ranges[columns.count...].allSatisfy({ cells.text(window.bytes, $0).isEmpty })
        else {
            let found = ranges.count == 1 ? "1 cell" : "\(ranges.count) cells"
            return .broken("\(found), expected \(columns.count) as in the header", range)
        }
        var dialects: [String] = []
        if ranges.count > columns.count, told.insert(CSVHeader.emptyCells).inserted {
            dialects.append(CSVHeader.emptyCells)
        }
        if hasLinesLikeRows, told.insert(CSVReader.linesLikeRows).inserted {
            dialects.append(CSVReader.linesLikeRows)
        }
        let row = row(range, of: window.bytes, cells: ranges)
        window.advance(to: range.upperBound)
        return .row(row, dialect: dialects.isEmpty ? nil : dialects.joined(separator: "; "))
    }

    private func firstLine(_ bytes: [UInt8], _ range: Range<Int>) -> Range<Int> {
        range.lowerBound..<min(bytes.span.indexOfLineEnd(from: range.lowerBound) + 1, range.upperBound)
    }

    /// The end of the next row that is not empty.
    private func nextExtent(_ window: ByteWindow) throws -> Int? {
        while true {
            guard let end = try cells.extent(window, limit: FormatLimits.recordBytes) else { return nil }
            let isEmpty = window.bytes[window.position..<end].allSatisfy { $0 == 0x0A || $0 == 0x0D }
            guard isEmpty else { return end }
            window.advance(to: end)
        }
    }

    private func row(_ range: Range<Int>, of bytes: [UInt8], cells ranges: [Range<Int>]) -> CSVRow {
        var row = CSVRow(transition: [], deployment: [], raw: Array(bytes[range]))
        var hasDeploymentMember = false
        var named: Set<[UInt8]> = []
        for (column, range) in zip(columns, ranges) {
            let text = cells.text(bytes, range)
            guard !text.isEmpty else { continue }
            let isID = column.member == "deploymentId"
            if column.isDeployment || isID { write(column, text, into: &row.deployment) }
            if !column.isDeployment { write(column, text, into: &row.transition) }
            hasDeploymentMember = hasDeploymentMember || column.isDeployment
            if column.namesDeployment { named.insert(text) }
        }
        row.transition += row.transition.isEmpty ? Array("{}".utf8) : [UInt8(ascii: "}")]
        row.deployment += [UInt8(ascii: "}")]
        if !hasDeploymentMember { row.deployment = [] }
        row.namesAnother = named.count > 1
        return row
    }

    private func write(_ column: CSVColumn, _ text: [UInt8], into object: inout [UInt8]) {
        object.append(UInt8(ascii: object.isEmpty ? "{" : ","))
        JSONString.write(column.member, into: &object)
        object.append(UInt8(ascii: ":"))
        // A number in JSON has no zero before its digits.
        let isNumber =
            column.isNumber && text.allSatisfy { (0x30...0x39).contains($0) } && (text.count == 1 || text[0] != 0x30)
        if isNumber, JSONNumber.isCanonical(text.span, 0..<text.count) {
            object += text
        } else {
            JSONString.write(text.span, 0..<text.count, into: &object)
        }
    }
}
