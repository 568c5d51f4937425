import Archive
import ArchiveFormat
import AuditModel
import BundleExport
import BundleFormat
package import FileSystem
import Ledger
import RecordAnalysis
import Signing
import Spools

/// Takes in what the sources have, then seals every period that is due, in every archive, oldest first.
///
/// What goes wrong with one source or archive is reported and does not stop the others. Done again it finds nothing to do.
package struct ScheduleRun {
    let plan: SchedulePlan
    let options: ScheduleOptions
    var result = ScheduleResult()
    var intake: ScheduleIntake
    /// What is sealed from: the ledger of the plan, or a dry run's copy of it.
    var ledger: String { intake.ledger }
    /// Periods that were to be sealed uncovered, and were not met yet.
    var unusedOverrides: [ScheduleOptions.Uncovered] = []
    /// Archives of which this run sealed a period with a reason.
    var settled: Set<String> = []
    /// By archive, what is due and not sealed.
    var waiting: [String: [Catalogue.Waiting]] = [:]
    /// By archive, the periods that a dry run would have sealed or corrected.
    var planned: [String: [Period]] = [:]
    /// By archive, how many periods are due and not sealed.
    var missing: [String: Int] = [:]
    /// By archive, bundles that are known to be damaged, before anything is sealed.
    private let damaged: [String: Int]
    /// Archives of which every bundle has to be read, since nothing is known of earlier checks.
    private let forgotten: Set<String>

    /// Carries out a plan.
    ///
    /// - Throws: ``EnvironmentError`` if nothing could be begun; all else is in the result and was reported.
    package static func run(_ plan: SchedulePlan, _ options: ScheduleOptions) async throws -> ScheduleResult {
        try RunGate.requireWritable(plan)
        let lock = try lock(plan, options)
        defer { lock?.release() }
        // Before anything is compared with the marks of the spools: another ledger's run may be changing them.
        let spools = try SpoolLock.lock(plan, wait: options.wait)
        defer { for spool in spools { spool.release() } }
        try checkLedger(plan, options)
        let gate = try RunGate(plan, options)
        try await UnreadFiles.requireNone(plan, options)
        var options = options
        // The gate looked at the time for all that follows.
        options.isTimeConfirmed = true
        var run = ScheduleRun(
            plan: plan, options: options, intake: try ScheduleIntake(plan, options), damaged: gate.damaged,
            forgotten: gate.forgotten)
        run.unusedOverrides = options.uncovered
        for source in plan.sources {
            let events = await run.intake.collect(source)
            if let trouble = run.intake.trouble { throw trouble }
            for event in events { run.report(event) }
        }
        for archive in plan.archives {
            if let problems = gate.problems[archive.name], !problems.isEmpty {
                run.leave(archive, problems)
                run.mark(archive, isLeft: true)
            } else {
                let folder = options.isDryRun ? nil : try? FileLock(directory: archive.directory)
                _ = try? folder?.acquire(waiting: ScheduleRun.folderWait)
                await run.keep(archive)
                run.list(archive)
                run.mark(archive)
                folder?.release()
            }
        }
        run.checkOverrides()
        return run.result
    }

    /// Where an archive's folder was when a run kept it last.
    static func place(_ archive: ScheduledArchive, _ plan: SchedulePlan) -> ArchivePlace {
        ArchivePlace(plan.ledger + LedgerView.archiveSuffix + archive.name + ".place", directory: archive.directory)
    }

    /// How far the check of an archive's bundles has come.
    static func fixity(_ archive: ScheduledArchive, _ plan: SchedulePlan) -> ArchiveMemory.Fixity {
        ArchiveMemory(plan.ledger + LedgerView.archiveSuffix + archive.name + ".json").fixity
    }

    /// What would stop a run, or keep an archive as it is; nothing is written.
    ///
    /// `isOfLedger` says that the ledger is damaged, an older copy, or another one than that of the archives.
    package static func problems(
        _ plan: SchedulePlan, _ options: ScheduleOptions
    ) -> (all: [EnvironmentError], isOfLedger: Bool) {
        do {
            let gate = try RunGate(plan, options)
            return (gate.sourceProblems + plan.archives.flatMap { gate.problems[$0.name] ?? [] }, false)
        } catch {
            let reason = ScheduleIntake.environmentError(error)
            return ([reason], reason.kind == .brokenChain)
        }
    }

    /// Seconds to wait for a verifier that looks at an archive's folder.
    private static let folderWait = 10

    /// Only one run works on a ledger's sources and archives at a time.
    ///
    /// A dry run makes no file for it: nil if nobody ever locked. It waits as a run does, since it would read what a run is moving.
    static func lock(_ plan: SchedulePlan, _ options: ScheduleOptions) throws -> FileLock? {
        let path = plan.ledger + LedgerView.runLockSuffix
        if options.isDryRun, !FileStatus.exists(path) { return nil }
        let lock: FileLock
        do throws(FileSystemError) {
            lock = try FileLock(path)
        } catch {
            // Whoever may only read cannot lock; a run could not begin, which the gate says.
            guard options.isDryRun else { throw error }
            return nil
        }
        guard try lock.acquire(waiting: options.wait) else {
            throw EnvironmentError(
                .locked, "another run on ledger \"\(plan.ledger)\" is at work, waited \(options.wait) s",
                hint: "add --wait 600")
        }
        return lock
    }

    /// A ledger that cannot be read is no fault of the files that wait for it: they stay where they are.
    private static func checkLedger(_ plan: SchedulePlan, _ options: ScheduleOptions) throws {
        guard FileStatus.exists(plan.ledger) else { return }
        try LedgerView.requireReadable(plan.ledger, repairing: !options.isDryRun, wait: options.wait)
    }

    /// Periods that are to be sealed for a reason, and are not due, are reported: they may be mistyped.
    private mutating func checkOverrides() {
        for override in unusedOverrides {
            report(
                .failed(
                    part: "--uncovered",
                    EnvironmentError(
                        .usage,
                        "\(override.archive)/\(override.period) is not due and open, so there is nothing to seal",
                        hint: .command("cartulary", "run", "--config", .file(options.configurationPath), "--dry-run"))))
        }
    }

    /// Brings the catalogue of an archive up to date, whatever became of its periods.
    private mutating func list(_ archive: ScheduledArchive) {
        var state = ArchiveState(name: archive.name, missing: missing[archive.name] ?? 0)
        defer { result.archives.append(state) }
        guard FileStatus.exists(plan.ledger) else { return }
        do {
            let files = try ArchiveCatalogue(archive, plan, options: options)
            if try files.hasForeignCatalogue() { report(.remade(archive: archive.name)) }
            try check(archive, files, noting: &state)
            if options.isDryRun { return try reportRemovable(archive, files) }
            let catalogue = try files.update(waiting: waiting[archive.name] ?? [])
            state.bundles = catalogue?.size ?? 0
            state.end = try end(of: archive)
            state.errors = catalogue?.last?.errors ?? 0
            state.warnings = catalogue?.last?.warnings ?? 0
            if let retention = archive.retention, retention.prunesWithRun {
                try prune(archive, retention, files: files)
            }
        } catch {
            fail("catalogue of archive \(archive.name)", error)
        }
    }

    /// Notes with which ledger an archive was kept, where, and what its sources left open elsewhere.
    ///
    /// Of one that was left as it is only more can be open: what was open is not settled. If nothing more is, nothing is written.
    private mutating func mark(_ archive: ScheduledArchive, isLeft: Bool = false) {
        let mark = SpoolMark(archive.directory)
        let isUnsettled = isLeft || options.overrides(archive.name) && !settled.contains(archive.name)
        guard !options.isDryRun, FileStatus.exists(plan.ledger), !isUnsettled || FileStatus.exists(mark.path) else {
            return
        }
        do {
            let open = intake.leftOpen(archive)
            if isLeft, open.isSubset(of: mark.open) { return }
            try mark.write(plan.ledger, open: isUnsettled ? open.union(mark.open) : open)
            if !isLeft { try ScheduleRun.place(archive, plan).note() }
        } catch {
            fail("archive \(archive.name)", error)
        }
    }

    private mutating func reportRemovable(_ archive: ScheduledArchive, _ files: ArchiveCatalogue) throws {
        guard let policy = archive.retention, policy.prunesWithRun else { return }
        let pruning = ArchivePruning(files: files, policy: policy)
        for path in try pruning.returned() {
            report(.planned(.remove(archive: archive.name, path: path, reason: "it was removed before")))
        }
        let new = planned[archive.name] ?? []
        let end = new.map(\.to).max()
        for decision in try pruning.removable(now: options.retentionTime, sealedMeanwhile: end)
        // A correction is kept as long as a new bundle, and with it what it corrects.
        where !new.contains(where: { $0.from == decision.entry.position.from }) {
            let step = PlannedStep.remove(
                archive: archive.name, path: decision.entry.path, reason: decision.reason)
            report(.planned(step))
        }
    }

    /// Reads the share of the bundles that comes next.
    private mutating func check(
        _ archive: ScheduledArchive, _ files: ArchiveCatalogue, noting state: inout ArchiveState
    ) throws {
        guard let share = archive.verifyShare else { return }
        let check = try FixityCheck(files, share, now: options.now, isFull: forgotten.contains(archive.name))
        state.checked = check.checked
        state.damaged = check.damaged.count
        if !options.isDryRun { try files.remember(check.fixity) }
        report(.checked(archive: archive.name, bundles: check.checked, all: check.all))
        for (seal, problem) in check.damaged {
            fail(
                "archive \(archive.name)",
                EnvironmentError(
                    .brokenChain, "\"\(archive.directory)/\(seal.path)\" is not the bundle that was sealed: \(problem)",
                    hint: Hint(files.commands.repair.adding(["--full"]))))
        }
    }

    private mutating func prune(
        _ archive: ScheduledArchive, _ policy: RetentionPolicy, files: ArchiveCatalogue
    ) throws {
        let pruning = ArchivePruning(files: files, policy: policy)
        for path in try pruning.run(now: options.retentionTime) {
            report(.removed(archive: archive.name, path: path))
        }
    }

    mutating func report(_ event: ScheduleEvent) {
        let event = event.naming(plan.ledger, insteadOf: ledger)
        result.count(event)
        if options.isDryRun { result.plan.append(event) }
        options.report(event)
    }

    mutating func fail(_ part: String, _ error: any Error) {
        report(.failed(part: part, ScheduleIntake.environmentError(error)))
    }

    /// Reports why an archive stays as it is.
    private mutating func leave(_ archive: ScheduledArchive, _ problems: [EnvironmentError]) {
        for problem in problems { fail("archive \(archive.name)", problem) }
        var state = ArchiveState(name: archive.name)
        state.damaged = max(ScheduleRun.fixity(archive, plan).damaged.count, damaged[archive.name] ?? 0)
        result.archives.append(state)
    }
}
