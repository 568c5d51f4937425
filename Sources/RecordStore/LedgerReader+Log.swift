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

    /// What can be told of entries of a file that somebody or something may have changed.
    package enum Salvaged {
        case entry(StoredEntry)
        /// Entries that cannot be read, and their leaves.
        case unreadable(Range<Int>, [MerkleDigest?])
        /// Entries whose row is not the one that was written; they follow.
        case altered(Range<Int>)
    }

    /// Calls `body` with each entry from one number on and before another, in order.
    package func entries(from: Int = 0, to: Int = .max, body: (StoredEntry) throws -> Void) throws {
        try log.forEachEntry(from: from, to: to, body)
    }

    /// What the entries say that are of no record, from one number on and before another, in order.
    package func otherEntries(from: Int, to: Int) throws -> [[UInt8]] {
        var numbers: [Int] = []
        try log.forEachKind(from: from, to: to) { number, kind, _ in
            if kind == 0 { numbers.append(number) }
        }
        return try numbers.compactMap { try log.entry(at: $0)?.record.content }
    }

    /// Calls `body` with what can be read of all entries, in order.
    package func salvage(_ body: (Salvaged) throws -> Void) throws { try log.salvage(body) }

    /// The records that a deployment holds in a log of `size` entries, in order of acceptance.
    ///
    /// Records that a decision has replaced by then are left out.
    package func records(of deployment: Int, size: Int = .max) throws -> [StoredRecord] {
        try records(of: [deployment], size: size)[0]
    }

    /// The same of many deployments, each named once: entries that stand together are read together.
    package func records(of deployments: [Int], size: Int = .max) throws -> [[StoredRecord]] {
        let replaced = Set(
            try Int.fetchAll(database, sql: "SELECT idx FROM replaced WHERE successor < ?", arguments: [size]))
        let entries = try log.entries(of: deployments, size: size)
        guard !replaced.isEmpty else { return entries }
        return entries.map { $0.filter { !replaced.contains($0.index) } }
    }

    /// The leaves from one entry on and before another.
    package func leaves(from: Int, to: Int) throws -> [MerkleDigest] {
        var leaves: [MerkleDigest] = []
        try log.forEachLeaf(from: from, to: to) { _, leaf in leaves.append(leaf) }
        return leaves
    }

    /// The root of a tree that the leaves of a range of entries are appended to.
    package func root(appending entries: Range<Int>, to tree: CompactRange) throws -> MerkleDigest {
        var tree = tree
        try log.forEachLeaf(from: entries.lowerBound, to: entries.upperBound) { _, leaf in tree.append(leaf) }
        return tree.root
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
        try log.forEachLeaf(from: blocks << LedgerBlock.level, to: size) { _, leaf in range.append(leaf) }
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
