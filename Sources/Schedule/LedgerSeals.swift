import Archive
import BundleFormat
import Ledger
import RecordStore
import Signing
import StrictJSON

/// The register of an archive's sealed bundles that a ledger keeps.
struct LedgerSeals: SealRegister {
    private let ledger: LedgerFile
    private let series: String

    init(_ path: String, series: String) throws {
        ledger = try LedgerFile(path, .read)
        self.series = series
    }

    func last() throws -> RegisteredSeal? { try ledger.read { try $0.lastSeal(series) }.map(RegisteredSeal.init) }

    func seals(from sequence: Int) throws -> [RegisteredSeal] {
        try ledger.read { try $0.seals(series, from: sequence) }.map(RegisteredSeal.init)
    }

    /// Keys that the ledger was ever signed with.
    func signers() throws -> [PublicKey] {
        try ledger.read { try $0.signers() }.compactMap { try? PublicKey(openSSHLine: $0.publicKey) }
    }
}

extension RegisteredSeal {
    fileprivate init(_ seal: SealEntry) {
        self.init(place: SealedPlace(seal), sealed: seal.received, label: seal.request["label"]?.string)
    }
}

extension ArchiveCatalogue {
    /// The catalogue of a configured archive.
    init(_ archive: ScheduledArchive, _ plan: SchedulePlan, _ options: ScheduleOptions) throws {
        let seals = try LedgerSeals(plan.ledger, series: archive.series)
        self.init(
            directory: archive.directory, archive: archive.name, selection: archive.selection, key: options.key,
            signers: try seals.signers(), register: seals, toolVersion: options.toolVersion)
    }
}
