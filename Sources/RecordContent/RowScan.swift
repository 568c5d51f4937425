import AuditModel

/// Looks in a text for a row of CSV without a header: one that has the name of a status and a time among its cells, as an entry of a
/// history has them.
///
/// A cell is what stands between commas, semicolons, tabs and line ends; a quotation mark at its beginning and end does not count. A
/// sentence has white space around its words, so a status and a time in one are no cells.
struct RowScan: Sendable {
    private static let statuses = DeploymentStatus.allCases.map { Array($0.name.utf8) }
    /// Bytes behind the minutes of a time: seconds, their fraction, the zone.
    static let maximumTail = 40
    /// No cell that is looked for is longer.
    private static let maximumBytes = 64

    private var cell: [UInt8] = []
    private var isLong = false
    private var hasStatus = false
    private var hasTime = false
    private var isFound = false

    /// Whether what has come so far has such a row; its last cell may not be ended.
    var isRecord: Bool {
        isFound || (hasStatus || RowScan.isStatus(own)) && (hasTime || RowScan.isTime(own))
    }

    mutating func add(_ byte: UInt8) {
        guard !isFound else { return }
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: ";"), 0x09: endCell()
        case 0x0A, 0x0D:
            endCell()
            hasStatus = false
            hasTime = false
        default:
            isLong = isLong || cell.count == RowScan.maximumBytes
            if !isLong { cell.append(byte) }
        }
    }

    private mutating func endCell() {
        hasStatus = hasStatus || RowScan.isStatus(own)
        hasTime = hasTime || RowScan.isTime(own)
        isFound = hasStatus && hasTime
        cell.removeAll(keepingCapacity: true)
        isLong = false
    }

    /// The cell without a quotation mark at its beginning and one at its end.
    private var own: ArraySlice<UInt8> {
        guard !isLong else { return [] }
        let mark = UInt8(ascii: "\"")
        let text = cell.first == mark ? cell.dropFirst() : cell[...]
        return text.last == mark ? text.dropLast() : text
    }

    private static func isStatus(_ text: ArraySlice<UInt8>) -> Bool { statuses.contains { $0.elementsEqual(text) } }

    /// A date and hours and minutes, with what may stand behind them.
    private static func isTime(_ text: ArraySlice<UInt8>) -> Bool {
        guard text.count >= 16, text.count <= 16 + maximumTail else { return false }
        let head = zip(text, "0000-00-00T00:00".utf8).allSatisfy { byte, form in
            switch form {
            case UInt8(ascii: "0"): isDigit(byte)
            case UInt8(ascii: "T"): [UInt8(ascii: "T"), UInt8(ascii: "t"), 0x20].contains(byte)
            default: byte == form
            }
        }
        return head && text.dropFirst(16).allSatisfy { isDigit($0) || "Zz:.+-".utf8.contains($0) }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
