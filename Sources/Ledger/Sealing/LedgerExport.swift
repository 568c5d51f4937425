package import AuditModel
package import BundleExport
package import BundleFormat
package import FileSystem
import LedgerFiles
import LedgerReading
import RecordAnalysis
import RecordSpill
import RecordStore
package import Signing

/// Judges a bundle that has no name yet: the path at which the file can be read, and the name that it will have.
package typealias BundleInspection = @Sendable (_ path: String, _ name: String) async throws -> Void

/// What an export from a ledger is asked to make.
package struct LedgerExportOptions: Sendable {
    package var export: ExportOptions
    package var ledger = ""
    /// Names the series, with the basis and the filters.
    package var archive = "audit"
    /// What the clock says: only a period that has ended is sealed.
    package var now: Timestamp
    /// What the machine's clock says: the time from which a sealed bundle is kept, if that is later than `now`.
    package var clock: Timestamp
    /// Whether somebody said that `now` is right though it is long after the ledger was last written.
    package var isTimeConfirmed = false
    /// Keys that signed before the one of now: a bundle of their time is made again with them.
    package var formerKeys: [PrivateKey] = []
    /// All keys that a bundle may have been signed with, the one of now first.
    var keys: [PrivateKey] { [export.key] + formerKeys }
    /// The run that keeps the series, if this is none of its own: only for a declared reason is a period sealed beside it
    /// (`uncovered`), and no correction is made.
    package var keeper: Hint?
    /// Whether the ledger is only looked at; nothing can be recorded then.
    package var isReadOnly = false
    /// Seconds to wait for another writer.
    package var wait = 0
    /// Days after the end of the next period by which its bundle is promised.
    package var dueDays = 10
    /// Whether a bundle that is sealed has the workbook; the command of an export without it says so as well.
    package var workbook = WorkbookChoice.auto
    /// The revision of a sealed period that is asked for; nil for the latest.
    package var revision: Int?
    /// Whether the bundle is an answer to somebody, outside the series, though its period could be sealed.
    package var isResponse = false
    /// Whether bundles go into a folder of the directory for each year, which has to be there.
    package var keepsYears = false
    /// A period with fewer transitions is not sealed: ``TooFewTransitions`` is thrown.
    package var expectedTransitions = 0
    /// Judges a bundle before the log says that it is sealed, or given under an idempotency key.
    ///
    /// What it throws ends the export, and the log stays as it is; nil leaves it out.
    package var inspect: BundleInspection?
    /// The options, and the names of the thresholds, that somebody gave for this bundle: a period that is sealed with others
    /// is refused then.
    package var given: Set<String> = []

    package init(export: ExportOptions, now: Timestamp) {
        self.export = export
        self.now = now
        clock = now
    }

    /// Names the request: asked again, it has the same answer.
    package var idempotencyKey: String?

    /// Has a bundle judged that is made and has no name yet, if it is to be judged.
    ///
    /// Who judges takes memory as who made it did: what that has freed, and the ledger's pages, are given back first.
    func judge(_ path: String, named name: String, releasing ledger: LedgerFile) async throws {
        guard let inspect else { return }
        ledger.releaseMemory()
        MemoryBudget.returnAllFreed()
        try await inspect(path, name)
    }

    /// Whether the period is to be sealed: it has a name, has ended, and nothing makes the bundle an answer.
    package var seals: Bool {
        guard let period = export.analysis.selection.period, period.label != nil, period.to <= now else { return false }
        return !isResponse && idempotencyKey == nil && export.name == nil && export.analysis.asOf == nil
            && export.declared["requestRef"] == nil && export.analysis.selection.isOfSeries
    }
}

/// A period that is to be sealed holds fewer transitions than expected.
package struct TooFewTransitions: Error {
    package var count: Int
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
            if let key = options.idempotencyKey { return [try await LedgerAnswer.run(options, key: key)] }
            return [try await answer(options)]
        } catch let error as LedgerError {
            throw LedgerFailure.translated(error, options.ledger)
        } catch let error as SealNotRemade {
            throw error.problem
        }
    }

    /// Corrects the sealed periods of a series that have changed since, and seals nothing new.
    package static func amend(_ options: LedgerExportOptions) async throws -> [ExportResult] {
        try check(options)
        do {
            return try await LedgerSealing.amend(options)
        } catch let error as LedgerError {
            throw LedgerFailure.translated(error, options.ledger)
        } catch let error as SealNotRemade {
            throw error.problem
        }
    }

    /// Makes the bundle of a position of the series again where it stood; nothing else is sealed or corrected.
    ///
    /// `beforePublishing` is called when the bundle is whole and only its name is left to be given, with a path by which this process
    /// can read it; what it throws leaves nothing behind.
    ///
    /// - Throws: ``SealNotRemade`` if these keys, or this version, make other bytes.
    package static func remake(
        _ options: LedgerExportOptions, sequence: Int, beforePublishing: (String) throws -> Void
    ) async throws -> ExportResult {
        try check(options)
        do {
            return try await LedgerSealing.remake(
                options, sequence: sequence, beforePublishing: beforePublishing)
        } catch let error as LedgerError {
            throw LedgerFailure.translated(error, options.ledger)
        }
    }

    /// Makes the bundle of a position as ``remake(_:sequence:beforePublishing:)`` does, and gives it no name.
    ///
    /// - Throws: ``EnvironmentError`` if that cannot be done, with the words of a run.
    package static func tryRemake(_ options: LedgerExportOptions, sequence: Int) async throws {
        var options = options
        options.isReadOnly = true
        // What gets no name needs no folder of its year.
        options.keepsYears = false
        do {
            _ = try await remake(options, sequence: sequence) { _ in throw IsTried() }
        } catch is IsTried {
            return
        } catch let error as SealNotRemade {
            throw error.problem
        }
    }

    /// Ends the making of a bundle that is not to be put anywhere.
    private struct IsTried: Error {}

    private static func check(_ options: LedgerExportOptions) throws {
        guard options.export.key.publicKey.type == .ed25519 else {
            throw EnvironmentError(
                .notPermitted,
                "checkpoints are signed with Ed25519 keys, found \(options.export.key.publicKey.type.rawValue)",
                hint: .command("cartulary", "keygen", "--out", "ed25519-key"))
        }
        if let problem = BundleName.archiveProblem(options.archive) {
            throw EnvironmentError(
                .usage, "--archive \"\(options.archive)\" has a \(problem)",
                hint: "take another name: \(.option("--archive", "audit"))")
        }
        try FileName.requireDirectory(options.export.directory)
    }

    /// A bundle outside any series, of the log as it is.
    private static func answer(_ options: LedgerExportOptions) async throws -> ExportResult {
        let ledger = try LedgerFile(options.ledger, .read)
        // A time long after the last ingest is none of a clock that is wrong: nothing is written that would name it.
        if let last = try ledger.read({ try $0.lastReceived() }), options.now < last {
            _ = try LedgerTime.accepted(
                options.now, after: last, isConfirmed: options.isTimeConfirmed, ledger: options.ledger)
        }
        let export = try nameBundle(options, ledger)
        for _ in 0..<10 {
            do {
                let snapshot = try ledger.read { try LogSnapshot.current($0, options) }
                return try await prepare(export, try await draw(export, ledger, snapshot: snapshot), of: snapshot)
                    .publish()
            } catch is LedgerMoved { continue }
        }
        throw EnvironmentError(.locked, "ledger \"\(options.ledger)\" changes faster than it can be read")
    }

    /// The records of a log that an answer shows.
    static func draw(
        _ export: ExportOptions, _ ledger: LedgerFile, snapshot: LogSnapshot, frozen: LedgerOutside? = nil
    ) async throws -> DrawnRecords {
        try await DrawnRecords.draw(ledger, export.analysis, size: snapshot.size, frozen: frozen)
    }

    /// Prepares an answer.
    static func prepare(
        _ export: ExportOptions, _ drawn: DrawnRecords, of snapshot: LogSnapshot
    ) async throws -> PreparedBundle {
        let origin = try snapshot.origin(export.key, series: nil)
        return try await BundleDraft(export, drawn.surveyed, origin: origin).sign()
    }

    /// The export with the name that an answer has.
    static func nameBundle(_ options: LedgerExportOptions, _ ledger: LedgerFile) throws -> ExportOptions {
        var export = options.export
        if export.name == nil { export.name = AnswerName.text(export, idempotencyKey: options.idempotencyKey) }
        let name = export.bundleName
        if try ledger.read({ try $0.hasSeal(named: name) }) {
            throw EnvironmentError(
                .usage, "--name \"\(name)\" is that of a sealed bundle",
                hint: "for the sealed bundle itself: \(.option("--period", "2026-02")) \(.option("--revision", "0"))")
        }
        if let problem = export.nameProblem {
            throw EnvironmentError(
                .usage, "--name \"\(export.bundleName)\" has a \(problem)",
                hint: "take another name: \(.option("--name", "answer-1"))")
        }
        return export
    }
}
