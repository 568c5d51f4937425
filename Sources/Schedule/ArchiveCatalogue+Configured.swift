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
            signers: signers, register: register,
            memoryPath: plan.ledger + LedgerView.archiveSuffix + archive.name, toolVersion: options.toolVersion,
            commands: Commands(
                trust: options.keyPath + ".allowed_signers",
                drill: ShellCommand(
                    "cartulary", "ledger", "restore-drill", "--config", .file(options.configurationPath)),
                run: ShellCommand("cartulary", "run", "--config", .file(options.configurationPath)),
                repair: ShellCommand("cartulary", "repair", "--config", .file(options.configurationPath))))
    }
}
