package import AuditModel
import Foundation
import GRDB
package import MerkleTree

/// Appends to a ledger inside one transaction.
package final class LedgerWriter {
    private let database: Database
    package let reader: LedgerReader
    private var range: CompactRange
    private var block: CompactRange
    private var deployments: Int

    init(_ database: Database) throws {
        self.database = database
        reader = LedgerReader(database)
        let size = try reader.lastRun()?.size ?? 0
        range = try reader.range(size: size)
        let start = (size >> LedgerBlock.level) << LedgerBlock.level
        block = CompactRange(startingAt: start)
        deployments = try Int.fetchOne(database, sql: "SELECT count(*) FROM deployment") ?? 0
        let leaves = try Data.fetchCursor(
            database, sql: "SELECT leaf FROM entry WHERE idx >= ? ORDER BY idx", arguments: [start])
        while let leaf = try leaves.next() {
            if let digest = MerkleDigest(Array(leaf)) { block.append(digest) }
        }
        guard block.end == size else {
            throw LedgerError(.broken, "the log has entries up to \(block.end), its last run ended at \(size)")
        }
    }

    /// Number of entries so far.
    package var size: Int { range.size }
    package var root: MerkleDigest { range.root }

    /// Appends an entry; returns its number in the log.
    package func append(_ body: [UInt8]) throws -> Int {
        let leaf = MerkleHash.leaf(body)
        let index = range.size
        try database.cachedStatement(sql: "INSERT INTO entry (idx, leaf, body) VALUES (?, ?, ?)")
            .execute(arguments: [index, Data(leaf.bytes), Data(body)])
        range.append(leaf)
        block.append(leaf)
        if block.size == 1 << LedgerBlock.level {
            try database.cachedStatement(sql: "INSERT INTO block (number, digest) VALUES (?, ?)")
                .execute(arguments: [block.begin >> LedgerBlock.level, Data(block.hashes[0].bytes)])
            block = CompactRange(startingAt: block.end)
        }
        return index
    }

    /// Appends the entry of a key that signs from now on.
    package func append(_ signer: LedgerSigner, received: Timestamp) throws {
        let index = try append(LedgerEntry.key(signer, received: received))
        try database.execute(
            sql: "INSERT INTO signer (idx, origin, publicKey) VALUES (?, ?, ?)",
            arguments: [index, signer.origin, signer.publicKey])
    }

    /// What is known of a deployment besides its entries; can be made again from them.
    package struct DeploymentState: Sendable, Equatable {
        /// The day of its creation, in days since 0001-01-01; nil if nothing tells it.
        package var day: Int?
        package var records = 0
        package var transitions = 0
        package var superseded = 0
        package var network: [UInt8]?
        package var tokenType: [UInt8]?
        package var deployedBy: [UInt8]?
        /// Days on which it was created or has a transition.
        package var activeDays: Set<Int> = []

        package init() {}
    }

    /// Writes the state of a deployment, which gets a number if it has none; returns that.
    package func write(_ state: DeploymentState, id: [UInt8], number: Int?) throws -> Int {
        let own = number ?? deployments
        if number == nil { deployments += 1 }
        func data(_ bytes: [UInt8]?) -> Data? { bytes.map { Data($0) } }
        try database.cachedStatement(
            sql: """
                INSERT INTO deployment (number, id, hash, day, records, transitions, superseded, network, tokenType,
                    deployedBy) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (number) DO UPDATE SET day = excluded.day, records = excluded.records,
                    transitions = excluded.transitions, superseded = excluded.superseded, network = excluded.network,
                    tokenType = excluded.tokenType, deployedBy = excluded.deployedBy
                """
        ).execute(arguments: [
            own, Data(id), LedgerHash.of(id), state.day, state.records, state.transitions, state.superseded,
            data(state.network), data(state.tokenType), data(state.deployedBy),
        ])
        for day in state.activeDays.sorted() {
            try database.cachedStatement(sql: "INSERT OR IGNORE INTO activity (day, deployment) VALUES (?, ?)")
                .execute(arguments: [day, own])
        }
        return own
    }

    /// Notes that a deployment holds an entry.
    package func hold(_ entry: Int, by deployment: Int) throws {
        try database.cachedStatement(sql: "INSERT INTO holding (deployment, idx) VALUES (?, ?)")
            .execute(arguments: [deployment, entry])
    }

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
    /// acknowledged can be told from one that somebody without the key put in.
    package func endRun(
        _ number: Int, received: Timestamp, keepsRaw: Bool, sign: (Int, MerkleDigest) throws -> [UInt8]
    ) throws {
        let digests = try reader.digests(ofRun: number)
        _ = try append(LedgerEntry.run(number, digests: digests, received: received, keepsRaw: keepsRaw))
        try database.execute(
            sql: "INSERT INTO run (number, received, size, root, keepsRaw, note) VALUES (?, ?, ?, ?, ?, ?)",
            arguments: [
                number, received.place, range.size, Data(range.root.bytes), keepsRaw,
                Data(try sign(range.size, range.root)),
            ])
    }
}
