package import AuditModel
import BundleFormat
import FileSystem
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

    /// Refuses a series that an archive has not, if bundles were sealed as this archive with other filters or another basis.
    ///
    /// Throws ``EnvironmentError``, `usage`, with the options that those were sealed with.
    package static func requireSame(_ series: String, of archive: String, in ledger: String) throws {
        let all = try all(of: archive, in: ledger)
        guard let other = all.first, !all.contains(where: { $0.series == series }) else { return }
        throw EnvironmentError(
            .usage,
            "the bundles sealed as \(archive) have other filters, or another basis: expected \(other.series), found \(series)",
            hint: "use the same basis and filters: \(other.options)")
    }

    /// The basis and the filters, as options of the command line.
    private var options: ShellCommand {
        let value = try? JSONValue(parsing: Array(series.utf8))
        let filters = BundleFilters(ofSeries: value?["filters"])
        let values = SelectionFilter.all.flatMap { filter in
            (filters?.selection[filter] ?? []).map { ShellCommand.Part.option(filter.option, $0) }
        }
        return ShellCommand([.option("--basis", value?["basis"]?.string ?? Basis.activity.rawValue)] + values)
    }

    /// The archive that a series belongs to.
    package static func archive(of series: String) -> String? {
        (try? JSONValue(parsing: Array(series.utf8)))?["archive"]?.string
    }

    private static func period(_ seal: SealEntry) -> Period {
        Period(from: seal.from, to: seal.to, label: seal.request["label"]?.string)
    }
}
