import AuditModel
import RecordContent

/// Finds a row of a CSV inside a cell of another one: of two stray quotation marks, each in a row of its own, RFC 4180 makes one
/// cell, with every row between them.
struct JoinedRows {
    /// What a line inside a cell in quotation marks is.
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

    /// What the lines of a row behind its first one are, the one that says most; nil if none is like a row.
    func find(_ bytes: [UInt8], _ row: Range<Int>) -> Line? {
        var result: Line?
        var rest = row
        while let end = bytes[rest].firstIndex(of: 0x0A), end + 1 < row.upperBound {
            rest = end + 1..<row.upperBound
            let next = bytes[rest].firstIndex(of: 0x0A) ?? rest.upperBound
            switch line(bytes, rest.lowerBound..<next) {
            case .row: return .row
            case .text: result = .text
            case nil: break
            }
        }
        return result
    }

    private func line(_ bytes: [UInt8], _ line: Range<Int>) -> Line? {
        var number = 0
        var start = line.lowerBound
        var readable = 0
        for index in line.lowerBound...line.upperBound where index == line.upperBound || bytes[index] == separator {
            let cell = bytes[start..<index].filter { $0 != UInt8(ascii: "\"") && $0 != 0x0D }
            if number == status, isStatus(cell) { readable += 1 }
            if number == time, (try? Timestamp.parse(cell.span)) != nil { readable += 1 }
            number += 1
            start = index + 1
        }
        if readable == 2 || (readable == 1 && number >= count) { return .row }
        return number >= count ? .text : nil
    }

    private func isStatus(_ cell: [UInt8]) -> Bool {
        if DeploymentStatus.named(cell.span, 0..<cell.count) != nil { return true }
        return cell.count == 1 && (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(cell[0])
    }
}
