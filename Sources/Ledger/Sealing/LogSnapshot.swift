import AuditModel
import BundleExport
import FileSystem
import LedgerFiles
import LedgerReading
import MerkleTree
import RecordAnalysis
import RecordIntake
import RecordSpill
import RecordStore
import Signing

/// A log at one moment: what a bundle is drawn from.
struct LogSnapshot {
    let size: Int
    let root: MerkleDigest
    let origin: String
    let breaks: [RecoveryEntry]

    /// The log as it is, which has to fit its checkpoint.
    static func current(_ reader: LedgerReader, _ options: LedgerExportOptions) throws -> LogSnapshot {
        _ = try CheckpointFile.check(options.ledger, reader, trusting: options.export.key.publicKey)
        try reader.requireIntegrity()
        guard let run = try reader.lastRun(), let signer = try reader.signers().last else {
            throw EnvironmentError(
                .noInput, "ledger \"\(options.ledger)\" holds nothing yet",
                hint: LedgerFailure.firstIngest)
        }
        return LogSnapshot(size: run.size, root: run.root, origin: signer.origin, breaks: try reader.breaks())
    }

    /// The log when it had a certain size.
    static func earlier(_ reader: LedgerReader, size: Int, _ options: LedgerExportOptions) throws -> LogSnapshot {
        let now = try current(reader, options)
        return LogSnapshot(size: size, root: try reader.root(size: size), origin: now.origin, breaks: now.breaks)
    }

    /// What a bundle says of the log, signed by the bundle's key.
    func origin(_ key: PrivateKey, series: SeriesOrigin?) throws -> LedgerOrigin {
        let note = try CheckpointFile.note(origin: origin, size: size, root: root, key: key)
        return LedgerOrigin(
            origin: origin, size: size, root: root.hexadecimal,
            checkpoint: String(decoding: note.bytes, as: UTF8.self), breaks: breaks.map(\.value), series: series)
    }
}

/// The records of a log that belong to a selection, surveyed.
struct DrawnRecords {
    let held: LedgerRecords
    let surveyed: SurveyedRecords

    /// Draws the records of a log at a size, with the intake of the runs behind `start` entries.
    ///
    /// `frozen` are the counts outside the selection, when they were taken at that size before.
    static func draw(
        _ ledger: LedgerFile, _ options: AnalysisOptions, start: Int = 0, size: Int, frozen: LedgerOutside? = nil
    ) async throws -> DrawnRecords {
        var options = options
        options.clock = try ledger.read { try $0.received(size: size) }
        options.memory = options.memory?.drawing(entries: size)
        let held = try await LedgerRecords.load(ledger, options, start: start, size: size, frozen: frozen)
        let named = options.selection.isFiltered ? held.intake.namedDeployments : []
        let (survey, parts, _) = try await Survey.run(
            held.records, options, sources: 1, named: named, countsAll: true)
        var outcomes = survey.outcomes ?? RecordOutcomes(sources: 1, showing: IntakeScope(options.selection))
        outcomes.reconciliation.merge(held.outside.reconciliation)
        let surveyed = try SurveyedRecords(
            options, parts: parts, survey: survey, outcomes: outcomes, intake: held.intake,
            futureAfter: nil)
        return DrawnRecords(held: held, surveyed: surveyed)
    }
}
