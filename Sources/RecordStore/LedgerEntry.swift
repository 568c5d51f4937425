package import AuditModel
package import MerkleTree
package import StrictJSON

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
    ///
    /// `tables` are the digests of the tables that are made from the log, as they are at its end (``BoundTable``); nil for a
    /// run of a version that did not bind them.
    package static func run(
        _ number: Int, digests: [LedgerTable: MerkleDigest], received: Timestamp, keepsRaw: Bool, tables: JSONValue?
    ) -> [UInt8] {
        var members: [String: JSONValue] = [
            "rejected": .string(keepsRaw ? "bytes" : "digest-only"), "received": .string(received.text),
            "run": .integer(Int64(number)), "type": .string("run"),
        ]
        for (table, digest) in digests { members[table.rawValue] = .string(digest.hexadecimal) }
        members["tables"] = tables
        return JSONValue.object(members).bytes
    }
}

extension LedgerEntry {
    static func time(_ value: JSONValue?) -> Timestamp? {
        value?.string.flatMap { try? Timestamp.parse($0).time }
    }
}
