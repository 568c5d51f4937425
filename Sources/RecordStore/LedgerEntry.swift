package import AuditModel
package import MerkleTree
import StrictJSON

/// The entries of a ledger's log that are not records: canonical objects with their type (docs/ledger.md).
package enum LedgerEntry {
    /// The entry of a key that begins to sign.
    package static func key(_ signer: LedgerSigner, received: Timestamp) -> [UInt8] {
        JSONValue.object([
            "origin": .string(signer.origin), "publicKey": .string(signer.publicKey),
            "received": .string(received.text), "type": .string("key"),
        ]).bytes
    }

    /// The entry that ends a run: the digests of what the run wrote outside the log, so that the log covers it too.
    package static func run(
        _ number: Int, digests: [LedgerTable: MerkleDigest], received: Timestamp, keepsRaw: Bool
    ) -> [UInt8] {
        var members: [String: JSONValue] = [
            "rejected": .string(keepsRaw ? "bytes" : "digest-only"), "received": .string(received.text),
            "run": .integer(Int64(number)), "type": .string("run"),
        ]
        for (table, digest) in digests { members[table.rawValue] = .string(digest.hexadecimal) }
        return JSONValue.object(members).bytes
    }
}

/// Who signs a ledger's checkpoints.
package struct LedgerSigner: Sendable, Equatable {
    /// The log's name in its checkpoints.
    package var origin: String
    /// The public key as OpenSSH writes it in a line: type, space, base64.
    package var publicKey: String

    package init(origin: String, publicKey: String) {
        self.origin = origin
        self.publicKey = publicKey
    }
}

/// What an entry that is no record says; nil for one that this version does not know.
package enum ParsedEntry: Sendable {
    case key(LedgerSigner)
    case run(Int)
    case seal(SealEntry)
    case decision(DecisionEntry)
    case request(RequestEntry)
    case recovery(RecoveryEntry)

    package init?(_ body: [UInt8]) {
        guard JSONValue.isCanonical(body), let value = try? JSONValue(parsing: body) else { return nil }
        let parsed: ParsedEntry? =
            switch value["type"]?.string {
            case "key":
                if let origin = value["origin"]?.string, let key = value["publicKey"]?.string {
                    .key(LedgerSigner(origin: origin, publicKey: key))
                } else {
                    nil
                }
            case "run": value["run"]?.integer.map { .run(Int($0)) }
            case "seal": SealEntry(body).map(ParsedEntry.seal)
            case "decision": DecisionEntry(value).map(ParsedEntry.decision)
            case "request": RequestEntry(value).map(ParsedEntry.request)
            case "recovery": RecoveryEntry(value).map(ParsedEntry.recovery)
            default: nil
            }
        guard let parsed else { return nil }
        self = parsed
    }
}
