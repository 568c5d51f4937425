package import AuditModel
import Foundation
import GRDB
package import MerkleTree
import StrictJSON

/// Runs: what they read, found and kept, and their end.
extension LedgerWriter {
    package func addSource(run: Int, sha256: MerkleDigest, bytes: Int, body: [UInt8]) throws {
        try database.execute(
            sql: "INSERT INTO source (run, sha256, bytes, body) VALUES (?, ?, ?, ?)",
            arguments: [run, Data(sha256.bytes), bytes, Data(body)])
    }

    package func addFinding(run: Int, body: [UInt8]) throws {
        try database.cachedStatement(sql: "INSERT INTO finding (run, body) VALUES (?, ?)")
            .execute(arguments: [run, Data(body)])
    }

    /// Keeps a rejected or contradicting record.
    package func addToQuarantine(
        run: Int, kind: String, deployment: [UInt8]?, digest: MerkleDigest, body: [UInt8]
    ) throws {
        try database.cachedStatement(
            sql: "INSERT INTO quarantine (run, kind, deployment, digest, body) VALUES (?, ?, ?, ?, ?)"
        ).execute(arguments: [run, kind, deployment.map { Data($0) }, Data(digest.bytes), Data(body)])
    }

    /// Ends a run with an entry that covers its other rows, and with the size and the root that the log then has.
    ///
    /// `sign` gives the signed note of that size and root, kept with the run: so that a run which was committed and not
    /// acknowledged can be told from one that somebody without the key put in. A run that is made again gives the root that
    /// it had; one of a version that did not bind the tables gets an entry without their digests.
    package func endRun(
        _ number: Int, received: Timestamp, keepsRaw: Bool, replaying root: MerkleDigest? = nil,
        sign: (Int, MerkleDigest) throws -> [UInt8]
    ) throws {
        try writeTally()
        for sql in postponed { try database.execute(sql: sql) }
        let digests = try reader.digests(ofRun: number)
        func entry(_ tables: JSONValue?) -> [UInt8] {
            LedgerEntry.run(number, digests: digests, received: received, keepsRaw: keepsRaw, tables: tables)
        }
        let bound = entry(try reader.boundTables())
        let plain = entry(nil)
        let isPlain = root.map { self.root(appending: plain) == $0 } ?? false
        try append(isPlain ? plain : bound)
        try flush()
        try database.execute(
            sql: "INSERT INTO run (number, received, size, root, keepsRaw, note) VALUES (?, ?, ?, ?, ?, ?)",
            arguments: [
                number, received.ticks, size, Data(self.root.bytes), keepsRaw, Data(try sign(size, self.root)),
            ])
    }
}
