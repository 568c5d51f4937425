package import AuditModel
import BundleFormat
import LedgerFiles
import RecordStore
import StrictJSON

/// What the series of an archive were sealed with, as a ledger knows it.
package struct SeriesSettings: Sendable, Equatable {
    /// The name of the series in the log: archive, basis and filters.
    package let series: String
    /// The first sealed period.
    package let first: Period
    /// The latest sealed period.
    package let last: Period

    /// The series of an archive's name in a ledger, in order of their names.
    ///
    /// Throws ``EnvironmentError`` if the ledger cannot be read.
    package static func all(of archive: String, in ledger: String) throws -> [SeriesSettings] {
        try LedgerFailure.translating(ledger) {
            try LedgerView.reading(ledger) { reader in
                try reader.series().filter { SeriesSettings.archive(of: $0) == archive }.compactMap { name in
                    guard let first = try reader.seals(name, to: 1).first, let last = try reader.furthestSeal(name)
                    else { return nil }
                    return SeriesSettings(series: name, first: period(first), last: period(last))
                }
            }
        }
    }

    /// The archive that a series belongs to.
    package static func archive(of series: String) -> String? {
        (try? JSONValue(parsing: Array(series.utf8)))?["archive"]?.string
    }

    private static func period(_ seal: SealEntry) -> Period {
        Period(from: seal.from, to: seal.to, label: seal.request["label"]?.string)
    }
}
