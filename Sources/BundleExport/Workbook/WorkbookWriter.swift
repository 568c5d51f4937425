import BundleFormat
import FileSystem
import Workbook

/// Gathers the sheets of `tables.xlsx`, compressed, while the tables that they repeat are written.
struct WorkbookWriter {
    private let writer: BundleWriter
    private var tables: [Sheet: SheetRows] = [:]

    init(_ writer: BundleWriter) { self.writer = writer }

    /// Where a part stands in the scratch file until the workbook is put together.
    private static func path(_ part: String) -> String { "\(BundlePath.workbook)/\(part)" }

    /// Appends rows of a table's sheet, compressed where they were made.
    ///
    /// - Parameters:
    ///   - chunk: the rows as XML.
    ///   - count: how many they are.
    ///   - sheet: where they belong.
    /// - Throws: what the scratch file gives.
    mutating func append(_ chunk: CompressedChunk, count: Int, to sheet: Sheet) throws(FileSystemError) {
        try begin(sheet)
        tables[sheet]?.add(count)
        guard hasRoom(sheet) else { return }
        try writer.append(chunk, to: WorkbookWriter.path(sheet.part))
    }

    /// Appends rows of a table, as its CSV file has them.
    mutating func append(rows: [UInt8], to sheet: Sheet) throws(FileSystemError) {
        try begin(sheet)
        var xml: [UInt8] = []
        tables[sheet]?.append(rows, into: &xml)
        guard hasRoom(sheet) else { return }
        try writer.append(xml, to: WorkbookWriter.path(sheet.part))
    }

    private mutating func begin(_ sheet: Sheet) throws(FileSystemError) {
        guard tables[sheet] == nil else { return }
        tables[sheet] = SheetRows(sheet)
        writer.begin(part: WorkbookWriter.path(sheet.part))
        try writer.append(WorkbookParts.head(sheet), to: WorkbookWriter.path(sheet.part))
    }

    private func hasRoom(_ sheet: Sheet) -> Bool { (tables[sheet]?.count ?? 0) <= Sheet.maximumRows }

    /// Ends the sheets and writes the workbook.
    mutating func finish(_ description: BundleDescription) throws {
        for sheet in Sheet.tables { try begin(sheet) }
        let parts = WorkbookParts(description, rows: tables.mapValues(\.count))
        for path in parts.paths {
            guard let content = parts.content(of: path) else { continue }
            writer.begin(part: WorkbookWriter.path(path))
            try writer.append(content, to: WorkbookWriter.path(path))
        }
        for (sheet, rows) in tables {
            guard parts.holds(sheet) else {
                writer.drop(WorkbookWriter.path(sheet.part))
                continue
            }
            try writer.append(parts.tail(rows, of: sheet), to: WorkbookWriter.path(sheet.part))
        }
        try writer.join(parts.paths.map { (name: $0, path: WorkbookWriter.path($0)) }, as: BundlePath.workbook)
    }
}
