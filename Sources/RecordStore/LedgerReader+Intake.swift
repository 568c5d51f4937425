import Crypto
import Foundation
import GRDB
package import MerkleTree

/// What runs read, found and kept.
extension LedgerReader {
    /// What runs between two sizes of the log read, found and kept, as the tables have it.
    package func intake(from: Int, to: Int) throws -> (sources: [[UInt8]], findings: [[UInt8]], kept: [[UInt8]]) {
        func bodies(_ table: LedgerTable) throws -> [[UInt8]] {
            let rows = try Data.fetchAll(
                database,
                sql: """
                    SELECT body FROM \(table.rawValue) WHERE run IN
                        (SELECT number FROM run WHERE size > ? AND size <= ?) ORDER BY number
                    """, arguments: [from, to])
            return rows.map { Array($0) }
        }
        return (try bodies(.source), try bodies(.finding), try bodies(.quarantine))
    }

    /// How many sources runs up to a size of the log had read.
    package func sources(before size: Int) throws -> Int {
        try Int.fetchOne(
            database, sql: "SELECT count(*) FROM source WHERE run IN (SELECT number FROM run WHERE size <= ?)",
            arguments: [size]) ?? 0
    }

    /// The numbers of the sources that runs between two sizes of the log read, from 1.
    package func sourceNumbers(from: Int, to: Int) throws -> [Int] {
        try Int.fetchAll(
            database,
            sql: """
                SELECT number FROM source WHERE run IN (SELECT number FROM run WHERE size > ? AND size <= ?)
                ORDER BY number
                """, arguments: [from, to])
    }

    /// Transitions and deployment records that sources brought between two sizes of the log.
    package func accepted(from: Int, to: Int) throws -> (transitions: Int, records: Int) {
        let successors = Set(try Int.fetchAll(database, sql: "SELECT successor FROM replaced"))
        return try kinds(from: from, to: to) { !successors.contains($0) }
    }

    /// How many transitions and deployment records there are among entries from one number on and before another.
    func kinds(
        from: Int = 0, to: Int = .max, where isCounted: (Int) -> Bool = { _ in true }
    ) throws -> (transitions: Int, records: Int) {
        var counts = (transitions: 0, records: 0)
        try log.forEachKind(from: from, to: to) { index, kind, _ in
            guard isCounted(index) else { return }
            if kind == 1 { counts.transitions += 1 }
            if kind == 2 { counts.records += 1 }
        }
        return counts
    }

    /// The deployment of each transition and deployment record between two sizes of the log, in order, and whether it is in no earlier
    /// entry than these.
    package func recordOwners(from: Int, to: Int) throws -> [(deployment: Int, isFirst: Bool)] {
        var owners: [(deployment: Int, isFirst: Bool)] = []
        var isFirst: [Int: Bool] = [:]
        try log.forEachKind(from: from, to: to) { _, kind, deployment in
            guard let deployment, kind == 1 || kind == 2 else { return }
            let isNew = try isFirst[deployment] ?? !log.holds(deployment, before: from)
            isFirst[deployment] = isNew
            owners.append((deployment, isNew))
        }
        return owners
    }

    /// What a run read, as `sources.json` lists it.
    package func sources(ofRun run: Int) throws -> [[UInt8]] {
        try Data.fetchAll(database, sql: "SELECT body FROM source WHERE run = ? ORDER BY number", arguments: [run])
            .map { Array($0) }
    }

    /// Sources with the columns by which they are found again.
    package func sourceKeys() throws -> [(sha256: [UInt8], bytes: Int, body: [UInt8])] {
        try Row.fetchAll(database, sql: "SELECT sha256, bytes, body FROM source ORDER BY number").map {
            try ($0.bytes(0), $0.value(1), $0.bytes(2))
        }
    }

    /// Sources in order, each with the entries that the log had after the run that read it.
    package func sourceReadings() throws -> [(sha256: [UInt8], bytes: Int, size: Int)] {
        let sql = "SELECT s.sha256, s.bytes, r.size FROM source s JOIN run r ON r.number = s.run ORDER BY s.number"
        return try Row.fetchAll(database, sql: sql).map { try ($0.bytes(0), $0.value(1), $0.count(2)) }
    }

    /// Whether a source of that size was read, whatever its bytes.
    package func hasSource(bytes: Int) throws -> Bool {
        try Bool.fetchOne(database, sql: "SELECT EXISTS (SELECT 1 FROM source WHERE bytes = ?)", arguments: [bytes])
            ?? false
    }

    /// What was noted of a source when it was read, by which run, and its number; nil if it was not.
    package func source(bytes: Int, sha256: MerkleDigest) throws -> (run: Int, number: Int, body: [UInt8])? {
        try Row.fetchOne(
            database, sql: "SELECT run, number, body FROM source WHERE bytes = ? AND sha256 = ?",
            arguments: [bytes, Data(sha256.bytes)]
        ).map { try ($0.value(0), $0.value(1), $0.bytes(2)) }
    }

    /// The findings of a run whose rows hold a text, as they are stored.
    package func findings(ofRun run: Int, holding text: String) throws -> [[UInt8]] {
        try Data.fetchAll(
            database, sql: "SELECT body FROM finding WHERE run = ? AND instr(body, ?) > 0 ORDER BY number",
            arguments: [run, Data(text.utf8)]
        ).map { Array($0) }
    }

    /// Visits the findings of all runs whose rows hold a text, the latest first, until a visit returns false.
    package func forEachFinding(holding text: String, _ visit: ([UInt8]) throws -> Bool) throws {
        let rows = try Data.fetchCursor(
            database, sql: "SELECT body FROM finding WHERE instr(body, ?) > 0 ORDER BY number DESC",
            arguments: [Data(text.utf8)])
        while let body = try rows.next() {
            guard try visit(Array(body)) else { return }
        }
    }

    /// What is kept in quarantine, by number.
    package func quarantine() throws -> [(number: Int, kind: String, body: [UInt8])] {
        try Row.fetchAll(database, sql: "SELECT number, kind, body FROM quarantine ORDER BY number").map {
            try ($0.value(0), $0.value(1), $0.bytes(2))
        }
    }

    /// What is in quarantine, with the digest by which it is found again.
    package func quarantineKeys() throws -> [(number: Int, kind: String, digest: [UInt8], body: [UInt8])] {
        try Row.fetchAll(database, sql: "SELECT number, kind, digest, body FROM quarantine ORDER BY number").map {
            try ($0.value(0), $0.value(1), $0.bytes(2), $0.bytes(3))
        }
    }

    /// The last number in quarantine; 0 if nothing is there.
    package func lastQuarantined() throws -> Int {
        try Int.fetchOne(database, sql: "SELECT max(number) FROM quarantine") ?? 0
    }

    /// Whether a record of that digest is kept as one of a kind (`rejected` or `conflict`) under a number up to `last`.
    package func isQuarantined(_ digest: MerkleDigest, as kind: String, upTo last: Int) throws -> Bool {
        let statement = try database.cachedStatement(
            sql: "SELECT EXISTS (SELECT 1 FROM quarantine WHERE digest = ? AND kind = ? AND number <= ?)")
        return try Bool.fetchOne(statement, arguments: [Data(digest.bytes), kind, last]) ?? false
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

    /// How many rows belong to a run, deployment or block that does not exist, by kind.
    package func unreachableRows() throws -> [(what: String, count: Int)] {
        let queries = [
            ("source of no run", "SELECT count(*) FROM source WHERE run NOT IN (SELECT number FROM run)"),
            ("finding of no run", "SELECT count(*) FROM finding WHERE run NOT IN (SELECT number FROM run)"),
            ("quarantine of no run", "SELECT count(*) FROM quarantine WHERE run NOT IN (SELECT number FROM run)"),
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
        let counts = try queries.map { (what: $0.0, count: try Int.fetchOne(database, sql: $0.1) ?? 0) }
        return try (counts + log.strays()).filter { $0.count > 0 }
    }
}
