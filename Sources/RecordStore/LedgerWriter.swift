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
    var deploymentCount: Int
    var tally = LedgerTally()
    /// Indices that are made when the first run ends.
    let postponed: [String]
    let insertion: (entry: RowStatement, deployment: RowStatement, activity: RowStatement)

    init(_ database: Database) throws {
        self.database = database
        reader = LedgerReader(database)
        try reader.requireIntegrity()
        let size = try reader.lastRun()?.size ?? 0
        let start = (size >> LedgerBlock.level) << LedgerBlock.level
        blocks = try reader.range(size: start)
        block = CompactRange(startingAt: start)
        deploymentCount = try Int.fetchOne(database, sql: "SELECT count(*) FROM deployment") ?? 0
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

    /// Number of entries so far.
    package var size: Int { block.end }

    package var root: MerkleDigest {
        var range = blocks
        range.append(contentsOf: block)
        return range.root
    }

    /// The root that the log would have with one entry more.
    func root(appending body: [UInt8]) -> MerkleDigest {
        var range = blocks
        range.append(contentsOf: block)
        range.append(MerkleHash.leaf(body))
        return range.root
    }

    /// A record to append, by the ranges of its parts in some bytes.
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
            try insert(record.leaf, kind: record.kind, content: bytes.part(record.content)) { row in
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
        try body.withUnsafeBytes { try insert(MerkleHash.leaf(body), kind: 0, content: $0) { _ in } }
        return index
    }

    private func insert(
        _ leaf: MerkleDigest, kind: Int, content: UnsafeRawBufferPointer, bindRest: (RowStatement) throws -> Void
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
}
