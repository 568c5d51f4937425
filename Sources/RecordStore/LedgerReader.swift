package import AuditModel
import Crypto
import Foundation
import GRDB
package import MerkleTree

/// What a ledger says at one moment.
package struct LedgerReader {
    let database: Database

    init(_ database: Database) { self.database = database }

    /// The last run: its number, and size and root of the log after it; nil before the first.
    package struct Run: Sendable, Equatable {
        package var number: Int
        package var size: Int
        package var root: MerkleDigest
    }

    /// The last run that was committed.
    package func lastRun() throws -> Run? {
        let row = try Row.fetchOne(database, sql: "SELECT number, size, root FROM run ORDER BY number DESC LIMIT 1")
        return try row.map { try $0.run() }
    }

    package func count(_ table: LedgerTable) throws -> Int {
        try Int.fetchOne(database, sql: "SELECT count(*) FROM \(table.rawValue)") ?? 0
    }

    /// The signed note of a run.
    package func note(ofRun run: Int) throws -> [UInt8] {
        try Data.fetchOne(database, sql: "SELECT note FROM run WHERE number = ?", arguments: [run]).map { Array($0) }
            ?? []
    }

    /// Rows that stand where nothing reaches them: of runs, deployments or blocks that there are not.
    package func strays() throws -> [(what: String, count: Int)] {
        let queries = [
            ("source of no run", "SELECT count(*) FROM source WHERE run NOT IN (SELECT number FROM run)"),
            ("finding of no run", "SELECT count(*) FROM finding WHERE run NOT IN (SELECT number FROM run)"),
            ("quarantine of no run", "SELECT count(*) FROM quarantine WHERE run NOT IN (SELECT number FROM run)"),
            (
                "entry of no deployment",
                "SELECT count(*) FROM entry WHERE kind > 0 AND (deployment IS NULL OR deployment NOT IN "
                    + "(SELECT number FROM deployment))"
            ),
            (
                "activity of no deployment",
                "SELECT count(*) FROM activity WHERE deployment NOT IN (SELECT number FROM deployment)"
            ),
            (
                "block behind the log",
                "SELECT count(*) FROM block WHERE (number + 1) * 1024 > (SELECT coalesce(max(size), 0) FROM run)"
            ),
            (
                "deployment with a number out of order",
                "SELECT count(*) FROM deployment WHERE number < 0 OR number >= (SELECT count(*) FROM deployment)"
            ),
        ]
        return try queries.map { ($0.0, try Int.fetchOne(database, sql: $0.1) ?? 0) }.filter { $0.1 > 0 }
    }

    /// Sources with the columns by which they are found again.
    package func sourceKeys() throws -> [(sha256: [UInt8], bytes: Int, body: [UInt8])] {
        try Row.fetchAll(database, sql: "SELECT sha256, bytes, body FROM source ORDER BY number").map {
            try ($0.bytes(0), $0.value(1), $0.bytes(2))
        }
    }

    /// What is in quarantine, with the digest by which it is found again.
    package func quarantineKeys() throws -> [(number: Int, kind: String, digest: [UInt8], body: [UInt8])] {
        try Row.fetchAll(database, sql: "SELECT number, kind, digest, body FROM quarantine ORDER BY number").map {
            try ($0.value(0), $0.value(1), $0.bytes(2), $0.bytes(3))
        }
    }

    /// What a run read, as `sources.json` lists it.
    package func sources(ofRun run: Int) throws -> [[UInt8]] {
        try Data.fetchAll(database, sql: "SELECT body FROM source WHERE run = ? ORDER BY number", arguments: [run])
            .map { Array($0) }
    }

    /// Who signed a log of that size.
    package func signer(size: Int) throws -> LedgerSigner? {
        try Row.fetchOne(
            database, sql: "SELECT origin, publicKey FROM signer WHERE idx < ? ORDER BY number DESC LIMIT 1",
            arguments: [size]
        ).map { try LedgerSigner(origin: $0.value(0), publicKey: $0.value(1)) }
    }

    /// Whoever signed checkpoints, in order; the last one signs now.
    package func signers() throws -> [LedgerSigner] {
        try Row.fetchAll(database, sql: "SELECT origin, publicKey FROM signer ORDER BY number").map {
            try LedgerSigner(origin: $0.value(0), publicKey: $0.value(1))
        }
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
            range.append(subtree: try digest(row.value(0), "block"), level: LedgerBlock.level)
        }
        let leaves = try Row.fetchCursor(
            database, sql: "SELECT leaf FROM entry WHERE idx >= ? AND idx < ? ORDER BY idx",
            arguments: [blocks << LedgerBlock.level, size])
        while let row = try leaves.next() { range.append(try digest(row.value(0), "entry")) }
        guard range.size == size else {
            throw LedgerError(.broken, "the log has \(range.size) of its first \(size) entries")
        }
        return range
    }

    private func digest(_ data: Data, _ what: String) throws -> MerkleDigest {
        guard let digest = MerkleDigest(Array(data)) else {
            throw LedgerError(.broken, "a digest in table \(what) has \(data.count) bytes, expected 32")
        }
        return digest
    }

    /// The number of a deployment; nil if the ledger holds none of that identifier.
    package func deployment(_ id: [UInt8]) throws -> Int? {
        let statement = try database.cachedStatement(sql: "SELECT number, id FROM deployment WHERE hash = ?")
        let rows = try Row.fetchCursor(statement, arguments: [LedgerHash.of(id)])
        while let row = try rows.next() {
            if try row.bytes(1) == id { return try row.value(0) }
        }
        return nil
    }

    /// A record of the log.
    package struct StoredRecord: Sendable {
        package var index: Int
        /// As in ``LedgerWriter/Record``.
        package var kind: Int
        package var content: [UInt8]
        package var asReceived: [UInt8]?
        package var sha256: [UInt8]

        package init(index: Int, kind: Int, content: [UInt8], asReceived: [UInt8]?, sha256: [UInt8]) {
            self.index = index
            self.kind = kind
            self.content = content
            self.asReceived = asReceived
            self.sha256 = sha256
        }
    }

    /// The records that a deployment holds in a log of `size` entries, in order of acceptance.
    ///
    /// Records that a decision has replaced by then are left out.
    package func records(of deployment: Int, size: Int = .max) throws -> [StoredRecord] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT idx, kind, content, asReceived, sha256 FROM entry WHERE deployment = ? AND idx < ?
                AND idx NOT IN (SELECT idx FROM replaced WHERE successor < ?) ORDER BY idx
                """)
        var records: [StoredRecord] = []
        let rows = try Row.fetchCursor(statement, arguments: [deployment, size, size])
        while let row = try rows.next() { records.append(try stored(row)) }
        return records
    }

    private func stored(_ row: Row) throws -> StoredRecord {
        try StoredRecord(
            index: row.value(0), kind: row.value(1), content: row.bytes(2), asReceived: row.bytesIfAny(3),
            sha256: row.bytesIfAny(4) ?? [])
    }

    /// For each table that a run writes beside the log, the SHA-256 of the run's rows: their bytes, a line each.
    package func digests(ofRun run: Int) throws -> [LedgerTable: MerkleDigest] {
        var digests: [LedgerTable: MerkleDigest] = [:]
        for table in LedgerTable.ofRuns {
            var hasher = SHA256()
            let bodies = try Data.fetchCursor(
                database, sql: "SELECT body FROM \(table.rawValue) WHERE run = ? ORDER BY number", arguments: [run])
            while let body = try bodies.next() {
                hasher.update(data: body)
                hasher.update(data: [0x0A])
            }
            digests[table] = MerkleDigest(hasher.finalize())
        }
        return digests
    }

    /// Every run behind a number: number, size and root of the log after it, time of acceptance, and how rejected records were kept.
    package func runs(after number: Int = 0) throws -> [(run: Run, received: Timestamp, keepsRaw: Bool)] {
        let rows = try Row.fetchAll(
            database, sql: "SELECT number, size, root, received, keepsRaw FROM run WHERE number > ? ORDER BY number",
            arguments: [number])
        return try rows.map { try ($0.run(), $0.time(3), $0.value(4)) }
    }

    /// A deployment as the caches have it.
    package struct StoredDeployment: Sendable {
        package var number: Int
        package var id: [UInt8]
        package var hash: Int64
        package var state: LedgerWriter.DeploymentState
    }

    /// The deployments behind a number, at most `limit` of them.
    package func deployments(after number: Int, limit: Int) throws -> [StoredDeployment] {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT number, id, day, records, transitions, superseded, network, tokenType, deployedBy, hash, isOdd
                FROM deployment WHERE number > ? ORDER BY number LIMIT ?
                """, arguments: [number, limit])
        return try rows.map { row in
            let state = LedgerWriter.DeploymentState(
                day: try row.value(2), isSpread: try row.value(10), records: try row.count(3),
                transitions: try row.count(4), superseded: try row.count(5), network: try row.bytesIfAny(6),
                tokenType: try row.bytesIfAny(7), deployedBy: try row.bytesIfAny(8),
                activity: try activity(of: row.value(0)))
            return try StoredDeployment(number: row.value(0), id: row.bytes(1), hash: row.value(9), state: state)
        }
    }

    /// The digests of whole blocks, in order.
    package func blocks() throws -> [MerkleDigest?] {
        try Data.fetchAll(database, sql: "SELECT digest FROM block ORDER BY number").map { MerkleDigest(Array($0)) }
    }

    /// An entry of the log: a record's, or another with its canonical object as content.
    package struct StoredEntry: Sendable {
        package var record: StoredRecord
        package var leaf: [UInt8]
        /// The number of the deployment that holds a record.
        package var deployment: Int?
    }

    /// Calls `body` with each entry from one number on and before another, in order.
    package func entries(from: Int = 0, to: Int = .max, _ body: (StoredEntry) throws -> Void) throws {
        // Kept: a bundle's log asks for a million single entries.
        let statement = try database.cachedStatement(
            sql: """
                SELECT idx, kind, content, asReceived, sha256, leaf, deployment FROM entry WHERE idx >= ? AND idx < ?
                ORDER BY idx
                """)
        let rows = try Row.fetchCursor(statement, arguments: [from, to])
        while let row = try rows.next() {
            try body(StoredEntry(record: stored(row), leaf: row.bytes(5), deployment: row.value(6)))
        }
    }

    /// On which days a deployment was created or has transitions, and how many of these.
    package func activity(of deployment: Int) throws -> [Int: Int] {
        let statement = try database.cachedStatement(sql: "SELECT day, transitions FROM activity WHERE deployment = ?")
        var activity: [Int: Int] = [:]
        let rows = try Row.fetchCursor(statement, arguments: [deployment])
        while let row = try rows.next() { activity[try row.value(0)] = try row.count(1) }
        return activity
    }

    /// Whether a source of that size was read, whatever its bytes.
    package func hasSource(bytes: Int) throws -> Bool {
        try Bool.fetchOne(database, sql: "SELECT EXISTS (SELECT 1 FROM source WHERE bytes = ?)", arguments: [bytes])
            ?? false
    }

    /// What was noted of a source when it was read; nil if it was not.
    package func source(bytes: Int, sha256: MerkleDigest) throws -> [UInt8]? {
        try Row.fetchOne(
            database, sql: "SELECT body FROM source WHERE bytes = ? AND sha256 = ?",
            arguments: [bytes, Data(sha256.bytes)]
        ).map { try $0.bytes(0) }
    }

    /// Whether a rejected or contradicting record of that digest is kept already.
    package func isQuarantined(_ digest: MerkleDigest) throws -> Bool {
        let statement = try database.cachedStatement(
            sql: "SELECT EXISTS (SELECT 1 FROM quarantine WHERE digest = ?)")
        return try Bool.fetchOne(statement, arguments: [Data(digest.bytes)]) ?? false
    }

    /// The canonical bytes in a table's column `body`, in order.
    package func bodies(_ table: LedgerTable) throws -> [[UInt8]] {
        try Data.fetchAll(database, sql: "SELECT body FROM \(table.rawValue) ORDER BY \(table.key)").map(Array.init)
    }

    /// What is kept in quarantine, by number.
    package func quarantine() throws -> [(number: Int, kind: String, body: [UInt8])] {
        try Row.fetchAll(database, sql: "SELECT number, kind, body FROM quarantine ORDER BY number").map {
            try ($0.value(0), $0.value(1), $0.bytes(2))
        }
    }

    /// A value of the deployments and how many have it, the absent value last.
    package func counts(of column: LedgerColumn) throws -> [(value: [UInt8]?, count: Int)] {
        let name = column.rawValue
        return try Row.fetchAll(
            database, sql: "SELECT \(name), count(*) FROM deployment GROUP BY 1 ORDER BY \(name) IS NULL, \(name)"
        ).map { try ($0.bytesIfAny(0), $0.value(1)) }
    }

    /// The first and the last day, since 0001-01-01, on which something happened; nil if nothing did.
    package func activeDays() throws -> (first: Int, last: Int)? {
        let row = try Row.fetchOne(database, sql: "SELECT min(day), max(day) FROM activity")
        guard let row, let first = try row.value(0) as Int?, let last = try row.value(1) as Int? else { return nil }
        return (first, last)
    }

    /// Number of deployments that were created or have a transition on one of the days from `from` on and before `to`.
    package func activeDeployments(from: Int, to: Int) throws -> Int {
        try Int.fetchOne(
            database, sql: "SELECT count(DISTINCT deployment) FROM activity WHERE day >= ? AND day < ?",
            arguments: [from, to]) ?? 0
    }

    /// Rows of accepted CSV records that a later record with an identifier replaced.
    package func superseded() throws -> Int {
        try Int.fetchOne(database, sql: "SELECT coalesce(sum(superseded), 0) FROM tally") ?? 0
    }
}

/// The tables, by the column that orders them.
package enum LedgerTable: String, Sendable, CaseIterable {
    case entry, run, source, finding, quarantine, block, deployment, seal, decision, replaced, request

    /// The tables whose rows a run's entry covers.
    package static let ofRuns: [LedgerTable] = [.finding, .quarantine, .source]

    var key: String {
        switch self {
        case .entry, .replaced: "idx"
        case .decision: "quarantine"
        default: "number"
        }
    }
}

/// What deployments can be counted by.
package enum LedgerColumn: String, Sendable { case network, tokenType, deployedBy }

/// Entries whose digest is kept as one, so that a root needs neither all leaves nor a stored tree.
enum LedgerBlock {
    /// A block has 2^level entries.
    static let level = 10
}

/// The hash that finds a deployment by its identifier: the same in every run, unlike Swift's own.
package enum LedgerHash {
    package static func of(_ id: [UInt8]) -> Int64 {
        MerkleHash.leaf(id).withUnsafeBytes { Int64(bitPattern: $0.loadUnaligned(as: UInt64.self)) }
    }
}
