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
    let insertion: (deployment: RowStatement, activity: RowStatement)
    private let packs: PackAppender

    /// How many packs of entries are deflated at a time.
    package var threads: Int {
        get { packs.threads }
        set { packs.threads = newValue }
    }

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
        packs = try PackAppender(database, first: size)
        for leaf in try reader.leaves(from: start, to: .max) { block.append(leaf) }
        guard block.end == size else {
            throw LedgerError(.broken, "the log has entries up to \(block.end), its last run ended at \(size)")
        }
        reader.log.beforeReading = { [unowned self] in try flush() }
    }

    /// Puts the entries that were gathered into the file.
    func flush() throws {
        if !packs.isEmpty { try packs.flush() }
    }

    /// Drops the indices that a first run need not look into; returns what makes them again.
    ///
    /// Made at once, from rows that are there, they take less than half of the time that they take row by row.
    private static func dropIndices(_ database: Database) throws -> [String] {
        let indices = try Row.fetchAll(
            database,
            sql: """
                SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL
                AND tbl_name IN ('deployment', 'activity') ORDER BY name
                """)
        for row in indices { try database.execute(sql: "DROP INDEX \(try row.value(0) as String)") }
        return try indices.map { try $0.value(1) }
    }

    private static func insertion(_ database: Database) throws -> (RowStatement, RowStatement) {
        try (
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
            try append(
                PackBuilder.Entry(
                    leaf: record.leaf, kind: record.kind, deployment: deployment, sha256: bytes.part(record.sha256),
                    asReceived: record.asReceived.map(bytes.part), content: bytes.part(record.content)))
        }
    }

    /// Appends an entry that is no record; returns its number in the log.
    @discardableResult
    package func append(_ body: [UInt8]) throws -> Int {
        let index = size
        try body.withUnsafeBytes { body in
            try append(
                PackBuilder.Entry(
                    leaf: MerkleHash.leaf(body), kind: 0, deployment: nil, sha256: nil, asReceived: nil, content: body))
        }
        return index
    }

    private func append(_ entry: PackBuilder.Entry) throws {
        try packs.append(entry)
        block.append(entry.leaf)
        guard block.size == 1 << LedgerBlock.level else { return }
        try database.cachedStatement(sql: "INSERT INTO block (number, digest) VALUES (?, ?)")
            .execute(arguments: [block.begin >> LedgerBlock.level, Data(block.hashes[0].bytes)])
        blocks.append(contentsOf: block)
        block = CompactRange(startingAt: block.end)
    }
}
