import RecordContent
import StrictJSON

/// The first row of a CSV: which separator it has, and which columns.
struct CSVHeader {
    /// The names of the columns, each once, none of them empty.
    var names: [String]
    var separator: UInt8
    /// How the CSV differs from the service's own form, as a finding says it; nil if it does not.
    var dialect: String?
    /// Index behind the header.
    var end: Int

    /// What a finding says of rows that have empty cells behind their last column.
    static let emptyCells = "rows that end with empty cells"

    /// The column without which there is no record at all.
    private static let identifier = "DeploymentId"
    /// The columns that a transition needs: they make a header certain, whatever separates them.
    private static let required = ["DeploymentId", "Status", "Timestamp"]
    private static let separators: [(byte: UInt8, name: String)] = [
        (UInt8(ascii: ","), "commas"), (UInt8(ascii: ";"), "semicolons"), (0x09, "tabs"),
    ]

    /// Finds the header at the window's position, which stays; nil if there is none that is certain.
    init?(_ window: ByteWindow) throws {
        let declared = CSVHeader.declaredSeparator(window)
        let start = declared?.length ?? 0
        var cells = CSVCells()
        guard let end = try cells.extent(window, from: start) else { return nil }
        let range = window.position + start..<end
        for candidate in CSVHeader.separators where declared.map({ $0.byte == candidate.byte }) ?? true {
            cells.separator = candidate.byte
            guard let found = CSVHeader.names(window.bytes, range, in: cells) else { continue }
            self.init(names: found.names, separator: candidate.byte, dialect: nil, end: end)
            var dialects: [String] = []
            if declared != nil { dialects.append("a first line that names the separator: \(candidate.name)") }
            if declared == nil, candidate.byte != UInt8(ascii: ",") {
                dialects.append("separated by \(candidate.name)")
            }
            if found.hasEmptyCells { dialects.append(CSVHeader.emptyCells) }
            if !dialects.isEmpty { dialect = dialects.joined(separator: "; ") }
            return
        }
        return nil
    }

    private init(names: [String], separator: UInt8, dialect: String?, end: Int) {
        self.names = names
        self.separator = separator
        self.dialect = dialect
        self.end = end
    }

    /// The separator that a first line `sep=;` names, as spreadsheets write it, quoted or not, and the length of that line.
    private static func declaredSeparator(_ window: ByteWindow) -> (byte: UInt8, length: Int)? {
        let line = window.bytes[window.position...].prefix(10)
        guard let end = line.firstIndex(of: 0x0A) else { return nil }
        var text = line[..<end].filter { $0 != 0x0D }
        if text.count > 2, text.first == UInt8(ascii: "\""), text.last == UInt8(ascii: "\"") {
            text = Array(text.dropFirst().dropLast())
        }
        guard text.count == 5, text.starts(with: Array("sep=".utf8)), let byte = text.last else { return nil }
        return (byte, end + 1 - window.position)
    }

    /// The names of a row that is a header; nil if it is none.
    private static func names(
        _ bytes: [UInt8], _ range: Range<Int>, in cells: CSVCells
    ) -> (names: [String], hasEmptyCells: Bool)? {
        guard case .success(let ranges) = cells.split(bytes, range) else { return nil }
        return names(bytes, ranges, in: cells, needed: cells.separator == UInt8(ascii: ",") ? [identifier] : required)
    }

    /// The names of the columns, without empty ones behind the last; nil if they make no header.
    private static func names(
        _ bytes: [UInt8], _ ranges: [Range<Int>], in cells: CSVCells, needed: [String]
    ) -> (names: [String], hasEmptyCells: Bool)? {
        var names = ranges.map { String(decoding: cells.text(bytes, $0), as: UTF8.self) }
        while names.last == "" { names.removeLast() }
        guard needed.allSatisfy(names.contains), Set(names).count == names.count, !names.contains("") else {
            return nil
        }
        return (names, names.count < ranges.count)
    }

    /// The names of a row further down, if it is the header of a CSV that was appended; nil for any other row.
    static func repeated(_ bytes: [UInt8], _ ranges: [Range<Int>], in cells: CSVCells) -> [String]? {
        guard ranges.contains(where: { isIdentifier(bytes[$0]) }) else { return nil }
        return names(bytes, ranges, in: cells, needed: required)?.names
    }

    /// Whether a cell is the name of the column of identifiers; no name is made of the cells of any other row.
    private static func isIdentifier(_ cell: ArraySlice<UInt8>) -> Bool {
        let length = identifier.utf8.count
        if cell.count == length { return cell.elementsEqual(identifier.utf8) }
        return cell.count == length + 2 && cell.first == UInt8(ascii: "\"")
            && cell.dropFirst().dropLast().elementsEqual(identifier.utf8)
    }

    // MARK: What is wrong with a header

    /// Why the text at the window's position is no CSV with a header, as far as its first line tells.
    static func problem(_ window: ByteWindow) -> String? {
        let head = window.bytes[window.position...].prefix(64 << 10)
        let line = head.prefix { $0 != 0x0A }
        let first = Array(line.prefix { $0 != 0x0D })
        let found = names(first)
        guard let near = found.first(where: { isLike($0, identifier) }) else { return nil }
        if line.count > first.count + 1 {
            return "a CSV with line ends of CR alone, expected LF or CRLF"
        }
        if near == identifier { return wrongColumns(found) }
        let parts = required.filter { !found.contains($0) }.map { name in
            "column \(name) missing" + (found.first { isLike($0, name) }.map { ", found \($0)" } ?? "")
        }
        return parts.joined(separator: "; ") + ": only the service's own names are read"
    }

    private static func wrongColumns(_ found: [String]) -> String {
        if found.contains("") { return "a CSV header with a column without a name" }
        let isTwice = { (name: String) in found.count { $0.lowercased() == name.lowercased() } > 1 }
        if let twice = found.first(where: isTwice) {
            return "a CSV header that names \(SimilarName.isPlain(twice) ? twice : "a column") twice"
        }
        let missing = required.filter { !found.contains($0) }
        guard !missing.isEmpty else { return "a CSV header that cannot be split into columns of different members" }
        return "column \(missing.joined(separator: " and ")) missing, expected when commas do not separate the columns"
    }

    private static func isLike(_ found: String, _ name: String) -> Bool {
        found == name || SimilarName.match(Array(found.utf8), name) != nil
    }

    /// The names of a line, quotation marks left out, by the separator that gives most.
    private static func names(_ line: [UInt8]) -> [String] {
        let choices = separators.map { line.split(separator: $0.byte, omittingEmptySubsequences: false) }
        let cells = choices.max { $0.count < $1.count } ?? []
        return cells.map { cell in String(decoding: cell.filter { $0 != UInt8(ascii: "\"") }, as: UTF8.self) }
    }
}
