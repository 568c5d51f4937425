import BundleFormat
import BundleReading
import Workbook
import ZipFormat

/// Makes the parts of `tables.xlsx` again, its sheets from the rows of the CSV files, and compares them byte for byte
/// (docs/bundle-format.md, 5.6).
///
/// The CSV files themselves are compared with the records by other checks.
struct WorkbookComparison {
    let bundle: UnverifiedBundle
    let description: BundleDescription
    /// Rows of the tables that the records give, without their headers.
    let rows: [Sheet: Int]

    func add(to list: inout CheckList) {
        // Neither the workbook nor a table is parsed whose bytes are not those that were signed.
        for path in [BundlePath.workbook] + Sheet.tables.compactMap(\.table) {
            guard let problem = bundle.problem(of: path) else { continue }
            return list.skip("workbook", because: problem.text)
        }
        var problems: [String] = []
        do throws(WorkbookProblem) {
            try compare()
        } catch {
            problems = ["\(BundlePath.workbook) \(error.reason)"]
        }
        list.add("workbook", passed: "made again from the tables, equal", problems: problems)
    }

    private struct WorkbookProblem: Error {
        let reason: String
    }

    private func compare() throws(WorkbookProblem) {
        guard let file = EntryCursor(comparing: BundlePath.workbook, of: bundle) else {
            throw WorkbookProblem(reason: "cannot be read")
        }
        let stream = ZipStream { file.read(into: $0) }
        let parts = WorkbookParts(description, rows: try tableRows())
        for path in parts.paths {
            guard stream.begin(path) else { throw WorkbookProblem(reason: "has no part \(path) where it belongs") }
            var content = PartReader(stream)
            if let expected = parts.content(of: path) {
                guard content.consume(expected) else {
                    throw WorkbookProblem(reason: "has another \(path) than the bundle gives")
                }
            } else if let sheet = Sheet.tables.first(where: { $0.part == path }) {
                try compare(sheet, with: &content, parts)
            }
            guard content.isFinished(), stream.end() else {
                throw WorkbookProblem(reason: "goes on after the end of its part \(path)")
            }
        }
        guard stream.finish() else { throw WorkbookProblem(reason: "does not end with the list of its parts") }
    }

    /// How many rows each table has, with its header.
    private func tableRows() throws(WorkbookProblem) -> [Sheet: Int] {
        var counts = rows.mapValues { $0 + 1 }
        for sheet in Sheet.tables where counts[sheet] == nil {
            guard var rows = TableRows(sheet, of: bundle) else { throw WorkbookComparison.unreadable(sheet) }
            while rows.next() != nil {}
            counts[sheet] = rows.sheet.count
        }
        return counts
    }

    private static func unreadable(_ sheet: Sheet) -> WorkbookProblem {
        WorkbookProblem(reason: "cannot be compared: \(sheet.table ?? "") cannot be read")
    }

    private func compare(
        _ sheet: Sheet, with content: inout PartReader, _ parts: WorkbookParts
    ) throws(WorkbookProblem) {
        guard content.consume(WorkbookParts.head(sheet)) else {
            throw WorkbookProblem(reason: "has another header in the sheet \(sheet.name)")
        }
        guard var rows = TableRows(sheet, of: bundle) else { throw WorkbookComparison.unreadable(sheet) }
        while let xml = rows.next() {
            guard content.consume(xml) else {
                throw WorkbookProblem(
                    reason:
                        "differs in the sheet \(sheet.name) from \(sheet.table ?? ""), at row \(rows.sheet.count) or before it"
                )
            }
        }
        guard content.consume(parts.tail(rows.sheet, of: sheet)) else {
            throw WorkbookProblem(reason: "has more in the sheet \(sheet.name) than \(sheet.table ?? "") gives")
        }
    }
}

/// The rows of a sheet, made from the CSV file of the bundle a block at a time.
private struct TableRows {
    private let cursor: EntryCursor
    private var pending: [UInt8] = []
    private(set) var sheet: SheetRows

    /// nil if the file cannot be read, or has another header.
    init?(_ sheet: Sheet, of bundle: UnverifiedBundle) {
        guard let path = sheet.table, let cursor = EntryCursor(comparing: path, of: bundle),
            cursor.consume(CSV.row(sheet.columnNames))
        else { return nil }
        self.cursor = cursor
        self.sheet = SheetRows(sheet)
    }

    /// The next rows as XML; nil at the end.
    ///
    /// A last line without its end gives none.
    mutating func next() -> [UInt8]? {
        var xml: [UInt8] = []
        while xml.isEmpty {
            let block = cursor.read()
            guard !block.isEmpty, pending.count <= VerifierLimits.lineBytes(of: sheet.path) else { return nil }
            pending += block
            pending.removeFirst(sheet.append(pending, into: &xml))
        }
        return xml
    }
}

/// Compares the content of one part of the workbook, a piece after the other.
private struct PartReader {
    private let stream: ZipStream
    private var block: [UInt8] = []

    init(_ stream: ZipStream) { self.stream = stream }

    /// Reads as many bytes as are expected, and says whether they are those.
    mutating func consume(_ expected: [UInt8]) -> Bool {
        if block.count < expected.count { block = [UInt8](repeating: 0, count: expected.count) }
        var filled = 0
        while filled < expected.count {
            let count = block.withUnsafeMutableBytes { stream.read(into: .init(rebasing: $0[filled..<expected.count])) }
            guard count > 0 else { return false }
            filled += count
        }
        return block[..<expected.count].elementsEqual(expected)
    }

    /// Whether nothing is left.
    mutating func isFinished() -> Bool {
        withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) { stream.read(into: $0) == 0 }
    }
}
