import Foundation
import GRDB
package import MerkleTree

/// The log: its entries, leaves and roots.
extension LedgerReader {
    /// A record of the log.
    package struct StoredRecord: Sendable {
        package var index: Int
        /// As in ``LedgerWriter/Record``.
        package var kind: Int
        package var content: [UInt8]
        package var asReceived: [UInt8]?
        package var sha256: [UInt8]
        /// nil if the row holds none that is a digest.
        package var leaf: MerkleDigest?

        package init(
            index: Int, kind: Int, content: [UInt8], asReceived: [UInt8]?, sha256: [UInt8], leaf: MerkleDigest?
        ) {
            self.index = index
            self.kind = kind
            self.content = content
            self.asReceived = asReceived
            self.sha256 = sha256
            self.leaf = leaf
        }
    }

    /// An entry of the log: a record's, or another with its canonical object as content.
    package struct StoredEntry: Sendable {
        package var record: StoredRecord
        /// The number of the deployment that holds a record.
        package var deployment: Int?
    }

    /// Calls `body` with each entry from one number on and before another, in order.
    package func entries(from: Int = 0, to: Int = .max, body: (StoredEntry) throws -> Void) throws {
        // Kept: a bundle's log asks for a million single entries.
        let statement = try database.cachedStatement(
            sql: """
                SELECT idx, kind, content, asReceived, sha256, leaf, deployment FROM entry WHERE idx >= ? AND idx < ?
                ORDER BY idx
                """)
        let rows = try Row.fetchCursor(statement, arguments: [from, to])
        while let row = try rows.next() {
            try body(StoredEntry(record: stored(row), deployment: row.value(6)))
        }
    }

    /// The records that a deployment holds in a log of `size` entries, in order of acceptance.
    ///
    /// Records that a decision has replaced by then are left out.
    package func records(of deployment: Int, size: Int = .max) throws -> [StoredRecord] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT idx, kind, content, asReceived, sha256, leaf FROM entry WHERE deployment = ? AND idx < ?
                AND idx NOT IN (SELECT idx FROM replaced WHERE successor < ?) ORDER BY idx
                """)
        var records: [StoredRecord] = []
        let rows = try Row.fetchCursor(statement, arguments: [deployment, size, size])
        while let row = try rows.next() { records.append(try stored(row)) }
        return records
    }

    func stored(_ row: Row) throws -> StoredRecord {
        try StoredRecord(
            index: row.value(0), kind: row.value(1), content: row.bytes(2), asReceived: row.bytesIfAny(3),
            sha256: row.bytesIfAny(4) ?? [], leaf: MerkleDigest(row.bytes(5)))
    }

    /// The leaves from one entry on and before another.
    package func leaves(from: Int, to: Int) throws -> [MerkleDigest] {
        var leaves: [MerkleDigest] = []
        let rows = try Row.fetchCursor(
            database, sql: "SELECT leaf FROM entry WHERE idx >= ? AND idx < ? ORDER BY idx", arguments: [from, to])
        while let row = try rows.next() {
            guard let leaf = try MerkleDigest(row.bytes(0)) else {
                throw LedgerError(.broken, "a leaf of the log is no digest")
            }
            leaves.append(leaf)
        }
        return leaves
    }

    /// The digests of whole blocks, in order.
    package func blocks() throws -> [MerkleDigest?] {
        try Data.fetchAll(database, sql: "SELECT digest FROM block ORDER BY number").map { MerkleDigest(Array($0)) }
    }

    /// The root of the first `size` entries, from the digests of blocks and the leaves behind the last whole one.
    package func root(size: Int) throws -> MerkleDigest { try range(size: size).root }

    /// The compact range of the first `size` entries.
    package func range(size: Int) throws -> CompactRange {
        var range = CompactRange()
        let blocks = size >> LedgerBlock.level
        let digests = try Row.fetchCursor(
            database, sql: "SELECT digest FROM block WHERE number < ? ORDER BY number", arguments: [blocks])
        while let row = try digests.next() {
            range.append(subtree: try digest(row.value(0), from: "block"), level: LedgerBlock.level)
        }
        let leaves = try Row.fetchCursor(
            database, sql: "SELECT leaf FROM entry WHERE idx >= ? AND idx < ? ORDER BY idx",
            arguments: [blocks << LedgerBlock.level, size])
        while let row = try leaves.next() { range.append(try digest(row.value(0), from: "entry")) }
        guard range.size == size else {
            throw LedgerError(.broken, "the log has \(range.size) of its first \(size) entries")
        }
        return range
    }

    private func digest(_ data: Data, from table: String) throws -> MerkleDigest {
        guard let digest = MerkleDigest(Array(data)) else {
            throw LedgerError(.broken, "a digest in table \(table) has \(data.count) bytes, expected 32")
        }
        return digest
    }
}
