import AuditModel
import BundleExport
import FileSystem
import LedgerReading
import RecordAnalysis
import RecordStore
import StrictJSON

/// Answers a request under an idempotency key: the same request has the same answer for ever, byte for byte.
enum LedgerAnswer {
    static func run(_ options: LedgerExportOptions, key: String) async throws -> ExportResult {
        let session = try LedgerSession(
            opening: options.ledger, key: options.export.key,
            time: SessionTime(now: options.now, isConfirmed: options.isTimeConfirmed), wait: options.wait)
        defer { session.end() }
        let pending = PendingAnswer(ledger: options.ledger, key: key)
        try bindPublished(pending, in: session)
        if let known = try session.ledger.read({ try $0.request(key) }) {
            return try await makeAgain(known, options: options, in: session)
        }
        return try await makeFirst(key, pending, options: options, in: session)
    }

    /// Binds the key to an answer that got its name before the program ended; one that has no name does not bind it.
    private static func bindPublished(_ pending: PendingAnswer, in session: LedgerSession) throws {
        if var entry = try pending.published(), try session.ledger.read({ try $0.request(entry.key) }) == nil {
            entry.received = session.received
            try session.record(entry)
        }
        try pending.remove()
    }

    /// Makes an answer; the key is bound once the bundle has its name, so that nothing that fails uses it up.
    private static func makeFirst(
        _ key: String, _ pending: PendingAnswer, options: LedgerExportOptions, in session: LedgerSession
    ) async throws -> ExportResult {
        let export = try LedgerExport.nameBundle(options, session.ledger)
        let snapshot = try session.ledger.read { try LogSnapshot.current($0, options) }
        let drawn = try await LedgerExport.draw(export, session.ledger, snapshot: snapshot)
        let request = request(export, drawn.held.outside)
        let prepared = try await LedgerExport.prepare(export, consume drawn, of: snapshot)
        try await options.judge(prepared.processPath, named: export.bundleName, releasing: session.ledger)
        let entry = RequestEntry(
            key: key, name: export.bundleName, digest: prepared.digest, size: snapshot.size,
            received: session.received, request: request)
        try pending.write(entry, directory: export.directory)
        let result: ExportResult
        do {
            result = try prepared.publish()
        } catch {
            if (try? pending.published()) == nil { try? pending.remove() }
            throw error
        }
        try session.record(entry)
        try? pending.remove()
        return result
    }

    private static func makeAgain(
        _ known: RequestEntry, options: LedgerExportOptions, in session: LedgerSession
    ) async throws -> ExportResult {
        var export = options.export
        try checkSame(known, export)
        // The name that it got then, by whatever rule.
        export.name = known.name
        // It was given, whatever was asked then of one without deployments.
        export.analysis.allowsEmpty = true
        export.toolVersion = known.request["toolVersion"]?.string ?? export.toolVersion
        export.analysis.asOf = known.request["asOf"]?.string.flatMap { try? Timestamp.parse($0).time }
        export.analysis.sourceDateEpoch = known.request["epoch"]?.string.flatMap { try? Timestamp.parse($0).time }
        let snapshot = try session.ledger.read { try LogSnapshot.earlier($0, size: known.size, options) }
        let frozen = LedgerOutside(known.request["outside"])
        // Which key signed it stands nowhere: the answer may have got its name long before the log learned of it.
        for key in options.keys {
            export.key = key
            let drawn = try await LedgerExport.draw(export, session.ledger, snapshot: snapshot, frozen: frozen)
            let prepared = try await LedgerExport.prepare(export, drawn, of: snapshot)
            if prepared.digest == known.digest { return try prepared.publish() }
        }
        throw EnvironmentError(
            .brokenChain,
            "this version, with the key or one that a rotation kept beside it, would make other bytes of \"\(known.name)\" than were "
                + "given; nothing is changed",
            hint:
                "put the key that signed it back beside the key of now, as KEY.1 or under the next free number, or use version \(.text(export.toolVersion)) of cartulary"
        )
    }

    private static func request(_ export: ExportOptions, _ outside: LedgerOutside) -> JSONValue {
        var members: [String: JSONValue] = [
            "command": .array(export.command.map(JSONValue.string)), "outside": outside.value,
            "toolVersion": .string(export.toolVersion),
        ]
        members["asOf"] = export.analysis.asOf.map { .string($0.text) }
        members["epoch"] = export.analysis.sourceDateEpoch.map { .string($0.text) }
        return .object(members)
    }

    /// A key names one request, word by word.
    ///
    /// The words are compared, not a text that they are joined to: `--network 'a --network b'` is one value.
    private static func checkSame(_ known: RequestEntry, _ export: ExportOptions) throws {
        let before = (known.request["command"]?.array ?? []).compactMap(\.string)
        guard before != export.command else { return }
        throw EnvironmentError(
            .usage,
            "--idempotency-key \"\(known.key)\" was used for another request: it was \"\(ShellCommand(cartulary: before))\", "
                + "and is \"\(ShellCommand(cartulary: export.command))\"",
            hint: "repeat the request as it was, or take another key")
    }
}
