import Foundation
import GRDB

/// Deployments, as the caches have them.
extension LedgerReader {
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
            try StoredDeployment(number: row.value(0), id: row.bytes(1), hash: row.value(9), state: state(row))
        }
    }

    /// What is cached of a deployment.
    package func state(of deployment: Int) throws -> LedgerWriter.DeploymentState? {
        let statement = try database.cachedStatement(
            sql: """
                SELECT number, id, day, records, transitions, superseded, network, tokenType, deployedBy, hash, isOdd
                FROM deployment WHERE number = ?
                """)
        return try Row.fetchOne(statement, arguments: [deployment]).map(state)
    }

    private func state(_ row: Row) throws -> LedgerWriter.DeploymentState {
        LedgerWriter.DeploymentState(
            day: try row.value(2), isSpread: try row.value(10), records: try row.count(3),
            transitions: try row.count(4), superseded: try row.count(5), network: try row.bytesIfAny(6),
            tokenType: try row.bytesIfAny(7), deployedBy: try row.bytesIfAny(8),
            activity: try activity(of: row.value(0)))
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

    /// The identifier of a deployment.
    package func identifier(of deployment: Int) throws -> [UInt8]? {
        let statement = try database.cachedStatement(sql: "SELECT id FROM deployment WHERE number = ?")
        return try Data.fetchOne(statement, arguments: [deployment]).map { Array($0) }
    }

    /// All deployments, in order of their numbers.
    package func allDeployments() throws -> [Int] {
        try Int.fetchAll(database, sql: "SELECT number FROM deployment ORDER BY number")
    }

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

    /// Deployments that took records, or got into dispute, between two sizes of the log.
    package func changedDeployments(from: Int, to: Int) throws -> [Int] {
        var changed: Set<Int> = []
        try log.forEachKind(from: from, to: to) { _, _, deployment in
            if let deployment { changed.insert(deployment) }
        }
        let disputed = try Int.fetchAll(
            database,
            sql: """
                SELECT deployment.number FROM quarantine JOIN run ON run.number = quarantine.run
                    JOIN deployment ON deployment.id = quarantine.deployment
                    WHERE run.size > ?1 AND run.size <= ?2 AND quarantine.kind = 'conflict'
                UNION SELECT deployment.number FROM decision JOIN quarantine ON quarantine.number = decision.quarantine
                    JOIN deployment ON deployment.id = quarantine.deployment
                    WHERE decision.idx >= ?1 AND decision.idx < ?2
                """, arguments: [from, to])
        return changed.union(disputed).sorted()
    }

    /// On which days a deployment was created or has transitions, and how many of these.
    package func activity(of deployment: Int) throws -> [Int: Int] {
        let statement = try database.cachedStatement(sql: "SELECT day, transitions FROM activity WHERE deployment = ?")
        var activity: [Int: Int] = [:]
        let rows = try Row.fetchCursor(statement, arguments: [deployment])
        while let row = try rows.next() { activity[try row.value(0)] = try row.count(1) }
        return activity
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

    /// A value of the deployments and how many have it, the absent value last.
    package func counts(of column: LedgerColumn) throws -> [(value: [UInt8]?, count: Int)] {
        let name = column.rawValue
        return try Row.fetchAll(
            database, sql: "SELECT \(name), count(*) FROM deployment GROUP BY 1 ORDER BY \(name) IS NULL, \(name)"
        ).map { try ($0.bytesIfAny(0), $0.value(1)) }
    }

    /// The tally as it stands.
    package func tally() throws -> LedgerTally {
        var tally = LedgerTally()
        let rows = try Row.fetchCursor(
            database, sql: "SELECT day, deployments, records, superseded, transitions FROM tally")
        while let row = try rows.next() {
            var counts = LedgerTally.Counts()
            counts.deployments = try row.count(1)
            counts.records = try row.count(2)
            counts.superseded = try row.count(3)
            counts.transitions = try row.count(4)
            tally.days[try row.value(0)] = counts
        }
        return tally
    }

    /// Rows of accepted CSV records that a later record with an identifier replaced.
    package func supersededCount() throws -> Int {
        try Int.fetchOne(database, sql: "SELECT coalesce(sum(superseded), 0) FROM tally") ?? 0
    }
}
