package import AuditModel
import BundleExport
import BundleFormat
import Glibc
import RecordStore
package import Signing

/// How a plan is carried out this time.
package struct ScheduleOptions: Sendable {
    package var key: PrivateKey
    /// What the clock says.
    package var now: Timestamp
    package var toolVersion: String
    /// Seconds to wait for another run.
    package var wait = 0
    /// Says what would be done, and does nothing.
    package var isDryRun = false
    /// A period that is sealed though a source does not cover it, and why.
    package var uncovered: (period: String, reason: String)?
    package var progress: ProgressHandler?
    package var report: @Sendable (ScheduleEvent) -> Void = { _ in }

    package init(key: PrivateKey, now: Timestamp, toolVersion: String) {
        (self.key, self.now, self.toolVersion) = (key, now, toolVersion)
    }
}

/// Takes in what the sources have, then seals every period that is due, in every archive, oldest first.
///
/// What goes wrong with one source or archive is reported and does not stop the others. Done again it finds nothing to do.
package struct ScheduleRun {
    private let plan: SchedulePlan
    private let options: ScheduleOptions
    private var coverage: SourceCoverage
    private var result = ScheduleResult()
    /// Sources of which something could not be taken in, with the reason.
    private var stopped: [String: String] = [:]
    /// By archive, what is due and not sealed.
    private var waiting: [String: [Catalogue.Waiting]] = [:]

    /// Carries out a plan.
    ///
    /// - Throws: ``EnvironmentError`` if nothing could be begun; all else is in the result and was reported.
    package static func run(_ plan: SchedulePlan, _ options: ScheduleOptions) async throws -> ScheduleResult {
        try Export.checkParent(of: plan.ledger)
        let lock =
            try options.isDryRun
            ? nil : LedgerFailure.translating { try LedgerLock(plan.ledger + ".run", wait: options.wait) }
        var run = ScheduleRun(plan: plan, options: options, coverage: try SourceCoverage(ledger: plan.ledger))
        for source in plan.sources { await run.take(source) }
        for archive in plan.archives {
            await run.keep(archive)
            run.list(archive)
        }
        return withExtendedLifetime(lock) { run.result }
    }

    /// Brings the catalogue of an archive up to date, whatever became of its periods.
    private mutating func list(_ archive: ScheduledArchive) {
        guard !options.isDryRun, InputSizes.exists(plan.ledger) else { return }
        do {
            let series = LedgerSealing.series(exportOptions(archive, archive.begin))
            let seals = try LedgerFailure.translating { try Ledger(plan.ledger, .read).read { try $0.seals(series) } }
            try ArchiveCatalogue(
                directory: archive.directory, archive: archive.name, selection: archive.selection, key: options.key,
                toolVersion: options.toolVersion
            ).update(seals, waiting: waiting[archive.name] ?? [])
        } catch {
            fail("catalogue of archive \(archive.name)", error)
        }
    }

    private mutating func report(_ event: ScheduleEvent) {
        result.count(event)
        options.report(event)
    }

    private mutating func fail(_ part: String, _ error: any Error) {
        let known: EnvironmentError =
            switch error {
            case let error as EnvironmentError: error
            case let error as LedgerError: LedgerFailure.translated(error)
            case let error as FileError: EnvironmentError(error.kind == .io ? .io : .cannotCreate, error.message)
            default: EnvironmentError(.io, "\(error)")
            }
        report(.failed(part: part, known))
    }

    // Sources

    private mutating func take(_ source: ScheduledSource) async {
        do {
            let files = try SourceFiles.files(source.place)
            if options.isDryRun { return try foresee(source, files) }
            switch source.place {
            case .files: if !files.isEmpty { try await ingest(source, files) }
            case .spool: for file in files { try await ingestSpooled(source, file) }
            }
        } catch {
            stopped[source.name] = "not all of it could be taken in"
            fail("source \(source.name)", error)
        }
    }

    private mutating func ingest(_ source: ScheduledSource, _ files: [String]) async throws {
        let result: IngestResult
        do {
            result = try await LedgerIngest.run(ingestOptions(files))
        } catch let error as EnvironmentError where error.kind == .unreadableInput && files.count > 1 {
            // One damaged file must not keep the others out.
            for file in files { await ingestAlone(source, file) }
            return
        }
        try take(result, of: source)
    }

    private mutating func ingestAlone(_ source: ScheduledSource, _ file: String) async {
        do {
            try take(try await LedgerIngest.run(ingestOptions([file])), of: source)
        } catch let error as EnvironmentError where error.kind == .unreadableInput {
            stopped[source.name] = "\"\(Self.base(file))\" cannot be read"
            report(.notTaken(source: source.name, path: file, reason: error.message))
        } catch {
            stopped[source.name] = "not all of it could be taken in"
            fail("source \(source.name)", error)
        }
    }

    /// Takes in one file of a spool folder, and moves it out of the way.
    private mutating func ingestSpooled(_ source: ScheduledSource, _ file: String) async throws {
        do {
            let result = try await LedgerIngest.run(ingestOptions([file]))
            if result.sums.read > 0, result.sums.rejected == result.sums.read {
                return try putAside(source, file, Self.nothingUsable(result))
            }
            try take(result, of: source)
            try SourceFiles.move(file, to: SourceFiles.done)
        } catch let error as EnvironmentError where error.kind == .unreadableInput {
            try putAside(source, file, error.message)
        }
    }

    private mutating func putAside(_ source: ScheduledSource, _ file: String, _ reason: String) throws {
        let path = try SourceFiles.move(file, to: SourceFiles.failed, reason: reason)
        report(.notTaken(source: source.name, path: path, reason: reason))
    }

    /// A name without its folders: reasons stand in the catalogue too, which others read.
    private static func base(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

    private static func nothingUsable(_ result: IngestResult) -> String {
        "all \(result.sums.read) records were rejected, which cartulary validate explains"
    }

    private mutating func take(_ result: IngestResult, of source: ScheduledSource) throws {
        if result.isChanged, result.sums.rejected + result.sums.conflicts > 0 {
            report(.doubtful(source: source.name, rejected: result.sums.rejected, conflicts: result.sums.conflicts))
        }
        if source.coverage == .generatedAt, let time = SourceCoverage.generated(result) {
            try coverage.extend(source.name, to: time)
        }
        report(.ingested(source: source.name, result))
    }

    private func ingestOptions(_ files: [String]) -> IngestOptions {
        var ingest = IngestOptions(key: options.key, received: options.now)
        (ingest.inputs, ingest.ledger, ingest.wait) = (files, plan.ledger, options.wait)
        (ingest.threads, ingest.progress) = (plan.threads, options.progress)
        return ingest
    }

    private mutating func foresee(_ source: ScheduledSource, _ files: [String]) throws {
        var fresh = files.count
        if InputSizes.exists(plan.ledger) {
            let ledger = try Ledger(plan.ledger, .read)
            fresh = try KnownSources.split(files, ledger).fresh.count
        }
        if fresh > 0 { report(.would("take in \(fresh) of \(files.count) files of source \(source.name)")) }
    }

    // Archives

    private mutating func keep(_ archive: ScheduledArchive) async {
        do {
            try await sealDue(archive)
        } catch {
            fail("archive \(archive.name)", error)
        }
    }

    private mutating func sealDue(_ archive: ScheduledArchive) async throws {
        var end = try lastEnd(archive)
        // Before anything is sealed, so that what is declared of a new bundle does not stand in a correction.
        if !options.isDryRun, end != nil { try await amend(archive) }
        while true {
            let period = archive.next(after: end)
            guard archive.due(period) <= options.now else { break }
            var reasons = try self.reasons(archive, period)
            let override = options.uncovered.flatMap { $0.period == period.label ? $0.reason : nil }
            if override != nil, InputSizes.exists(plan.ledger) { reasons = [] }
            guard reasons.isEmpty else {
                report(.waiting(archive: archive.name, period, reasons))
                waiting[archive.name] = [Catalogue.Waiting(label: period.label ?? "", reasons: reasons)]
                break
            }
            if options.isDryRun {
                report(.would("seal \(period.label ?? "") of archive \(archive.name)"))
            } else {
                try await seal(archive, period, uncovered: override)
            }
            end = period.to
        }
    }

    /// Where the sealed periods of an archive end; nil if there is none.
    private func lastEnd(_ archive: ScheduledArchive) throws -> Timestamp? {
        guard InputSizes.exists(plan.ledger) else { return nil }
        let series = LedgerSealing.series(exportOptions(archive, archive.begin))
        return try Ledger(plan.ledger, .read).read { try $0.seals(series) }.map(\.to).max()
    }

    /// Why a period that is due cannot be sealed yet.
    private func reasons(_ archive: ScheduledArchive, _ period: Period) throws -> [String] {
        guard InputSizes.exists(plan.ledger) else { return ["nothing has been taken in yet"] }
        var reasons: [String] = []
        for source in plan.sources where archive.expects.contains(source.name) {
            if let reason = try uncovered(source, period) { reasons.append("source \(source.name): \(reason)") }
        }
        guard archive.expectedTransitions > 0 else { return reasons }
        let count = try transitions(in: period)
        if count < archive.expectedTransitions {
            reasons.append("\(count) transitions, expected \(archive.expectedTransitions) or more")
        }
        return reasons
    }

    private func uncovered(_ source: ScheduledSource, _ period: Period) throws -> String? {
        if let reason = stopped[source.name] { return reason }
        let failures = try SourceFiles.failures(source.place)
        if let first = failures.first {
            return "\(failures.count) in failed/ could not be taken in, such as \"\(Self.base(first))\""
        }
        guard source.coverage != .unchecked else { return nil }
        guard let time = try coverage.time(source) else { return "nothing tells yet up to when it has come" }
        return time < period.to ? "has come up to \(time.text), the period ends \(period.to.text)" : nil
    }

    private func transitions(in period: Period) throws -> Int {
        let days = LedgerDays(period)
        return try Ledger(plan.ledger, .read).read { try $0.tally() }.days.reduce(0) { sum, day in
            days.from <= day.key && day.key < days.to ? sum + day.value.transitions : sum
        }
    }

    private mutating func seal(_ archive: ScheduledArchive, _ period: Period, uncovered: String?) async throws {
        var archive = archive
        if let uncovered { archive.declared["uncovered"] = uncovered }
        let request = exportOptions(archive, period)
        try makeDirectory("\(archive.directory)/\(period.from.text.prefix(4))")
        let results = try await LedgerExport.run(request)
        for result in results {
            let isOwn = result.name == results.last?.name
            report(isOwn ? .sealed(archive: archive.name, result) : .corrected(archive: archive.name, result))
        }
    }

    private mutating func amend(_ archive: ScheduledArchive) async throws {
        for result in try await LedgerExport.amend(exportOptions(archive, archive.begin)) {
            report(.corrected(archive: archive.name, result))
        }
    }

    private func exportOptions(_ archive: ScheduledArchive, _ period: Period) -> LedgerExportOptions {
        var export = ExportOptions(key: options.key, toolVersion: options.toolVersion)
        export.run.selection = archive.selection
        export.run.selection.period = period
        (export.run.threads, export.run.progress) = (plan.threads, options.progress)
        (export.declared, export.directory) = (archive.declared, archive.directory)
        export.command = archive.command(period)
        var request = LedgerExportOptions(export: export, now: options.now)
        (request.ledger, request.archive, request.dueDays) = (plan.ledger, archive.name, archive.dueDays)
        (request.wait, request.keepsYears) = (options.wait, true)
        return request
    }

    private func makeDirectory(_ path: String) throws {
        guard mkdir(path, 0o755) == 0 || errno == EEXIST else {
            throw EnvironmentError(
                .cannotCreate, "cannot make \"\(path)\": \(errorText())",
                hint: "mkdir -p \"\(path)\"")
        }
    }
}
