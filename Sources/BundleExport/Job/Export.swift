import FileSystem
import RecordAnalysis

/// Makes a bundle from files, in one go.
package enum Export {
    /// Runs the whole job.
    ///
    /// Throws ``EnvironmentError``, or the error of the target that failed; nothing is left at the bundle's name then.
    package static func run(_ options: ExportOptions) async throws -> ExportResult {
        if let problem = options.nameProblem {
            throw EnvironmentError(
                .usage, "--name \"\(options.bundleName)\" has a \(problem)",
                hint: "take another name: \(.option("--name", "audit-2026"))")
        }
        try FileName.requireDirectory(options.directory)
        let records = try await SurveyedRecords(reading: options.analysis)
        return try await BundleDraft(options, records, origin: nil).sign().publish()
    }
}
