internal import CXlsxWriter
import FileSystem
import Synchronization

/// `tables.xlsx`: the tables as text cells, so that a spreadsheet program shows digits as they are.
///
/// No formulas, no dates, no numbers: every cell is a string. The bytes depend on the cells alone.
package final class Workbook {
    /// Longer tables are left out: a spreadsheet program becomes slow, and the CSV file has them.
    package static let maximumRows = 100_000
    /// What Excel holds in one cell, in UTF-16 units.
    static let maximumCellLength = 32_767

    /// The library keeps state of its own between calls, so one workbook is made at a time.
    private static let library = Mutex(())

    /// Makes a workbook of sheets, each with its header as its first row.
    package static func make(_ sheets: [(name: String, rows: [[String]])], in directory: String) throws -> [UInt8] {
        try library.withLock { _ in
            let made = try makeOnce(sheets, in: directory)
            // The library does not say when a write to its own temporary files failed: what is missing then shows only
            // beside a workbook that has it.
            guard try makeOnce(sheets, in: directory) == made else {
                throw WorkbookError.partsLost
            }
            return made
        }
    }

    private static func makeOnce(
        _ sheets: [(name: String, rows: [[String]])], in directory: String
    ) throws -> [UInt8] {
        let workbook = try Workbook(in: directory)
        for sheet in sheets { try workbook.addSheet(sheet.name, rows: sheet.rows) }
        return try workbook.finish()
    }

    private let book: UnsafeMutablePointer<lxw_workbook>
    private let file: DurableFile
    private var isClosed = false

    /// Begins a workbook in a temporary file of a directory.
    private init(in directory: String) throws(FileSystemError) {
        // The library opens by path; this one leads to a file without a name, which no crash leaves behind.
        let file = try DurableFile(in: directory)
        let path = file.processPath
        var options = lxw_workbook_options()
        options.constant_memory = 1
        let made = Workbook.workingDirectory(else: directory).withCString {
            directory -> UnsafeMutablePointer<lxw_workbook>? in
            options.tmpdir = UnsafeMutablePointer(mutating: directory)
            return workbook_new_opt(path, &options)
        }
        guard let made else { throw .last(.createInDirectory, directory) }
        (book, self.file) = (made, file)
        var properties = lxw_doc_properties()
        properties.created = 315_532_800  // 1980-01-01, as in the ZIP file
        workbook_set_properties(book, &properties)
    }

    /// Where the library makes its working files.
    ///
    /// It gives each a name and takes the name away at once: killed between the two, the name stays. So that happens where
    /// such names belong, and not beside the bundles.
    private static func workingDirectory(else directory: String) -> String {
        FileName.canCreate(in: "/tmp") ? "/tmp" : directory
    }

    // Not closed: the library crashes when it closes a workbook that lacks a sheet.
    deinit { if !isClosed { lxw_workbook_free(book) } }

    /// Adds a sheet; the first row is the header.
    private func addSheet(_ name: String, rows: [[String]]) throws(WorkbookError) {
        guard let sheet = workbook_add_worksheet(book, name) else {
            throw .noWorkingFile
        }
        for (number, row) in rows.enumerated() {
            for (column, cell) in row.enumerated() where !cell.isEmpty {
                worksheet_write_string(
                    sheet, lxw_row_t(number), lxw_col_t(column), Workbook.fitting(cell), nil)
            }
        }
        worksheet_freeze_panes(sheet, 1, 0)
    }

    /// A cell's text, cut with a note where Excel would refuse it, without the characters XML cannot hold.
    static func fitting(_ text: String) -> String {
        var text = text
        // What XML cannot hold is written as the spreadsheet library writes other control characters.
        for (scalar, escape) in [("\u{0}", "_x0000_"), ("\u{FFFE}", "_xFFFE_"), ("\u{FFFF}", "_xFFFF_")]
            as [(Unicode.Scalar, String)]
        where text.unicodeScalars.contains(scalar) {
            text = text.unicodeScalars.map { $0 == scalar ? escape : String($0) }.joined()
        }
        if text.utf16.count > maximumCellLength {
            let note = " … (cut; whole in the CSV file)"
            var units = maximumCellLength - note.utf16.count
            text =
                String(
                    text.prefix { character in
                        units -= character.utf16.count
                        return units >= 0
                    }) + note
        }
        return text
    }

    /// Ends the workbook.
    private func finish() throws -> [UInt8] {
        isClosed = true
        guard workbook_close(book) == LXW_NO_ERROR else { throw WorkbookError.notWritten }
        return try file.contents()
    }
}
