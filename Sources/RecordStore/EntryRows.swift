import Foundation
import GRDB
import MerkleTree

/// The log of a file that a version of before packs wrote, with a row of table `entry` for each entry.
///
/// Its rows are read as packs, so that nothing else knows them; the first command that writes moves them.
struct EntryRows {
    private static let size = 64
    /// Packs that are deflated at a time while rows are moved; nobody is asked.
    private static let threads = 4

    private let database: Database

    /// nil for a file that has packs, or nothing yet.
    init?(of database: Database) {
        guard (try? database.tableExists("entry")) == true else { return nil }
        self.database = database
    }

    /// The rows around an entry, without a gap and no further than to multiples of 64; if there is none, the next ones.
    func pack(at index: Int) throws -> EntryPack? {
        var builder: PackBuilder?
        let rows = try self.rows(from: index / EntryRows.size * EntryRows.size, to: .max)
        while let row = try rows.next() {
            let own: Int = try row.value(0)
            if let before = builder, own != before.end || own % EntryRows.size == 0 {
                if before.end > index { break }
                builder = nil
            }
            try EntryRows.withEntry(row) { entry in
                if builder == nil { builder = PackBuilder(first: own) }
                builder?.append(entry)
            }
        }
        guard let builder, builder.end > index else { return nil }
        return try builder.read()
    }

    private func rows(from: Int, to: Int) throws -> RowCursor {
        let statement = try database.cachedStatement(
            sql: """
                SELECT idx, leaf, kind, deployment, sha256, asReceived, content FROM entry WHERE idx >= ? AND idx < ?
                ORDER BY idx
                """)
        return try Row.fetchCursor(statement, arguments: [from, to])
    }

    /// Where in the log the entries of a deployment stand.
    func holdings(of deployment: Int) throws -> [Int] {
        let statement = try database.cachedStatement(
            sql: "SELECT DISTINCT idx / \(EntryRows.size) FROM entry WHERE deployment = ? ORDER BY 1")
        return try Int.fetchAll(statement, arguments: [deployment]).map { $0 * EntryRows.size }
    }

    func forEachLeaf(from: Int, to: Int, _ body: (Int, MerkleDigest) throws -> Void) throws {
        let statement = try database.cachedStatement(
            sql: "SELECT idx, leaf FROM entry WHERE idx >= ? AND idx < ? ORDER BY idx")
        let rows = try Row.fetchCursor(statement, arguments: [from, to])
        while let row = try rows.next() {
            let index: Int = try row.value(0)
            guard let leaf = try MerkleDigest(row.bytes(1)) else {
                throw LedgerError(.broken, "the leaf of entry \(index) is no digest")
            }
            try body(index, leaf)
        }
    }

    /// Moves all rows into packs, and looks whether these give them back.
    ///
    /// Throws ``LedgerError``, `broken`, for rows that no version wrote; nothing is changed then.
    func move() throws {
        let packs = try PackAppender(database, first: 0)
        packs.threads = EntryRows.threads
        var ends = try Int.fetchAll(database, sql: "SELECT size FROM run ORDER BY size").makeIterator()
        var end = ends.next()
        var next = 0
        var before = CompactRange()
        let stored = try rows(from: .min, to: .max)
        while let row = try stored.next() {
            let index: Int = try row.value(0)
            guard index == next else {
                throw LedgerError(.broken, "entry \(index): stands at position \(next) of the log")
            }
            while let stop = end, stop <= index {
                packs.endPack()
                end = ends.next()
            }
            try EntryRows.withEntry(row) { entry in
                before.append(entry.leaf)
                try packs.append(entry)
            }
            next += 1
        }
        try packs.flush()
        var after = CompactRange()
        let log = PackedLog(database, isMoving: true)
        let again = try rows(from: .min, to: .max)
        try log.forEachEntry(from: 0, to: next) { entry in
            guard let row = try again.next(), try EntryRows.isSame(entry, row) else {
                throw LedgerError(.broken, "entry \(entry.record.index): it was not moved as it was")
            }
            if let leaf = entry.record.leaf { after.append(leaf) }
        }
        guard try again.next() == nil, after.size == next, after.root == before.root else {
            throw LedgerError(.broken, "the log has another root after its entries were moved")
        }
    }

    private static func isSame(_ entry: LedgerReader.StoredEntry, _ row: Row) throws -> Bool {
        let record = entry.record
        return try record.index == row.value(0) && record.leaf?.bytes == row.bytes(1) && record.kind == row.value(2)
            && entry.deployment == row.value(3) && record.sha256 == row.bytesIfAny(4) ?? []
            && record.asReceived == row.bytesIfAny(5) && record.content == row.bytes(6)
    }

    /// Calls `body` with the columns of a row, which have to be such as a version wrote.
    private static func withEntry(_ row: Row, _ body: (PackBuilder.Entry) throws -> Void) throws {
        let index: Int = try row.value(0)
        let kind: Int = try row.value(2)
        let digest = try row.bytesIfAny(4)
        guard let leaf = try MerkleDigest(row.bytes(1)), 0...3 ~= kind, index >= 0,
            digest.map({ $0.count == MerkleDigest.byteCount }) ?? true
        else { throw LedgerError(.broken, "entry \(index): not in a form that this version knows") }
        let deployment: Int? = try row.value(3)
        let asReceived = try row.bytesIfAny(5)
        try withBytes(digest) { digest in
            try withBytes(asReceived) { asReceived in
                try row.bytes(6).withUnsafeBytes { content in
                    try body(
                        PackBuilder.Entry(
                            leaf: leaf, kind: kind, deployment: deployment, sha256: digest, asReceived: asReceived,
                            content: content))
                }
            }
        }
    }

    private static func withBytes(_ bytes: [UInt8]?, _ body: (UnsafeRawBufferPointer?) throws -> Void) rethrows {
        guard let bytes else { return try body(nil) }
        try bytes.withUnsafeBytes { try body($0) }
    }
}

extension PackBuilder {
    /// The pack, as it is read from a file.
    fileprivate func read() throws -> EntryPack {
        let packed = packed()
        return try EntryPack(first: packed.first, count: packed.count, leaves: packed.leaves, body: packed.body)
    }
}
