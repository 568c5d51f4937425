package import ArchiveFormat
package import AuditModel
import BundleFormat
import LedgerFiles
import RecordStore
package import Signing
import StrictJSON

/// The sealed bundles of a series, as a ledger has them; never blocked by a writer.
package struct SealedSeries {
    private let path: String
    private let ledger: LedgerFile
    private let series: String

    /// Opens a ledger that is there; `series` is the series' name in it (``LedgerSealing/series(_:_:)``).
    ///
    /// Throws ``EnvironmentError`` if it cannot be read.
    package init(_ path: String, series: String) throws {
        ledger = try LedgerFailure.translating(path) { try LedgerFile(path, .read) }
        self.path = path
        self.series = series
    }

    /// The last one; nil before the first.
    package func last() throws -> RegisteredSeal? {
        try reading { reader in try reader.lastSeal(series).map { RegisteredSeal($0, kept: nil) } }
    }

    /// Those from a sequence number on, in order.
    package func seals(from sequence: Int) throws -> [RegisteredSeal] {
        try reading { reader in
            let times = try reader.sealingTimes(series)
            return try reader.seals(series, from: sequence).map { RegisteredSeal($0, kept: times[$0.sequence]) }
        }
    }

    /// Where the sealed periods end; nil before the first.
    package func end() throws -> Timestamp? { try reading { try $0.furthestSeal(series)?.to } }

    /// Keys that the ledger was ever signed with.
    package func signers() throws -> [PublicKey] {
        try reading { try $0.signers() }.compactMap { try? PublicKey(openSSHLine: $0.publicKey) }
    }

    private func reading<Result>(_ body: (LedgerReader) throws -> Result) throws -> Result {
        try LedgerFailure.translating(path) { try ledger.read(body) }
    }
}

extension RegisteredSeal {
    init(_ seal: SealEntry, kept: Timestamp?) {
        self.init(
            position: SeriesPosition(seal), sealed: seal.received, label: seal.request["label"]?.string,
            clock: kept)
    }
}
