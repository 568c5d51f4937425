package import Archive
import BundleFormat
import FileSystem
import Ledger
import LedgerFiles
import Signing

/// Removes the bundles of archives whose time is over, or says which that would be.
package enum ScheduledPruning {
    /// What became of one archive.
    package struct Outcome: Sendable {
        package var archive: String
        package var directory: String
        /// For every bundle, in the order of the positions, as it was before anything was removed.
        package var decisions: [RetentionPolicy.Decision]
        /// The paths of bundles that were removed.
        package var removed: [String]
    }

    /// Goes through the archives of a plan that have a policy.
    ///
    /// - Parameters:
    ///   - plan: the configured archives.
    ///   - options: the key, the clock, and whether anything is to be done.
    ///   - name: the only archive; nil for all that have a policy.
    ///   - report: receives what became of each archive with a policy, before the next is begun.
    /// - Throws: ``EnvironmentError`` if there is no policy, or a folder is not in order: then that archive, and those
    ///   behind it, keep all.
    package static func run(
        _ plan: SchedulePlan, _ options: ScheduleOptions, archive name: String?,
        report: (Outcome) -> Void
    ) throws {
        let archives = plan.archives.filter { name == nil || $0.name == name }
        guard !archives.isEmpty else {
            let names = plan.archives.map(\.name).joined(separator: ", ")
            throw EnvironmentError(.usage, "--archive \"\(name ?? "")\", expected one of \(names)")
        }
        guard archives.contains(where: { $0.retention != nil }) else {
            throw EnvironmentError(
                .usage,
                "no retention is configured for archive \(archives.map(\.name).joined(separator: ", ")), so "
                    + "everything is kept",
                hint: "add to the archive, as an authority or your counsel says: retention: { keep-years: 7 }")
        }
        let lock = try ScheduleRun.lock(plan, options)
        defer { lock?.release() }
        try LedgerFailure.translating(plan.ledger) {
            for archive in archives {
                if let policy = archive.retention { report(try outcome(archive, policy, plan: plan, options: options)) }
            }
        }
    }

    private static func outcome(
        _ archive: ScheduledArchive, _ policy: RetentionPolicy, plan: SchedulePlan, options: ScheduleOptions
    ) throws -> Outcome {
        var outcome = Outcome(archive: archive.name, directory: archive.directory, decisions: [], removed: [])
        let files = try ArchiveCatalogue(archive, plan, options: options)
        let pending = try LedgerSealing.pendingName(in: plan.ledger, series: archive.series)
        let inspection = try ArchiveInspection(files, pending: pending)
        if let reason = inspection.foreignRegister ?? inspection.problems.first { throw reason }
        // What a run makes anew without a question, must not be removed from without one.
        if try files.hasForeignCatalogue() {
            throw EnvironmentError(
                .brokenChain,
                "the catalogue in \"\(archive.directory)\" is not what the last run wrote, so nothing is removed",
                hint: Hint(files.commands.run))
        }
        let lock = try options.isDryRun ? nil : files.lockFolder()
        defer { lock?.release() }
        if !options.isDryRun { try files.update(waiting: nil) }
        let pruning = ArchivePruning(files: files, policy: policy)
        outcome.decisions = try pruning.decisions(now: options.retentionTime)
        if !options.isDryRun { outcome.removed = try pruning.run(now: options.retentionTime) }
        return outcome
    }
}
