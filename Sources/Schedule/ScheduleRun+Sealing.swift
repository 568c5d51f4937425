import Archive
import ArchiveFormat
import AuditModel
import BundleExport
import BundleFormat
import FileSystem
import Ledger
import RecordAnalysis
import RecordSpill
import Signing

extension ScheduleRun {
    mutating func keep(_ archive: ScheduledArchive) async {
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
            if override != nil {
                try intake.settle(archive)
                settled.insert(archive.name)
            }
            end = period.to
        }
    }

    /// Where the sealed periods of an archive end; nil before the first.
    func end(of archive: ScheduledArchive) throws -> Timestamp? {
        guard FileStatus.exists(ledger) else { return nil }
        return try SealedSeries(ledger, series: archive.series).end()
    }

    mutating func wait(_ archive: ScheduledArchive, _ period: Period, reasons: [OpenReason]) {
        let texts = reasons.map(\.text)
        report(
            .waiting(
                archive: archive.name, period, reasons: texts,
                canBeUncovered: reasons.allSatisfy(\.canBeUncovered)))
        waiting[archive.name] = [Catalogue.Waiting(label: period.label ?? "", reasons: texts)]
        var open = 0
        var next = period
        while archive.due(next) <= options.now {
            open += 1
            next = archive.length.period(after: next)
        }
        missing[archive.name] = open
    }

    /// The reason for which a period is sealed although a source does not cover it.
    mutating func override(_ archive: ScheduledArchive, _ period: Period) -> String? {
        let own = { (asked: ScheduleOptions.Uncovered) in asked.period == period.label && asked.archive == archive.name
        }
        guard let override = options.uncovered.first(where: own) else { return nil }
        unusedOverrides.removeAll(where: own)
        // Where nothing was taken in there is nothing to seal, for whatever reason.
        guard (try? intake.hasSources) == true else { return nil }
        return override.reason
    }

    /// The reason of a ledger that no file has been taken into: there is nothing that could be sealed.
    private static let nothingYet =
        "nothing has been taken in yet, expected at least one file of a source, which may say that there is nothing (totalCount 0), or "
        + "a later begin: in the configuration"

    /// Why a period that is due cannot be sealed yet.
    private func reasons(_ archive: ScheduledArchive, _ period: Period) throws -> [OpenReason] {
        guard try intake.hasSources else { return [.toMend(ScheduleRun.nothingYet)] }
        var reasons = try unmatched(archive).map(OpenReason.toCover) + intake.vanished(archive)
        for source in plan.sources where archive.expects.contains(source.name) {
            if let reason = try intake.reasonNotCovered(source, period) {
                reasons.append(
                    OpenReason(
                        text: "source \(source.name): \(reason.text)", canBeUncovered: reason.canBeUncovered))
            }
        }
        return reasons
    }

    /// Filters that no record of the ledger matches.
    private func unmatched(_ archive: ScheduledArchive) throws -> [String] {
        try LedgerView.unmatched(archive.selection, ledger).map { filter, value, near in
            let near = near.map { ", did you mean \($0)?" } ?? ""
            return "\("\(filter.option)".dropFirst(2)) \"\(value)\" stands in no record\(near)"
        }
    }

    /// Seals a period; false if it turns out to hold less than expected.
    mutating func seal(
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
            wait(
                archive, period,
                reasons: [.toCover("\(found), expected \(archive.expectedTransitions) or more")])
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
        if options.isDryRun { return try await forecastCorrections(archive) }
        for result in try await LedgerExport.amend(exportOptions(archive, archive.begin)) {
            // What a stopped run had sealed gets its name here too.
            let isCorrection = result.name.contains(/-r[0-9]+(-partial)?$/)
            report(isCorrection ? .corrected(archive: archive.name, result) : .sealed(archive: archive.name, result))
        }
    }

    private mutating func forecastCorrections(_ archive: ScheduledArchive) async throws {
        let request = exportOptions(archive, archive.begin)
        if let name = try LedgerSealing.pendingName(in: plan.ledger, series: archive.series),
            // Without a seal of that name the run ended before the position was taken.
            let seal = try SealedSeries(plan.ledger, series: archive.series).seals(from: 1).first(where: {
                $0.position.name == name
            })
        {
            try await LedgerExport.tryRemake(request, sequence: seal.position.sequence)
            report(.planned(.finish(archive: archive.name, name: name)))
        }
        for correction in try LedgerForecast.corrections(request) {
            if let problem = correction.problem { throw problem }
            let period = correction.period
            report(.planned(.correct(archive: archive.name, period, deployments: correction.deployments)))
            planned[archive.name, default: []].append(period)
        }
    }

    private func exportOptions(_ archive: ScheduledArchive, _ period: Period) -> LedgerExportOptions {
        var request = LedgerExportOptions(archive, period, plan: plan, options: options)
        request.ledger = ledger
        request.export.analysis.memory?.directory = FileName.directory(of: ledger)
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
        export.analysis.memory = plan.memory.map {
            MemoryBudget(size: $0, directory: FileName.directory(of: plan.ledger))
        }
        export.analysis.progress = options.progress
        export.declared = archive.declared
        export.directory = archive.directory
        export.command = archive.command(period)
        self.init(export: export, now: options.now)
        formerKeys = options.formerKeys
        ledger = plan.ledger
        self.archive = archive.name
        dueDays = archive.dueDays
        workbook = archive.workbook
        wait = options.wait
        keepsYears = true
        clock = options.clock
        isTimeConfirmed = options.isTimeConfirmed
        inspect = options.inspect
    }
}
