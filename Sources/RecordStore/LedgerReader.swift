package import AuditModel
import Foundation
import GRDB
package import MerkleTree

/// What a ledger says at one moment.
package struct LedgerReader {
    let database: Database
    let log: PackedLog

    init(_ database: Database) {
        self.database = database
        log = PackedLog(database)
    }

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

    /// The time of acceptance of the last run; nil before the first.
    package func lastReceived() throws -> Timestamp? {
        try Row.fetchOne(database, sql: "SELECT received FROM run ORDER BY number DESC LIMIT 1").map { try $0.time(0) }
    }

    /// The time of acceptance of the run that ended with a size of the log; nil if none did.
    package func received(size: Int) throws -> Timestamp? {
        try Row.fetchOne(
            database, sql: "SELECT received FROM run WHERE size = ? ORDER BY number DESC LIMIT 1", arguments: [size]
        ).map { try $0.time(0) }
    }

    /// Every run behind a number: number, size and root of the log after it, time of acceptance, and how rejected records were kept.
    package func runs(after number: Int = 0) throws -> [(run: Run, received: Timestamp, keepsRaw: Bool)] {
        let rows = try Row.fetchAll(
            database, sql: "SELECT number, size, root, received, keepsRaw FROM run WHERE number > ? ORDER BY number",
            arguments: [number])
        return try rows.map { try ($0.run(), $0.time(3), $0.value(4)) }
    }

    /// The signed note of a run.
    package func note(ofRun run: Int) throws -> [UInt8] {
        try Data.fetchOne(database, sql: "SELECT note FROM run WHERE number = ?", arguments: [run]).map { Array($0) }
            ?? []
    }

    /// When each entry was accepted.
    package func acceptances() throws -> Acceptances {
        Acceptances(
            runs: try Row.fetchAll(database, sql: "SELECT size, received FROM run ORDER BY number").map {
                try ($0.count(0), $0.time(1))
            })
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

    package func count(_ table: LedgerTable) throws -> Int {
        try Int.fetchOne(database, sql: "SELECT count(*) FROM \(table.rawValue)") ?? 0
    }

    /// The canonical bytes in a table's column `body`, in order.
    package func bodies(_ table: LedgerTable) throws -> [[UInt8]] {
        try Data.fetchAll(database, sql: "SELECT body FROM \(table.rawValue) ORDER BY \(table.key)").map(Array.init)
    }
}
