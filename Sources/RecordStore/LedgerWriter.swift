package import AuditModel
import Foundation
import GRDB
package import MerkleTree

/// Appends to a ledger inside one transaction.
package final class LedgerWriter {
    let database: Database
    package let reader: LedgerReader
    private var range: CompactRange
    private var block: CompactRange
    private var deployments: Int
    private var tally = LedgerTally()

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

    /// A record to append: its canonical content, and the digest of the bytes that it was read from.
    package struct Record {
        /// 1 a transition, 2 a deployment record, 3 the deployment columns of CSV rows.
        package var kind: Int
        /// The digest of its entry (docs/ledger.md).
        package var leaf: MerkleDigest
        package var sha256: MerkleDigest
        package var asReceived: ArraySlice<UInt8>?
        package var content: ArraySlice<UInt8>

        package init(
            kind: Int, leaf: MerkleDigest, sha256: MerkleDigest, asReceived: ArraySlice<UInt8>?,
            content: ArraySlice<UInt8>
        ) {
            self.kind = kind
            self.leaf = leaf
            self.sha256 = sha256
            self.asReceived = asReceived
            self.content = content
        }
    }

    /// Appends a record that a deployment holds; returns its number in the log.
    @discardableResult
    package func append(_ record: Record, deployment: Int) throws -> Int {
        try append(
            record.leaf, kind: record.kind, content: Data(record.content), deployment: deployment,
            sha256: Data(record.sha256.bytes), asReceived: record.asReceived.map { Data($0) })
    }

    /// Appends an entry that is no record; returns its number in the log.
    @discardableResult
    package func append(_ body: [UInt8]) throws -> Int {
        try append(MerkleHash.leaf(body), kind: 0, content: Data(body))
    }

    private func append(
        _ leaf: MerkleDigest, kind: Int, content: Data, deployment: Int? = nil, sha256: Data? = nil,
        asReceived: Data? = nil
    ) throws -> Int {
        let index = range.size
        try database.cachedStatement(
            sql: """
                INSERT INTO entry (idx, leaf, kind, deployment, sha256, asReceived, content)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [index, Data(leaf.bytes), kind, deployment, sha256, asReceived, content])
        range.append(leaf)
        block.append(leaf)
        if block.size == 1 << LedgerBlock.level {
            try database.cachedStatement(sql: "INSERT INTO block (number, digest) VALUES (?, ?)")
                .execute(arguments: [block.begin >> LedgerBlock.level, Data(block.hashes[0].bytes)])
            block = CompactRange(startingAt: block.end)
        }
        return index
    }

    /// Appends the entry of a key that signs from now on, unless it signed last.
    package func enter(_ signer: LedgerSigner, received: Timestamp) throws {
        guard try reader.signers().last != signer else { return }
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
        /// The days on which it was created or has transitions, and how many of these.
        package var activity: [Int: Int] = [:]
        /// It has a transition from before the day of its creation, or none that tells one: no day says where it belongs.
        package var isOdd = false

        package init() {}
    }

    /// Writes the state of a deployment, which gets a number if it has none; returns that.
    package func write(_ state: DeploymentState, id: [UInt8], number: Int?) throws -> Int {
        let own = number ?? deployments
        if number == nil { deployments += 1 } else { try count(own, by: -1) }
        func data(_ bytes: [UInt8]?) -> Data? { bytes.map { Data($0) } }
        try database.cachedStatement(
            sql: """
                INSERT INTO deployment (number, id, hash, day, isOdd, records, transitions, superseded, network, tokenType,
                    deployedBy) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (number) DO UPDATE SET day = excluded.day, isOdd = excluded.isOdd,
                    records = excluded.records, transitions = excluded.transitions, superseded = excluded.superseded,
                    network = excluded.network, tokenType = excluded.tokenType, deployedBy = excluded.deployedBy
                """
        ).execute(arguments: [
            own, Data(id), LedgerHash.of(id), state.day, state.isOdd, state.records, state.transitions,
            state.superseded, data(state.network), data(state.tokenType), data(state.deployedBy),
        ])
        if number != nil {
            try database.cachedStatement(sql: "DELETE FROM activity WHERE deployment = ?").execute(arguments: [own])
        }
        for (day, transitions) in state.activity.sorted(by: { $0.key < $1.key }) {
            try database.cachedStatement(sql: "INSERT INTO activity (day, deployment, transitions) VALUES (?, ?, ?)")
                .execute(arguments: [day, own, transitions])
        }
        tally.add(state, by: 1)
        return own
    }

    /// Counts the stored state of a deployment in the tally.
    private func count(_ deployment: Int, by sign: Int) throws {
        let statement = try database.cachedStatement(
            sql: "SELECT day, records, superseded FROM deployment WHERE number = ?")
        guard let row = try Row.fetchOne(statement, arguments: [deployment]) else { return }
        var state = DeploymentState()
        (state.day, state.records, state.superseded) = try (row.value(0), row.count(1), row.count(2))
        state.activity = try reader.activity(of: deployment)
        tally.add(state, by: sign)
    }

    /// Writes what the deployments of the run add to the tally.
    private func writeTally() throws {
        for (day, counts) in tally.days.sorted(by: { $0.key < $1.key }) {
            try database.cachedStatement(
                sql: """
                    INSERT INTO tally (day, deployments, records, superseded, transitions) VALUES (?, ?, ?, ?, ?)
                    ON CONFLICT (day) DO UPDATE SET deployments = deployments + excluded.deployments,
                        records = records + excluded.records, superseded = superseded + excluded.superseded,
                        transitions = transitions + excluded.transitions
                    """
            ).execute(arguments: [day, counts.deployments, counts.records, counts.superseded, counts.transitions])
        }
        try database.execute(
            sql: "DELETE FROM tally WHERE deployments = 0 AND records = 0 AND superseded = 0 AND transitions = 0")
        tally = LedgerTally()
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
        try writeTally()
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
