package import AuditModel
import BundleFormat
import MerkleTree
import RecordStore
import Signing
import StrictJSON

/// What an export from a ledger is asked to make.
package struct LedgerExportOptions: Sendable {
    package var export: ExportOptions
    package var ledger = ""
    /// Names the series, with the basis and the filters.
    package var archive = "audit"
    /// What the clock says: only a period that has ended is sealed.
    package var now: Timestamp
    /// Seconds to wait for another writer.
    package var wait = 0
    /// Days after the end of the next period by which its bundle is promised.
    package var dueDays = 10
    /// The revision of a sealed period that is asked for; nil for the latest.
    package var revision: Int?
    /// Whether the bundle is an answer to somebody, outside the series, though its period could be sealed.
    package var isResponse = false
    /// Whether bundles go into a folder of the directory for each year, which has to be there.
    var keepsYears = false
    /// A period with fewer transitions is not sealed: ``TooFewTransitions`` is thrown.
    var expectedTransitions = 0

    package init(export: ExportOptions, now: Timestamp) {
        self.export = export
        self.now = now
    }

    /// Names the request: asked again, it has the same answer.
    package var idempotencyKey: String?

    /// Whether the period is to be sealed: it has a name, has ended, and nothing makes the bundle an answer.
    var seals: Bool {
        guard let period = export.run.selection.period, period.label != nil, period.to <= now else { return false }
        return !isResponse && idempotencyKey == nil && export.name == nil && export.run.asOf == nil
            && export.declared["requestRef"] == nil
    }
}

/// A period that is to be sealed holds fewer transitions than expected.
struct TooFewTransitions: Error {
    var count: Int
}

/// Makes bundles of what a ledger holds.
package enum LedgerExport {
    /// Answers, or seals the period and corrects sealed ones that have changed since.
    ///
    /// - Returns: the bundles, in the order in which they were made or found; the one that was asked for is the last.
    /// - Throws: ``EnvironmentError``, or the error of the target that failed.
    package static func run(_ options: LedgerExportOptions) async throws -> [ExportResult] {
        try check(options)
        do {
            if options.seals { return try await LedgerSealing.run(options) }
            if let key = options.idempotencyKey { return [try await LedgerAnswer.run(options, key)] }
            return [try await answer(options)]
        } catch let error as LedgerError {
            throw LedgerFailure.translated(error)
        }
    }

    /// Corrects the sealed periods of a series that have changed since, and seals nothing new.
    static func amend(_ options: LedgerExportOptions) async throws -> [ExportResult] {
        try check(options)
        do {
            return try await LedgerSealing.amend(options)
        } catch let error as LedgerError {
            throw LedgerFailure.translated(error)
        }
    }

    private static func check(_ options: LedgerExportOptions) throws {
        guard options.export.key.publicKey.type == .ed25519 else {
            throw EnvironmentError(
                .notPermitted,
                "checkpoints are signed with Ed25519 keys, found \(options.export.key.publicKey.type.rawValue)",
                hint: "cartulary keygen --out another-path")
        }
        if let problem = BundleName.problem(options.archive) {
            throw EnvironmentError(.usage, "--archive \"\(options.archive)\" has a \(problem)", hint: "--archive audit")
        }
        try Export.checkDirectory(options.export.directory)
    }

    /// A bundle outside any series, of the log as it is.
    private static func answer(_ options: LedgerExportOptions) async throws -> ExportResult {
        let ledger = try Ledger(options.ledger, .read)
        let export = try named(options, ledger)
        for _ in 0..<10 {
            do {
                let state = try ledger.read { try LedgerState.of($0, options) }
                return try await make(export, options, ledger, state, frozen: nil) { _, _ in }
            } catch is LedgerMoved { continue }
        }
        throw EnvironmentError(.locked, "ledger \"\(options.ledger)\" changes faster than it can be read")
    }

    /// The export with the name that an answer has.
    static func named(_ options: LedgerExportOptions, _ ledger: Ledger) throws -> ExportOptions {
        var export = options.export
        if export.name == nil { export.name = "response-" + export.periodName }
        let name = export.bundleName
        if try ledger.read({ try $0.hasSeal(named: name) }) {
            throw EnvironmentError(
                .usage, "--name \"\(name)\" is that of a sealed bundle", hint: "--period 2026-02 --revision 0")
        }
        if let problem = BundleName.problem(export.bundleName) {
            throw EnvironmentError(.usage, "--name \"\(export.bundleName)\" has a \(problem)", hint: "--name answer-1")
        }
        return export
    }

    /// A bundle of the log at a size, with the intake of the runs behind `start` entries.
    ///
    /// `complete` adds what only a sealed bundle has; `commit` is called with the SHA-256 of what is signed before the
    /// bundle gets its name.
    static func make(
        _ export: ExportOptions, _ options: LedgerExportOptions, _ ledger: Ledger, _ state: LedgerState.Moment,
        start: Int = 0, frozen: LedgerOutside?,
        complete: (inout LedgerContext, LedgerRecords, Run) throws -> Void = { _, _, _ in },
        _ commit: @escaping (String, LedgerOutside) throws -> Void
    ) async throws -> ExportResult {
        let held = try await LedgerRecords.load(
            ledger, export.run.selection, start: start, size: state.size, frozen: frozen, threads: export.run.threads)
        let (outside, run) = (held.outside, try await Run(export.run, held))
        var context = LedgerContext(part: try state.part(options))
        try complete(&context, held, run)
        context.beforePublishing = { try commit($0, outside) }
        return try await Export.run(export, run, context)
    }
}

extension LedgerState {
    /// A log at one moment.
    struct Moment {
        var size: Int
        var root: MerkleDigest
        var origin: String
        var breaks: [RecoveryEntry] = []

        /// What a bundle says of the log that it was drawn from, signed by the bundle's key.
        func part(_ options: LedgerExportOptions) throws -> LedgerPart {
            var part = LedgerPart()
            (part.origin, part.size, part.root) = (origin, size, root.hexadecimal)
            part.breaks = breaks.map(\.value)
            let note = try CheckpointFile.note(origin: origin, size: size, root: root, key: options.export.key)
            part.checkpoint = String(decoding: note.bytes, as: UTF8.self)
            return part
        }
    }

    /// The log as it is, which has to fit its checkpoint.
    static func of(_ reader: LedgerReader, _ options: LedgerExportOptions) throws -> Moment {
        _ = try CheckpointFile.check(options.ledger, reader, trusting: options.export.key.publicKey)
        guard let run = try reader.lastRun(), let signer = try reader.signers().last else {
            throw EnvironmentError(
                .noInput, "ledger \"\(options.ledger)\" holds nothing yet",
                hint: "cartulary ingest FILE --ledger \"\(options.ledger)\" --key KEY")
        }
        return Moment(size: run.size, root: run.root, origin: signer.origin, breaks: try reader.breaks())
    }

    /// The log when it had a certain size.
    static func of(_ reader: LedgerReader, size: Int, _ options: LedgerExportOptions) throws -> Moment {
        var moment = try of(reader, options)
        (moment.size, moment.root) = (size, try reader.root(size: size))
        return moment
    }
}
