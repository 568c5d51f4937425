import Archive
import ArchiveFormat
package import AuditModel
import BundleExport
import BundleFormat
package import FileSystem
import Ledger
package import RecordAnalysis
package import Signing

/// How a plan is carried out this time.
package struct ScheduleOptions: Sendable {
    package var key: PrivateKey
    /// The file of the key, for commands that are proposed.
    package var keyPath = "KEY"
    /// The file of the configuration, likewise.
    package var configurationPath = "cartulary.yaml"
    /// What the clock says.
    package var now: Timestamp
    /// What the machine's clock says: nothing is removed earlier, whatever `now` is.
    package var clock: Timestamp
    /// Whether somebody said that `now` is right, though it lies ahead of the clock or long after the ledger was last written.
    package var isTimeConfirmed = false
    var retentionTime: Timestamp { min(now, clock) }
    package var toolVersion: String
    /// Seconds to wait for another run.
    package var wait = 0
    /// Says what would be done, and does nothing.
    package var isDryRun = false
    /// Where a dry run copies the ledger to, if there is something to be taken in.
    package var temporaryFolder = "/tmp"
    /// A period of an archive that is sealed though a source does not cover it, and why.
    package var uncovered: (archive: String, period: String, reason: String)?
    package var progress: ProgressHandler?
    package var report: @Sendable (ScheduleEvent) -> Void = { _ in }

    package init(key: PrivateKey, now: Timestamp, toolVersion: String) {
        self.key = key
        self.now = now
        clock = now
        self.toolVersion = toolVersion
    }
}

/// Takes in what the sources have, then seals every period that is due, in every archive, oldest first.
///
/// What goes wrong with one source or archive is reported and does not stop the others. Done again it finds nothing to do.
package struct ScheduleRun {
    private let plan: SchedulePlan
    private let options: ScheduleOptions
    private var result = ScheduleResult()
    private var intake: ScheduleIntake
    /// What is sealed from: the ledger of the plan, or a dry run's copy of it.
    private var ledger: String { intake.ledger }
    /// Whether the period that was to be sealed uncovered was met.
    private var hasUsedOverride = false
    /// By archive, what is due and not sealed.
    private var waiting: [String: [Catalogue.Waiting]] = [:]
    /// By archive, the periods that a dry run would have sealed or corrected.
    private var planned: [String: [Period]] = [:]
    /// By archive, how many periods are due and not sealed.
    private var missing: [String: Int] = [:]
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
        try checkLedger(plan, options)
        let gate = try RunGate(plan, options)
        var options = options
        // The gate looked at the time for all that follows.
        options.isTimeConfirmed = true
        var run = ScheduleRun(
            plan: plan, options: options, intake: try ScheduleIntake(plan, options), damaged: gate.damaged,
            forgotten: gate.forgotten)
        for source in plan.sources {
            for event in await run.intake.collect(source) { run.report(event) }
        }
        for archive in plan.archives {
            if let problems = gate.problems[archive.name], !problems.isEmpty {
                run.leave(archive, problems)
            } else {
                let folder = options.isDryRun ? nil : try? FileLock(directory: archive.directory)
                _ = try? folder?.acquire(waiting: ScheduleRun.folderWait)
                await run.keep(archive)
                run.list(archive)
                folder?.release()
            }
        }
        run.checkOverride()
        return run.result
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
        let path = plan.ledger + ".run.lock"
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

    /// A period that is to be sealed for a reason, and is not due, is reported: it may be mistyped.
    private mutating func checkOverride() {
        guard let override = options.uncovered, !hasUsedOverride else { return }
        report(
            .failed(
                part: "--uncovered",
                EnvironmentError(
                    .usage, "\(override.archive)/\(override.period) is not due and open, so there is nothing to seal",
                    hint: .command("cartulary", "run", "--config", .file(options.configurationPath), "--dry-run"))))
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

    private mutating func report(_ event: ScheduleEvent) {
        let event = event.naming(plan.ledger, insteadOf: ledger)
        result.count(event)
        if options.isDryRun { result.plan.append(event) }
        options.report(event)
    }

    private mutating func fail(_ part: String, _ error: any Error) {
        report(.failed(part: part, ScheduleIntake.environmentError(error)))
    }

    // Archives

    /// Reports why an archive stays as it is.
    private mutating func leave(_ archive: ScheduledArchive, _ problems: [EnvironmentError]) {
        for problem in problems { fail("archive \(archive.name)", problem) }
        var state = ArchiveState(name: archive.name)
        state.damaged = max(ScheduleRun.fixity(archive, plan).damaged.count, damaged[archive.name] ?? 0)
        result.archives.append(state)
    }

    private mutating func keep(_ archive: ScheduledArchive) async {
        do {
            try await sealDue(archive)
        } catch {
            fail("archive \(archive.name)", error)
        }
    }

    private mutating func sealDue(_ archive: ScheduledArchive) async throws {
        var end = try end(of: archive)
        // Before anything is sealed, so that what is declared of a new bundle does not stand in a correction.
        if end != nil { try await amend(archive) }
        while true {
            let period = archive.next(after: end)
            guard archive.due(period) <= options.now else { break }
            let override = override(archive, period)
            let reasons = override == nil ? try self.reasons(archive, period) : []
            guard reasons.isEmpty else {
                wait(archive, period, reasons: reasons)
                break
            }
            guard try await seal(archive, period, uncovered: override) else { break }
            end = period.to
        }
    }

    /// Where the sealed periods of an archive end; nil before the first.
    private func end(of archive: ScheduledArchive) throws -> Timestamp? {
        guard FileStatus.exists(ledger) else { return nil }
        return try SealedSeries(ledger, series: archive.series).end()
    }

    private mutating func wait(_ archive: ScheduledArchive, _ period: Period, reasons: [String]) {
        report(.waiting(archive: archive.name, period, reasons))
        waiting[archive.name] = [Catalogue.Waiting(label: period.label ?? "", reasons: reasons)]
        var open = 0
        var next = period
        while archive.due(next) <= options.now {
            open += 1
            next = archive.length.period(after: next)
        }
        missing[archive.name] = open
    }

    /// The reason for which a period is sealed although a source does not cover it.
    private mutating func override(_ archive: ScheduledArchive, _ period: Period) -> String? {
        guard let override = options.uncovered, override.period == period.label,
            override.archive == archive.name
        else { return nil }
        hasUsedOverride = true
        // Where nothing was taken in there is nothing to seal, for whatever reason.
        guard (try? intake.hasSources) == true else { return nil }
        return override.reason
    }

    /// The reason of a ledger that no file has been taken into: there is nothing that could be sealed.
    package static let nothingYet = "nothing has been taken in yet, expected at least one file of a source"

    /// Why a period that is due cannot be sealed yet.
    private func reasons(_ archive: ScheduledArchive, _ period: Period) throws -> [String] {
        guard try intake.hasSources else { return [ScheduleRun.nothingYet] }
        var reasons = try unmatched(archive)
        for source in plan.sources where archive.expects.contains(source.name) {
            if let reason = try intake.reasonNotCovered(source, period) {
                reasons.append("source \(source.name): \(reason)")
            }
        }
        return reasons
    }

    /// Filters that no record of the ledger matches are mistyped, or too early.
    private func unmatched(_ archive: ScheduledArchive) throws -> [String] {
        let selection = archive.selection
        let subjects: [(key: String, filter: SelectionFilter, subject: LedgerView.Subject)] = [
            ("network", .network, .networks), ("token-type", .tokenType, .tokenTypes),
            ("deployed-by", .deployedBy, .deployers),
        ]
        return try subjects.filter { !selection[$0.filter].isEmpty }.flatMap { key, filter, subject in
            let known = try LedgerView.values(of: subject, ledger)
            return selection[filter].filter { value in !known.contains { filter.matches(value, $0) } }.map { value in
                let near = NearMatch.best(value, known).first.map { ", did you mean \($0)?" } ?? ""
                return "\(key) \"\(value)\" stands in no record\(near)"
            }
        }
    }

    /// Seals a period; false if it turns out to hold less than expected.
    private mutating func seal(
        _ archive: ScheduledArchive, _ period: Period, uncovered: String?
    ) async throws -> Bool {
        var archive = archive
        if let uncovered { archive.declared["uncovered"] = uncovered }
        var request = exportOptions(archive, period)
        if uncovered == nil { request.expectedTransitions = archive.expectedTransitions }
        do {
            if options.isDryRun { return try await forecast(archive, period, request: request) }
            for result in try await LedgerExport.run(request) { report(.sealed(archive: archive.name, result)) }
            return true
        } catch let few as TooFewTransitions {
            let found = CountedNoun.text(few.count, "transition")
            wait(archive, period, reasons: ["\(found), expected \(archive.expectedTransitions) or more"])
            return false
        }
    }

    private mutating func forecast(
        _ archive: ScheduledArchive, _ period: Period, request: LedgerExportOptions
    ) async throws -> Bool {
        try await LedgerForecast.requireSealable(request)
        report(.planned(.seal(archive: archive.name, period)))
        planned[archive.name, default: []].append(period)
        return true
    }

    private mutating func amend(_ archive: ScheduledArchive) async throws {
        if options.isDryRun { return try forecastCorrections(archive) }
        for result in try await LedgerExport.amend(exportOptions(archive, archive.begin)) {
            // What a stopped run had sealed gets its name here too.
            let isCorrection = result.name.contains(/-r[0-9]+$/)
            report(isCorrection ? .corrected(archive: archive.name, result) : .sealed(archive: archive.name, result))
        }
    }

    private mutating func forecastCorrections(_ archive: ScheduledArchive) throws {
        if let name = try LedgerSealing.pendingName(in: plan.ledger, series: archive.series),
            // Without a seal of that name the run ended before the position was taken.
            try SealedSeries(plan.ledger, series: archive.series).seals(from: 1).contains(where: {
                $0.position.name == name
            })
        {
            report(.planned(.finish(archive: archive.name, name: name)))
        }
        for (period, deployments) in try LedgerForecast.corrections(exportOptions(archive, archive.begin)) {
            report(.planned(.correct(archive: archive.name, period, deployments: deployments)))
            planned[archive.name, default: []].append(period)
        }
    }

    private func exportOptions(_ archive: ScheduledArchive, _ period: Period) -> LedgerExportOptions {
        var request = LedgerExportOptions(archive, period, plan: plan, options: options)
        request.ledger = ledger
        return request
    }
}

extension LedgerExportOptions {
    /// The request that seals a period of a configured archive.
    init(_ archive: ScheduledArchive, _ period: Period, plan: SchedulePlan, options: ScheduleOptions) {
        var export = ExportOptions(key: options.key, toolVersion: options.toolVersion)
        export.analysis.selection = archive.selection
        export.analysis.selection.period = period
        export.analysis.threads = plan.threads
        export.analysis.progress = options.progress
        export.declared = archive.declared
        export.directory = archive.directory
        export.command = archive.command(period)
        self.init(export: export, now: options.now)
        ledger = plan.ledger
        self.archive = archive.name
        dueDays = archive.dueDays
        wait = options.wait
        keepsYears = true
        clock = options.clock
        isTimeConfirmed = options.isTimeConfirmed
    }
}
