import Foundation
import GRDB
package import MerkleTree

/// What exports of periods ask a ledger for.
extension LedgerReader {
    /// The deployments that may belong to the days from one on and before another, in order of their numbers: those that
    /// were created or have a transition there, and the odd ones.
    package func candidates(from: Int, to: Int) throws -> [Int] {
        try Int.fetchAll(
            database,
            sql: """
                SELECT deployment FROM activity WHERE day >= ? AND day < ?
                UNION SELECT number FROM deployment WHERE isOdd = 1 ORDER BY 1
                """, arguments: [from, to])
    }

    /// The identifier of a deployment.
    package func identifier(of deployment: Int) throws -> [UInt8]? {
        let statement = try database.cachedStatement(sql: "SELECT id FROM deployment WHERE number = ?")
        return try Data.fetchOne(statement, arguments: [deployment]).map { Array($0) }
    }

    /// All deployments, in order of their numbers.
    package func allDeployments() throws -> [Int] {
        try Int.fetchAll(database, sql: "SELECT number FROM deployment ORDER BY number")
    }

    /// Whether a decision has replaced a record of a deployment.
    package func hasReplaced(_ deployment: Int) throws -> Bool {
        let statement = try database.cachedStatement(
            sql: "SELECT EXISTS (SELECT 1 FROM replaced JOIN entry USING (idx) WHERE deployment = ?)")
        return try Bool.fetchOne(statement, arguments: [deployment]) ?? false
    }

    /// Deployments that took records, or got into dispute, between two sizes of the log.
    package func changedDeployments(from: Int, to: Int) throws -> [Int] {
        try Int.fetchAll(
            database,
            sql: """
                SELECT deployment FROM entry WHERE idx >= ?1 AND idx < ?2 AND deployment IS NOT NULL
                UNION SELECT deployment.number FROM quarantine JOIN run ON run.number = quarantine.run
                    JOIN deployment ON deployment.id = quarantine.deployment
                    WHERE run.size > ?1 AND run.size <= ?2 AND quarantine.kind = 'conflict'
                UNION SELECT deployment.number FROM decision JOIN quarantine ON quarantine.number = decision.quarantine
                    JOIN deployment ON deployment.id = quarantine.deployment
                    WHERE decision.idx >= ?1 AND decision.idx < ?2
                ORDER BY 1
                """, arguments: [from, to])
    }

    /// The tally as it stands.
    package func tally() throws -> LedgerTally {
        var tally = LedgerTally()
        let rows = try Row.fetchCursor(
            database, sql: "SELECT day, deployments, records, superseded, transitions FROM tally")
        while let row = try rows.next() {
            var counts = LedgerTally.Counts()
            (counts.deployments, counts.records) = try (row.count(1), row.count(2))
            (counts.superseded, counts.transitions) = try (row.count(3), row.count(4))
            tally.days[try row.value(0)] = counts
        }
        return tally
    }

    /// Identifiers of the deployments that are in dispute in a log of `size` entries: of which contradicting records are
    /// kept that no decision has settled.
    package func disputed(size: Int) throws -> Set<[UInt8]> {
        let identifiers = try Data.fetchAll(
            database,
            sql: """
                SELECT DISTINCT deployment FROM quarantine JOIN run ON run.number = quarantine.run
                WHERE kind = 'conflict' AND run.size <= ?1 AND quarantine.number NOT IN
                    (SELECT quarantine FROM decision WHERE idx < ?1)
                """, arguments: [size])
        return Set(identifiers.map { Array($0) })
    }

    /// Records that decisions have replaced in a log of `size` entries: transitions, and deployment records.
    package func replaced(size: Int) throws -> (transitions: Int, records: Int) {
        let row = try Row.fetchOne(
            database,
            sql: """
                SELECT coalesce(sum(kind = 1), 0), coalesce(sum(kind = 2), 0) FROM replaced JOIN entry USING (idx)
                WHERE successor < ?
                """, arguments: [size])
        return try row.map { try ($0.value(0), $0.value(1)) } ?? (0, 0)
    }

    /// The contents that decisions have replaced.
    package func replacedContents() throws -> [[UInt8]] {
        try Data.fetchAll(database, sql: "SELECT content FROM replaced JOIN entry USING (idx)").map { Array($0) }
    }

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

    /// Transitions and deployment records that sources brought between two sizes of the log.
    package func accepted(from: Int, to: Int) throws -> (transitions: Int, records: Int) {
        let row = try Row.fetchOne(
            database,
            sql: """
                SELECT coalesce(sum(kind = 1), 0), coalesce(sum(kind = 2), 0) FROM entry
                WHERE idx >= ?1 AND idx < ?2 AND idx NOT IN (SELECT successor FROM replaced)
                """, arguments: [from, to])
        return try row.map { try ($0.value(0), $0.value(1)) } ?? (0, 0)
    }

    /// When each run was accepted, by the entry behind its last.
    package func acceptances() throws -> [(end: Int, received: Int64)] {
        try Row.fetchAll(database, sql: "SELECT size, received FROM run ORDER BY number").map {
            try ($0.value(0), $0.value(1))
        }
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

    /// The entry of a run that read nothing, one of its last four: a seal, a decision or an answer; nil for a run that read sources.
    package func deed(ofRun run: Int) throws -> [UInt8]? {
        let bodies = try Data.fetchAll(
            database,
            sql: """
                SELECT content FROM entry WHERE kind = 0 AND idx < (SELECT size FROM run WHERE number = ?1)
                AND idx >= max((SELECT coalesce(max(size), 0) FROM run WHERE number < ?1),
                    (SELECT size FROM run WHERE number = ?1) - 4) ORDER BY idx
                """, arguments: [run])
        return bodies.map { Array($0) }.first { body in
            switch ParsedEntry(body) {
            case .seal, .decision, .request, .recovery: true
            case .key, .run, nil: false
            }
        }
    }

    /// The breaks that a log declares: a break opens a log, behind the entry of its first key.
    package func breaks() throws -> [RecoveryEntry] {
        let bodies = try Data.fetchAll(
            database, sql: "SELECT content FROM entry WHERE kind = 0 AND idx < 2 ORDER BY idx")
        return bodies.compactMap { body in
            guard case .recovery(let entry)? = ParsedEntry(Array(body)) else { return nil }
            return entry
        }
    }

    /// The sealed places of a series from a sequence number on, in order; of all series if none is named.
    package func seals(_ series: String? = nil, from sequence: Int = 1) throws -> [SealEntry] {
        let rows = try Data.fetchAll(
            database, sql: "SELECT body FROM seal WHERE (?1 IS NULL OR series = ?1) AND sequence >= ?2 ORDER BY number",
            arguments: [series, sequence])
        return try rows.map(seal)
    }

    private func seal(_ data: Data) throws -> SealEntry {
        guard let seal = SealEntry(Array(data)) else {
            throw LedgerError(.broken, "a row of table seal is not the entry of a seal")
        }
        return seal
    }

    /// The last place of a series; nil before the first.
    package func lastSeal(_ series: String) throws -> SealEntry? {
        try Data.fetchOne(
            database, sql: "SELECT body FROM seal WHERE series = ? ORDER BY sequence DESC LIMIT 1", arguments: [series]
        ).map(seal)
    }

    /// The place of a series that reaches furthest; nil before the first.
    package func furthestSeal(_ series: String) throws -> SealEntry? {
        try Data.fetchOne(
            database, sql: "SELECT body FROM seal WHERE series = ? ORDER BY end DESC, sequence LIMIT 1",
            arguments: [series]
        ).map(seal)
    }

    /// Whether any series has a bundle of that name.
    package func hasSeal(named name: String) throws -> Bool {
        // The name stands in the canonical entry as it is: names of bundles have no characters to be escaped.
        let member = Data("\"name\":\"\(name)\",\"received\":".utf8)
        return try Int.fetchOne(
            database, sql: "SELECT 1 FROM seal WHERE instr(body, ?) > 0 LIMIT 1", arguments: [member])
            != nil
    }

    /// The answer that was given under an idempotency key; nil if there is none.
    package func request(_ key: String) throws -> RequestEntry? {
        guard let data = try Data.fetchOne(database, sql: "SELECT body FROM request WHERE key = ?", arguments: [key])
        else { return nil }
        guard case .request(let request)? = ParsedEntry(Array(data)) else {
            throw LedgerError(.broken, "a row of table request is not the entry of a request")
        }
        return request
    }

    /// What is in quarantine of one deployment and contradicts it, and which of it decisions have settled.
    package func conflicts(
        of deployment: [UInt8]
    ) throws -> [(number: Int, body: [UInt8], isSettled: Bool)] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT number, body, number IN (SELECT quarantine FROM decision) FROM quarantine
                WHERE kind = 'conflict' AND deployment = ? ORDER BY number
                """, arguments: [Data(deployment)]
        ).map { try ($0.value(0), $0.bytes(1), $0.value(2)) }
    }

    /// The deployment that a record in quarantine contradicts; nil for one that was rejected, or none.
    package func quarantinedDeployment(_ number: Int) throws -> [UInt8]? {
        try Data.fetchOne(
            database, sql: "SELECT deployment FROM quarantine WHERE number = ? AND kind = 'conflict'",
            arguments: [number]
        ).map { Array($0) }
    }

    /// Contradictions in quarantine that no decision has settled.
    package func openDisputes() throws -> Int {
        try Int.fetchOne(
            database,
            sql: """
                SELECT count(*) FROM quarantine WHERE kind = 'conflict'
                AND number NOT IN (SELECT quarantine FROM decision)
                """) ?? 0
    }

    /// Numbers in quarantine that decisions have settled.
    package func settled() throws -> Set<Int> {
        Set(try Int.fetchAll(database, sql: "SELECT quarantine FROM decision"))
    }

    /// Every answer that was given under an idempotency key, in order.
    package func requests() throws -> [RequestEntry] {
        try Data.fetchAll(database, sql: "SELECT body FROM request ORDER BY number").compactMap { data in
            guard case .request(let request)? = ParsedEntry(Array(data)) else { return nil }
            return request
        }
    }

    /// Which entry stands for which since a decision.
    package func replacements() throws -> [Int: Int] {
        let rows = try Row.fetchAll(database, sql: "SELECT idx, successor FROM replaced")
        return Dictionary(try rows.map { try ($0.value(0) as Int, $0.value(1) as Int) }) { first, _ in first }
    }
}
