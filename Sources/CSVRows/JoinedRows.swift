import AuditModel
import RecordContent

/// Finds a row of a CSV inside a cell of another one: of two stray quotation marks, each in a row of its own, RFC 4180 makes one
/// cell, with every row between them.
///
/// A cell of several lines may stand in any column. Before and behind it are cells of its own row, which are none of a row inside it.
struct JoinedRows {
    /// What a line of a cell in quotation marks is.
    enum Line {
        /// It has the status and the time of a row where those belong.
        case row
        /// It has as many cells as a row, but in the place of the status or the time nothing that can be read.
        case text
    }

    private let separator: UInt8
    private let count: Int
    private let status: Int
    private let time: Int

    /// Nil if the columns are none of a header.
    init?(_ columns: [CSVColumn], separator: UInt8) {
        guard let status = columns.firstIndex(where: { $0.member == "status" }),
            let time = columns.firstIndex(where: { $0.member == "timestamp" })
        else { return nil }
        self.separator = separator
        self.status = status
        self.time = time
        count = columns.count
    }

    /// What the lines of a row are, as far as they stand inside of its cells, the one that says most; nil if none is like a row.
    func find(_ bytes: [UInt8], _ row: Range<Int>, cells: [Range<Int>]) -> Line? {
        // With another number of cells than the header nothing tells which of them are its own.
        var insides = InsideCells(cells.count == count ? cells.filter { bytes[$0].contains(0x0A) } : [row])
        let isOwn = cells.count == count
        var result: Line?
        var start = row.lowerBound
        while start < row.upperBound {
            let end = bytes[start..<row.upperBound].firstIndex(of: 0x0A) ?? row.upperBound
            let isFirst = start == row.lowerBound
            if isOwn || !isFirst {
                // The CR of a line end stands in no cell.
                let last = end > start && bytes[end - 1] == 0x0D ? end - 1 : end
                switch line(bytes, start..<last, isFirst: isFirst, in: &insides) {
                case .row: return .row
                case .text: result = .text
                case nil: break
                }
            }
            start = end + 1
        }
        return result
    }

    private func line(_ bytes: [UInt8], _ line: Range<Int>, isFirst: Bool, in insides: inout InsideCells) -> Line? {
        var number = 0
        var start = line.lowerBound
        var readable = 0
        var inside = 0
        for index in line.lowerBound...line.upperBound where index == line.upperBound || bytes[index] == separator {
            if insides.contain(start..<index) {
                inside += 1
                if number == status || number == time {
                    let cell = bytes[start..<index].filter { $0 != UInt8(ascii: "\"") }
                    if number == status, isStatus(cell) { readable += 1 }
                    if number == time, (try? Timestamp.parse(cell.span)) != nil { readable += 1 }
                }
            }
            number += 1
            start = index + 1
        }
        if readable == 2 || (readable == 1 && number >= count) { return .row }
        // The first line of a cell has the cells of its row before it: a text with a comma is no row for that.
        return inside >= 2 && (isFirst ? number == count : number >= count) ? .text : nil
    }

    private func isStatus(_ cell: [UInt8]) -> Bool {
        if DeploymentStatus.named(cell.span, 0..<cell.count) != nil { return true }
        return cell.count == 1 && (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(cell[0])
    }
}

/// Cells of several lines, in order, asked for what stands inside of them in that order.
private struct InsideCells {
    private let cells: [Range<Int>]
    private var next = 0

    init(_ cells: [Range<Int>]) { self.cells = cells }

    /// Whether a stretch of a line lies in one of them; stretches are asked for from the first to the last.
    mutating func contain(_ stretch: Range<Int>) -> Bool {
        while next < cells.count, cells[next].upperBound < stretch.upperBound { next += 1 }
        return next < cells.count && cells[next].lowerBound <= stretch.lowerBound
    }
}
