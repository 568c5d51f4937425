import Archive
import BundleFormat
import Ledger

extension SealedSeries: SealRegister {}

extension ArchiveCatalogue {
    /// The catalogue of a configured archive.
    init(_ archive: ScheduledArchive, _ plan: SchedulePlan, _ options: ScheduleOptions) throws {
        let seals = try SealedSeries(plan.ledger, series: archive.series)
        self.init(
            directory: archive.directory, archive: archive.name, selection: archive.selection, key: options.key,
            signers: try seals.signers(), register: seals, toolVersion: options.toolVersion)
    }
}
