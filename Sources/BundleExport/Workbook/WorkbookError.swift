/// The spreadsheet library could not write a workbook; it does not say which of its files failed.
package enum WorkbookError: Error, Hashable, Sendable {
    /// No working file for a sheet.
    case noWorkingFile
    /// A sheet lacks what was written to its working file.
    case partsLost
    /// The workbook could not be ended.
    case notWritten

    /// What went wrong: lower case, no full stop.
    package var message: String {
        switch self {
        case .noWorkingFile: "cannot write the workbook: no working file; is there room in /tmp?"
        case .partsLost: "cannot write the workbook: parts of it were lost; is there room in /tmp?"
        case .notWritten: "cannot write the workbook"
        }
    }
}
