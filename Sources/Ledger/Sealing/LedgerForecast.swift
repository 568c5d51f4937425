package import AuditModel
import BundleExport
import LedgerFiles
import RecordAnalysis
import RecordStore
import StrictJSON

/// What a ledger would have a scheduled run do in a series; looking changes nothing.
package enum LedgerForecast {
    /// The sealed periods that would be corrected, oldest first, and in how many deployments each.
    ///
    /// - Throws: ``EnvironmentError`` if the ledger cannot be read.
    package static func corrections(_ options: LedgerExportOptions) throws -> [(period: Period, deployments: Int)] {
        let selection = options.export.analysis.selection
        let series = LedgerSealing.series(options.archive, selection)
        return try LedgerFailure.translating(options.ledger) {
            let ledger = try LedgerFile(options.ledger, .read)
            return try SealChanges(ledger: ledger, series: series, selection: selection).current().map { change in
                let label = change.seal.request["label"]?.string
                return (
                    Period(from: change.seal.from, to: change.seal.to, label: label), change.corrections.count
                )
            }
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
