import Archive
import ArchiveFormat
import BundleExport
import BundleFormat
package import FileSystem
import Ledger

/// Puts back what is gone from, or damaged in, the folders of archives, as far as the ledger can make it again.
///
/// What retention removed has a tombstone and does not come back.
package struct ArchiveRepair {
    /// What became of one bundle, or of the catalogue.
    package enum Outcome: Sendable, Equatable {
        /// It is there again; or would be, when nothing is to be done.
        case made(String)
        /// A damaged file has another name now.
        case movedAside(String, to: String)
        /// It cannot be made again.
        case failed(String, EnvironmentError)
    }

    private let plan: SchedulePlan
    private let options: ScheduleOptions
    private let report: (String, Outcome) -> Void

    /// Repairs the archives of a plan.
    ///
    /// - Parameters:
    ///   - plan: the configured archives.
    ///   - options: the key, the clock, and whether anything is to be done.
    ///   - name: the only archive; nil for all.
    ///   - report: receives the archive and what became of each file.
    /// - Throws: ``EnvironmentError`` if the ledger does not belong to the archives, or the clock is not right.
    package static func run(
        _ plan: SchedulePlan, _ options: ScheduleOptions, archive name: String?,
        report: @escaping (String, Outcome) -> Void
    ) async throws {
        let names = plan.archives.map(\.name)
        if let name, !names.contains(name) {
            throw EnvironmentError(
                .usage, "--archive \"\(name)\", expected one of \(names.joined(separator: ", "))")
        }
        let lock = try options.isDryRun ? nil : ScheduleRun.lock(plan, options)
        defer { lock?.release() }
        _ = try RunGate(plan, options)
        let repair = ArchiveRepair(plan: plan, options: options, report: report)
        for archive in plan.archives where name == nil || archive.name == name {
            try await repair.repair(archive)
        }
    }

    private func repair(_ archive: ScheduledArchive) async throws {
        guard FileStatus.exists(plan.ledger) else { return }
        let files = try ArchiveCatalogue(archive, plan, options: options)
        let pending = try LedgerSealing.pendingName(in: plan.ledger, series: archive.series)
        let inspection = try ArchiveInspection(files, pending: pending)
        if let reason = inspection.foreignFolder { return report(archive.name, .failed(archive.directory, reason)) }
        for seal in inspection.damaged { try moveAside(seal.path, of: archive) }
        let wanted = (inspection.missing + inspection.damaged).sorted { $0.position.sequence < $1.position.sequence }
        for seal in wanted { await restore(seal, of: archive) }
        if !inspection.unusableCatalogues.isEmpty {
            try makeCatalogue(files, without: inspection.unusableCatalogues, of: archive)
        }
    }

    /// Has the catalogue made from the bundles, as if there had been none.
    private func makeCatalogue(
        _ files: ArchiveCatalogue, without unusable: [String], of archive: ScheduledArchive
    ) throws {
        for path in Set(unusable + [Catalogue.file]).sorted() { try moveAside(path, of: archive) }
        do {
            if !options.isDryRun { try files.update(waiting: nil) }
            report(archive.name, .made(Catalogue.file))
        } catch {
            report(archive.name, .failed(Catalogue.file, ScheduleIntake.environmentError(error)))
        }
    }

    /// Gives a file another name: whoever damaged it may want to be known.
    private func moveAside(_ path: String, of archive: ScheduledArchive) throws {
        let own = "\(archive.directory)/\(path)"
        guard try FileName.isTaken(own) else { return }
        var aside = path + ".damaged"
        var number = 1
        while try FileName.isTaken("\(archive.directory)/\(aside)") {
            number += 1
            aside = "\(path).damaged-\(number)"
        }
        if !options.isDryRun { try FileName.rename(own, to: "\(archive.directory)/\(aside)") }
        report(archive.name, .movedAside(path, to: aside))
    }

    private func restore(_ seal: RegisteredSeal, of archive: ScheduledArchive) async {
        do {
            if !options.isDryRun {
                let request = LedgerExportOptions(archive, archive.begin, plan: plan, options: options)
                _ = try await LedgerExport.remake(request, sequence: seal.position.sequence)
            }
            report(archive.name, .made(seal.path))
        } catch {
            report(archive.name, .failed(seal.path, ScheduleIntake.environmentError(error)))
        }
    }
}
