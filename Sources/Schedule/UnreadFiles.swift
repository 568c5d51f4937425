/// Files of a spool that an earlier run put away, and that would bring the ledger something new: it may be of before.
package struct UnreadFiles: Sendable {
    package let source: String
    /// The spool, and the folder in it in which the files are.
    package let spool: String
    package let folder: String
    /// At least one.
    package let paths: [String]

    /// Looks for such files, source by source; nothing is changed, since a copy of the ledger takes them in.
    ///
    /// - Throws: ``EnvironmentError`` if the ledger or a folder cannot be read.
    package static func find(_ plan: SchedulePlan, _ options: ScheduleOptions) async throws -> [UnreadFiles] {
        var options = options
        options.isDryRun = true
        var intake = try ScheduleIntake(plan, options)
        var found: [UnreadFiles] = []
        for source in plan.sources {
            guard let taken = try source.taken() else { continue }
            var paths: [String] = []
            for path in taken.paths {
                if try await intake.wouldChange(with: path) { paths.append(path) }
            }
            guard !paths.isEmpty else { continue }
            found.append(UnreadFiles(source: source.name, spool: taken.spool, folder: taken.folder, paths: paths))
        }
        return found
    }
}
