package import AuditModel
import BundleExport
package import FileSystem
import LedgerFiles
import RecordAnalysis
import RecordStore
import StrictJSON

/// What a ledger would have a scheduled run do in a series; looking changes nothing.
package enum LedgerForecast {
    /// A sealed period that would be corrected.
    package struct Correction {
        package let period: Period
        /// How many deployments would change.
        package let deployments: Int
        /// Why it cannot be: something has the name of its bundle.
        ///
        /// A run ends with it, and corrects none behind it.
        package let problem: EnvironmentError?
    }

    /// The sealed periods that would be corrected, oldest first.
    ///
    /// - Throws: ``EnvironmentError`` if the ledger cannot be read.
    package static func corrections(_ options: LedgerExportOptions) throws -> [Correction] {
        let selection = options.export.analysis.selection
        let series = LedgerSealing.series(options.archive, selection)
        return try LedgerFailure.translating(options.ledger) {
            let ledger = try LedgerFile(options.ledger, .read)
            return try SealChanges(ledger: ledger, series: series, selection: selection).current().map { change in
                let label = change.seal.request["label"]?.string
                let period = Period(from: change.seal.from, to: change.seal.to, label: label)
                let request = SealRequest(options, period, revision: change.seal.revision + 1)
                return Correction(
                    period: period, deployments: change.corrections.count,
                    problem: try problem(request.export, of: options.archive, ledger))
            }
        }
    }

    private static func problem(
        _ export: ExportOptions, of archive: String, _ ledger: LedgerFile
    ) throws -> EnvironmentError? {
        do {
            try LedgerSealing.checkFree(export, of: archive, ledger)
            return nil
        } catch let error as EnvironmentError {
            return error
        }
    }

    /// Looks whether the period of the options could be sealed: whether its name is free, and as many transitions are there as
    /// are expected.
    ///
    /// - Throws: what sealing would throw, such as ``TooFewTransitions``.
    package static func requireSealable(_ options: LedgerExportOptions) async throws {
        guard let period = options.export.analysis.selection.period else { return }
        do {
            let ledger = try LedgerFile(options.ledger, .read)
            let request = SealRequest(options, period, revision: 0)
            try LedgerSealing.checkFree(request.export, of: options.archive, ledger)
            guard options.expectedTransitions > 0 else { return }
            let start = try ledger.read { reader in
                let series = LedgerSealing.series(options.archive, options.export.analysis.selection)
                return (seal: try reader.lastSeal(series)?.size ?? 0, log: try reader.lastRun()?.size ?? 0)
            }
            let drawn = try await DrawnRecords.draw(
                ledger, request.export.analysis, start: start.seal, size: start.log, frozen: nil)
            try LedgerSealing.checkExpected(drawn.surveyed, options.expectedTransitions)
        } catch let error as LedgerError {
            throw LedgerFailure.translated(error, options.ledger)
        }
    }
}
