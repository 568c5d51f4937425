import AuditModel
import BundleFormat
import RecordStore
import StrictJSON

/// Answers a request under an idempotency key: the same request has the same answer for ever, byte for byte.
enum LedgerAnswer {
    static func run(_ options: LedgerExportOptions, _ key: String) async throws -> ExportResult {
        let (deed, ledger, lock) = try LedgerDeed.begin(
            options.ledger, key: options.export.key, received: options.now, wait: options.wait)
        let export = try LedgerExport.named(options, ledger)
        let known = try ledger.read { try $0.request(key) }
        let result: ExportResult =
            if let known {
                try await again(known, export, options, ledger)
            } else {
                try await first(key, export, options, ledger, deed)
            }
        return withExtendedLifetime(lock) { result }
    }

    private static func first(
        _ key: String, _ export: ExportOptions, _ options: LedgerExportOptions, _ ledger: Ledger, _ deed: LedgerDeed
    ) async throws -> ExportResult {
        let state = try ledger.read { try LedgerState.of($0, options) }
        return try await LedgerExport.make(export, options, ledger, state, frozen: nil) { digest, outside in
            try deed.request(
                RequestEntry(
                    key: key, name: export.bundleName, digest: digest, size: state.size, received: options.now,
                    request: request(export, outside)))
        }
    }

    private static func again(
        _ known: RequestEntry, _ export: ExportOptions, _ options: LedgerExportOptions, _ ledger: Ledger
    ) async throws -> ExportResult {
        let differences = differences(known, export)
        guard differences.isEmpty else {
            throw EnvironmentError(
                .usage,
                "--idempotency-key \"\(known.key)\" was used for another request: \(differences.joined(separator: "; "))",
                hint: "repeat the request as it was, or take another key")
        }
        var export = export
        export.toolVersion = known.request["toolVersion"]?.string ?? export.toolVersion
        export.run.asOf = known.request["asOf"]?.string.flatMap { try? Timestamp.parse($0).time }
        export.run.sourceDateEpoch = known.request["epoch"]?.string.flatMap { try? Timestamp.parse($0).time }
        let state = try ledger.read { try LedgerState.of($0, size: known.size, options) }
        let frozen = LedgerOutside(known.request["outside"])
        return try await LedgerExport.make(export, options, ledger, state, frozen: frozen) { digest, _ in
            guard digest == known.digest else {
                throw EnvironmentError(
                    .brokenChain,
                    "this version, or this key, would make other bytes of \"\(known.name)\" than were given; nothing is "
                        + "changed", hint: "use the key that signed it, and the version of cartulary that made it")
            }
        }
    }

    private static func request(_ export: ExportOptions, _ outside: LedgerOutside) -> JSONValue {
        var members: [String: JSONValue] = [
            "command": .array(export.command.map(JSONValue.string)), "outside": outside.value,
            "toolVersion": .string(export.toolVersion),
        ]
        members["asOf"] = export.run.asOf.map { .string($0.text) }
        members["epoch"] = export.run.sourceDateEpoch.map { .string($0.text) }
        return .object(members)
    }

    /// What is asked for now and was not then, in words of the command line.
    private static func differences(_ known: RequestEntry, _ export: ExportOptions) -> [String] {
        let before = (known.request["command"]?.array ?? []).compactMap(\.string).joined(separator: " ")
        let now = export.command.joined(separator: " ")
        return before == now ? [] : ["it was \"cartulary \(before)\", and is \"cartulary \(now)\""]
    }
}
