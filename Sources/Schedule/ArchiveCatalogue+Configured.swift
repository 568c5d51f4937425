import Archive
import BundleFormat
import FileSystem
import Ledger
import Signing

extension SealedSeries: SealRegister {}

extension ArchiveCatalogue {
    /// The catalogue of a configured archive.
    init(_ archive: ScheduledArchive, _ plan: SchedulePlan, options: ScheduleOptions) throws {
        let seals = try SealedSeries(plan.ledger, series: archive.series)
        self.init(archive, plan, options: options, register: seals, signers: try seals.signers())
    }

    /// The catalogue of a configured archive, as a register has it.
    init(
        _ archive: ScheduledArchive, _ plan: SchedulePlan, options: ScheduleOptions, register: any SealRegister,
        signers: [PublicKey]
    ) {
        self.init(
            directory: archive.directory, archive: archive.name, selection: archive.selection, key: options.key,
            signers: signers, register: register, toolVersion: options.toolVersion,
            commands: Commands(
                remake: ["--ledger", plan.ledger, "--key", options.keyPath] + archive.seriesWords,
                trust: options.keyPath + ".allowed_signers",
                drill: CommandText.line(["ledger", "restore-drill", "--config", options.configurationPath]),
                run: CommandText.line(["run", "--config", options.configurationPath]),
                repair: CommandText.line(["repair", "--config", options.configurationPath])))
    }
}
