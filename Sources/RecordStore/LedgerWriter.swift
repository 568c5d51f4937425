package import AuditModel
import Foundation
import GRDB
package import MerkleTree

/// Appends to a ledger inside one transaction.
package final class LedgerWriter {
    let database: Database
    package let reader: LedgerReader
    /// All whole blocks.
    private var blocks: CompactRange
    /// What stands behind them.
    private var block: CompactRange
    private var deployments: Int
    private var tally = LedgerTally()
    /// Indices that are made when the first run ends.
    private let postponed: [String]
    private let insertion: (entry: RowStatement, deployment: RowStatement, activity: RowStatement)

    init(_ database: Database) throws {
        self.database = database
        reader = LedgerReader(database)
        let size = try reader.lastRun()?.size ?? 0
        let start = (size >> LedgerBlock.level) << LedgerBlock.level
        blocks = try reader.range(size: start)
        block = CompactRange(startingAt: start)
        deployments = try Int.fetchOne(database, sql: "SELECT count(*) FROM deployment") ?? 0
        postponed = size == 0 ? try LedgerWriter.dropIndices(database) : []
        insertion = try LedgerWriter.insertion(database)
        let leaves = try Data.fetchCursor(
            database, sql: "SELECT leaf FROM entry WHERE idx >= ? ORDER BY idx", arguments: [start])
        while let leaf = try leaves.next() {
            if let digest = MerkleDigest(Array(leaf)) { block.append(digest) }
        }
        guard block.end == size else {
            throw LedgerError(.broken, "the log has entries up to \(block.end), its last run ended at \(size)")
        }
    }

    /// Drops the indices that a first run need not look into; returns what makes them again.
    ///
    /// Made at once, from rows that are there, they take less than half of the time that they take row by row.
    private static func dropIndices(_ database: Database) throws -> [String] {
        let indices = try Row.fetchAll(
            database,
            sql: """
                SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL
                AND tbl_name IN ('entry', 'deployment', 'activity') ORDER BY name
                """)
        for row in indices { try database.execute(sql: "DROP INDEX \(try row.value(0) as String)") }
        return try indices.map { try $0.value(1) }
    }

    /// Number of entries so far.
    package var size: Int { block.end }

    package var root: MerkleDigest {
        var range = blocks
        range.append(contentsOf: block)
        return range.root
    }

    /// A record to append, by the places of its parts in some bytes.
    package struct Record {
        /// 1 a transition, 2 a deployment record, 3 the deployment columns of CSV rows.
        package var kind: Int
        /// The digest of its entry (docs/ledger.md).
        package var leaf: MerkleDigest
        /// The digest of the bytes that it was read from.
        package var sha256: Range<Int>
        /// The text of its timestamp where it says something else than the canonical one.
        package var asReceived: Range<Int>?
        /// Its canonical content.
        package var content: Range<Int>

        package init(kind: Int, leaf: MerkleDigest, sha256: Range<Int>, asReceived: Range<Int>?, content: Range<Int>) {
            self.kind = kind
            self.leaf = leaf
            self.sha256 = sha256
            self.asReceived = asReceived
            self.content = content
        }
    }

    /// Appends a record that a deployment holds.
    package func append(_ record: Record, of bytes: [UInt8], deployment: Int) throws {
        try bytes.withUnsafeBytes { bytes in
            try insert(record.leaf, kind: record.kind, bytes.part(record.content)) { row in
                try row.bind(4, deployment)
                try row.bind(5, bytes.part(record.sha256))
                try row.bind(6, record.asReceived.map(bytes.part))
            }
        }
    }

    /// Appends an entry that is no record; returns its number in the log.
    @discardableResult
    package func append(_ body: [UInt8]) throws -> Int {
        let index = size
        try body.withUnsafeBytes { try insert(MerkleHash.leaf(body), kind: 0, $0) { _ in } }
        return index
    }

    private func insert(
        _ leaf: MerkleDigest, kind: Int, _ content: UnsafeRawBufferPointer, bindRest: (RowStatement) throws -> Void
    ) throws {
        let row = insertion.entry
        try leaf.withUnsafeBytes { leaf in
            try row.bind(1, size)
            try row.bind(2, leaf)
            try row.bind(3, kind)
            try row.bind(7, content)
            try bindRest(row)
            try row.run()
        }
        block.append(leaf)
        guard block.size == 1 << LedgerBlock.level else { return }
        try database.cachedStatement(sql: "INSERT INTO block (number, digest) VALUES (?, ?)")
            .execute(arguments: [block.begin >> LedgerBlock.level, Data(block.hashes[0].bytes)])
        blocks.append(contentsOf: block)
        block = CompactRange(startingAt: block.end)
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
        /// The day of its creation, since 0001-01-01; nil if nothing tells.
        package let day: Int?
        /// It has a transition from before the day of its creation, or none that tells one: no day says where it belongs.
        package let isSpread: Bool
        /// Deployment records, and transitions (superseded rows included).
        package let records: Int
        package let transitions: Int
        /// Accepted rows for which a record with an identifier stands now.
        package let superseded: Int
        package let network: [UInt8]?
        package let tokenType: [UInt8]?
        package let deployedBy: [UInt8]?
        /// The days on which it was created or has transitions, and how many of these.
        package let activity: [Int: Int]

        package init(
            day: Int?, isSpread: Bool, records: Int, transitions: Int, superseded: Int, network: [UInt8]?,
            tokenType: [UInt8]?, deployedBy: [UInt8]?, activity: [Int: Int]
        ) {
            self.day = day
            self.isSpread = isSpread
            self.records = records
            self.transitions = transitions
            self.superseded = superseded
            self.network = network
            self.tokenType = tokenType
            self.deployedBy = deployedBy
            self.activity = activity
        }
    }

    /// Writes the state of a deployment, which gets a number if it has none; returns that.
    package func write(_ state: DeploymentState, id: [UInt8], number: Int?) throws -> Int {
        let own = number ?? deployments
        if number == nil { deployments += 1 } else { try count(own, by: -1) }
        try insert(state, id: id, number: own)
        if number != nil {
            try database.cachedStatement(sql: "DELETE FROM activity WHERE deployment = ?").execute(arguments: [own])
        }
        for (day, transitions) in state.activity.sorted(by: { $0.key < $1.key }) {
            try insertion.activity.bind(1, day)
            try insertion.activity.bind(2, own)
            try insertion.activity.bind(3, transitions)
            try insertion.activity.run()
        }
        tally.add(state, by: 1)
        return own
    }

    private func insert(_ state: DeploymentState, id: [UInt8], number: Int) throws {
        let row = insertion.deployment
        try row.bind(1, number)
        try row.bind(3, Int(LedgerHash.of(id)))
        try row.bind(4, state.day)
        try row.bind(5, state.isSpread ? 1 : 0)
        try row.bind(6, state.records)
        try row.bind(7, state.transitions)
        try row.bind(8, state.superseded)
        try id.withUnsafeBytes { id in
            try row.bind(2, id)
            try withBytes(state.network) { network in
                try withBytes(state.tokenType) { tokenType in
                    try withBytes(state.deployedBy) { deployedBy in
                        try row.bind(9, network)
                        try row.bind(10, tokenType)
                        try row.bind(11, deployedBy)
                        try row.run()
                    }
                }
            }
        }
    }

    private func withBytes(_ bytes: [UInt8]?, _ body: (UnsafeRawBufferPointer?) throws -> Void) rethrows {
        guard let bytes else { return try body(nil) }
        try bytes.withUnsafeBytes { try body($0) }
    }

    private static func insertion(_ database: Database) throws -> (RowStatement, RowStatement, RowStatement) {
        try (
            RowStatement(
                database,
                sql: """
                    INSERT INTO entry (idx, leaf, kind, deployment, sha256, asReceived, content)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    """),
            RowStatement(
                database,
                sql: """
                    INSERT INTO deployment (number, id, hash, day, isOdd, records, transitions, superseded, network,
                        tokenType, deployedBy) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    ON CONFLICT (number) DO UPDATE SET day = excluded.day, isOdd = excluded.isOdd,
                        records = excluded.records, transitions = excluded.transitions,
                        superseded = excluded.superseded, network = excluded.network,
                        tokenType = excluded.tokenType, deployedBy = excluded.deployedBy
                    """),
            RowStatement(database, sql: "INSERT INTO activity (day, deployment, transitions) VALUES (?, ?, ?)")
        )
    }

    /// Counts the stored state of a deployment in the tally.
    private func count(_ deployment: Int, by sign: Int) throws {
        let statement = try database.cachedStatement(
            sql: "SELECT day, records, superseded FROM deployment WHERE number = ?")
        guard let row = try Row.fetchOne(statement, arguments: [deployment]) else { return }
        let activity = try reader.activity(of: deployment)
        tally.add(
            day: try row.value(0), records: try row.count(1), superseded: try row.count(2), activity: activity, by: sign
        )
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
        for sql in postponed { try database.execute(sql: sql) }
        let digests = try reader.digests(ofRun: number)
        _ = try append(LedgerEntry.run(number, digests: digests, received: received, keepsRaw: keepsRaw))
        try database.execute(
            sql: "INSERT INTO run (number, received, size, root, keepsRaw, note) VALUES (?, ?, ?, ?, ?, ?)",
            arguments: [
                number, received.ticks, size, Data(root.bytes), keepsRaw, Data(try sign(size, root)),
            ])
    }
}
