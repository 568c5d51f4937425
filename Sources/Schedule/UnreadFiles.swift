import FileSystem
import Ledger
import Spools

/// Files of a spool that an earlier run put away, and that would bring the ledger something new: it may be of before.
package struct UnreadFiles: Sendable {
    package let source: String
    /// The spool, and the folder in it in which the files are.
    package let spool: String
    package let folder: String
    /// At least one.
    package let paths: [String]

    /// Requires that the ledger has what lies in `done` of spools without a mark of its own: an older copy of it, or another ledger,
    /// would seal without that, and so would one that declares the log of the mark lost.
    ///
    /// - Throws: ``EnvironmentError`` for the first spool with files that the ledger has not read, or if one cannot be looked at.
    package static func requireNone(_ plan: SchedulePlan, _ options: ScheduleOptions) async throws {
        guard FileStatus.exists(plan.ledger) else { return }
        let origin = try LedgerView.extent(plan.ledger)?.origin
        for source in plan.sources {
            guard case .spool(let folder) = source.location, let (doubt, cause) = doubt(SpoolMark(folder), of: origin),
                let taken = try? source.taken(), !taken.paths.isEmpty
            else { continue }
            // Their digests tell it in almost every case, and need no copy of the ledger.
            if try KnownSources.countFresh(taken.paths, in: plan.ledger) == 0 { continue }
            guard let found = try await find(plan, options, sources: [source]).first else { continue }
            throw EnvironmentError(
                .brokenChain,
                "spool \"\(folder)\" of source \(source.name): \(doubt), and \(CountedNoun.text(found.paths.count, "file")) in \"\(found.folder)\" "
                    + "would bring ledger \"\(plan.ledger)\" something new, such as \"\(FileName.last(of: found.paths.first ?? ""))\": \(cause); "
                    + "nothing is changed",
                hint: .command("cartulary", "ledger", "restore-drill", "--config", .file(options.configurationPath)))
        }
    }

    /// Why a ledger may not have what was taken from a spool, and what it is then; nil if the mark is of its own log.
    private static func doubt(_ mark: SpoolMark, of origin: String?) -> (mark: String, cause: String)? {
        guard mark.isThere else { return ("its mark is gone", "it is an older copy, or another ledger") }
        guard let state = mark.state, state.origin != origin else { return nil }
        return (
            "its mark is of the log \"\(state.origin)\", which the ledger declares lost",
            "they were taken in before the break"
        )
    }

    /// Looks for such files, source by source; nothing is changed, since a copy of the ledger takes them in.
    ///
    /// - Throws: ``EnvironmentError`` if the ledger or a folder cannot be read.
    package static func find(
        _ plan: SchedulePlan, _ options: ScheduleOptions, sources: [ScheduledSource]? = nil
    ) async throws -> [UnreadFiles] {
        var options = options
        options.isDryRun = true
        var intake = try ScheduleIntake(plan, options)
        var found: [UnreadFiles] = []
        for source in sources ?? plan.sources {
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
