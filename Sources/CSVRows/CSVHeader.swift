import RecordContent
package import SourceText
import StrictJSON

/// The first row of a CSV: which separator it has, and which columns.
package struct CSVHeader {
    /// The names of the columns, each once, none of them empty.
    var names: [String]
    var separator: UInt8
    /// How the CSV differs from the service's own form, as a finding says it; nil if it does not.
    var dialect: String?
    /// Index behind the header.
    var end: Int

    /// What a finding says of rows that have empty cells behind their last column.
    static let emptyCells = "rows that end with empty cells"

    /// Bytes of a header, its line end included: as many as the columns of a deployment may have in a row.
    static let maximumBytes = FormatLimits.rowColumnBytes

    /// The column of identifiers, by which a header further down is found.
    private static let identifier = "DeploymentId"
    private static let separators: [(byte: UInt8, name: String)] = [
        (UInt8(ascii: ","), "commas"), (UInt8(ascii: ";"), "semicolons"), (0x09, "tabs"),
    ]

    /// Finds the header at the window's position, which stays; nil if there is none that is certain.
    init?(_ window: ByteWindow) throws {
        let declared = CSVHeader.declaredSeparator(window)
        let start = declared?.length ?? 0
        var cells = CSVCells()
        guard let end = try cells.extent(window, from: start, limit: CSVHeader.maximumBytes),
            end - window.position <= CSVHeader.maximumBytes
        else { return nil }
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
        return names(ranges.map { String(decoding: cells.text(bytes, $0), as: UTF8.self) })
    }

    /// Names as those of a header, without empty ones behind the last: the required ones are among them, each stands once, and
    /// none is empty.
    private static func names(_ all: [String]) -> (names: [String], hasEmptyCells: Bool)? {
        var names = all
        while names.last == "" { names.removeLast() }
        let isHeader = CSVColumn.required.allSatisfy(names.contains) && Set(names).count == names.count
        return isHeader && !names.contains("") ? (names, names.count < all.count) : nil
    }

    /// The names of a row further down, if it is the header of a CSV that was appended; nil for any other row.
    static func repeated(_ bytes: [UInt8], _ ranges: [Range<Int>], in cells: CSVCells) -> [String]? {
        guard ranges.contains(where: { isIdentifier(bytes[$0]) }) else { return nil }
        return names(ranges.map { String(decoding: cells.text(bytes, $0), as: UTF8.self) })?.names
    }

    /// Whether a cell is the name of the column of identifiers; no name is made of the cells of any other row.
    private static func isIdentifier(_ cell: ArraySlice<UInt8>) -> Bool {
        let length = identifier.utf8.count
        if cell.count == length { return cell.elementsEqual(identifier.utf8) }
        return cell.count == length + 2 && cell.first == UInt8(ascii: "\"")
            && cell.dropFirst().dropLast().elementsEqual(identifier.utf8)
    }

    // MARK: What is wrong with a header

    /// Why the text at the window's position is neither JSON nor a CSV with a header, as far as its first line tells.
    ///
    /// `isHeader` says that it is meant as one.
    package static func problem(_ window: ByteWindow) throws -> (reason: String, isHeader: Bool) {
        let head = window.bytes[window.position...].prefix(64 << 10)
        let line = head.prefix { $0 != 0x0A }
        let first = Array(line.prefix { $0 != 0x0D })
        let start = declaredSeparator(window)?.length ?? 0
        let end = try CSVCells().extent(window, from: start, limit: maximumBytes)
        let isTooLong = (end ?? 0) - window.position > maximumBytes
        if start > 0, isTooLong { return (tooLong, isHeader: true) }
        if first.starts(with: Array("sep=".utf8)) {
            let reason = "a CSV whose first line names a separator that does not separate the columns of its header"
            return (reason, isHeader: true)
        }
        let found = split(first)
        guard found.contains(where: { name in CSVColumn.required.contains { isLike(name, $0) } }) else {
            let reason = found.count > 1 ? missingColumns(found) : unknownText(first)
            return ("neither JSON nor CSV: " + reason, isHeader: false)
        }
        if isTooLong { return (tooLong, isHeader: true) }
        if line.count > first.count + 1 {
            return ("a CSV with line ends of CR alone, expected LF or CRLF", isHeader: true)
        }
        return (ambiguousColumns(found) ?? missingColumns(found), isHeader: true)
    }

    private static let tooLong = "a CSV header over 256 KiB, the limit"

    /// What the header of a CSV lacks, and which of its names may have been meant.
    private static func missingColumns(_ found: [String]) -> String {
        let missing = CSVColumn.required.filter { !found.contains($0) }
        guard !missing.isEmpty else {
            return "a CSV header that cannot be split into columns of different members, expected columns separated by "
                + "commas, semicolons or tabs"
        }
        let near = missing.map { name in found.first { isLike($0, name) } }
        let parts = zip(missing, near).map { name, found in
            "column \(name) missing" + (found.map { ", found \($0)" } ?? "")
        }
        let names = FoundNames.text(found).map { "; its columns are \($0)" } ?? ""
        return parts.joined(separator: "; ")
            + (near.contains { $0 != nil } ? ": only the service's own names are read" : names)
    }

    /// What is ambiguous in the names of a header; nil if nothing is.
    private static func ambiguousColumns(_ found: [String]) -> String? {
        if found.contains("") { return "a CSV header with a column without a name" }
        let isTwice = { (name: String) in found.count { $0.lowercased() == name.lowercased() } > 1 }
        return found.first(where: isTwice).map { twice in
            "a CSV header that names \(SimilarName.isPlain(twice) ? twice : "a column") twice"
        }
    }

    /// How a text begins that is nothing that is known, and what was expected.
    private static func unknownText(_ line: [UInt8]) -> String {
        let isText = UTF8Check.isValid(line.span, 0..<line.count)
        let begin = isText ? "a text that begins with \(FoundValue.text(line.span))" : "bytes that are not UTF-8"
        return "\(begin), expected an object, an array, or the columns \(CSVColumn.required.joined(separator: ", "))"
    }

    private static func isLike(_ found: String, _ name: String) -> Bool {
        found == name || SimilarName.match(Array(found.utf8), name) != nil
    }

    /// The names of a line, quotation marks left out, by the separator that gives most.
    private static func split(_ line: [UInt8]) -> [String] {
        let choices = separators.map { line.split(separator: $0.byte, omittingEmptySubsequences: false) }
        let cells = choices.max { $0.count < $1.count } ?? []
        return cells.map { cell in String(decoding: cell.filter { $0 != UInt8(ascii: "\"") }, as: UTF8.self) }
    }
}
