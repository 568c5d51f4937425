import Archive
import AuditModel
import BundleExport
import CommandLineInterface
import FileSystem
import Ledger
import RecordAnalysis
import RunConfiguration
import Schedule

/// The archive whose folder an export from a ledger would seal into, if a run keeps one there.
enum ArchiveOfExport {
    /// Refuses to seal into an archive that does not belong to the ledger, as a run would, or beside its folders for years.
    ///
    /// - Throws: `brokenChain` for a ledger that is older than the archive, or another one, and for a folder that holds
    ///   another archive; `usage` for the archive's folder itself, where a run would not look for the bundle, and for whatever is
    ///   no bundle of a series.
    static func check(_ request: LedgerExportOptions) throws {
        let out = request.export.directory
        guard request.seals, let period = request.export.analysis.selection.period else {
            return try ArchiveFolder.requireApart(out)
        }
        if ArchiveFolder.isKept(out) {
            throw CommandError(
                .usage, "--out \"\(out)\" is the folder of an archive, whose bundles are in a folder for each year",
                hint: "\(.option("--out", "\(out)/\(period.year)"))")
        }
        let folder = FileName.directory(of: FileName.resolved(out) ?? out)
        guard ArchiveFolder.isKept(folder) else { return }
        try compare(folder, request)
    }

    /// The run that keeps the ledger, or the archive whose folder is sealed into; nil for a ledger without a schedule.
    static func keeper(of request: LedgerExportOptions) -> Hint? {
        let out = request.export.directory
        guard
            LedgerView.isKeptByRun(request.ledger)
                || ArchiveFolder.isKept(FileName.directory(of: FileName.resolved(out) ?? out))
        else { return nil }
        let folder = FileName.directory(of: request.ledger)
        let standard = ConfigurationOptions.standardPath
        let noted = ScheduleStatus.LastRun.read(ledger: request.ledger)?.configuration
        let paths = [(folder == "." ? "" : folder + "/") + standard, standard, noted].compactMap(\.self)
        guard let path = paths.first(where: { isConfiguration($0, of: request.ledger) }) else {
            return "cartulary run, with the configuration that names this ledger"
        }
        return .command("cartulary", "run", "--config", .file(path))
    }

    /// Whether a file is a configuration that names a ledger: another one would seal from another ledger.
    private static func isConfiguration(_ path: String, of ledger: String) -> Bool {
        guard let bytes = try? SmallFile.contents(path),
            let configuration = try? Configuration.read(bytes, path: path, overrides: .init(), cores: 1)
        else { return false }
        return FileName.resolved(configuration.plan.ledger) == FileName.resolved(ledger)
    }

    private static func compare(_ folder: String, _ request: LedgerExportOptions) throws {
        let export = request.export
        let series = LedgerSealing.series(request.archive, export.analysis.selection)
        try SeriesSettings.requireSame(series, of: request.archive, in: request.ledger)
        let seals = try SealedSeries(request.ledger, series: series)
        let check = ShellCommand("cartulary", "ledger", "check", "--ledger", .file(request.ledger), "--full")
        let files = ArchiveCatalogue(
            directory: folder, archive: request.archive, selection: export.analysis.selection, key: export.key,
            signers: try seals.signers(), register: seals,
            memoryPath: request.ledger + LedgerView.archiveSuffix + request.archive, toolVersion: export.toolVersion,
            commands: ArchiveCatalogue.Commands(trust: "", drill: check, run: check, repair: check))
        let inspection = try ArchiveInspection(
            files, pending: LedgerSealing.pendingName(in: request.ledger, series: series))
        guard var problem = inspection.foreignRegister ?? inspection.foreignFolder else { return }
        problem.hint = Hint(check)
        throw problem
    }
}
