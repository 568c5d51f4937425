import Foundation
import GRDB

/// Records that contradict others, and decisions on them.
extension LedgerReader {
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

    /// The runs that brought records which contradict a deployment.
    package func conflictRuns(of deployment: [UInt8]) throws -> Set<Int> {
        Set(
            try Int.fetchAll(
                database, sql: "SELECT run FROM quarantine WHERE kind = 'conflict' AND deployment = ?",
                arguments: [Data(deployment)]))
    }

    /// The deployment that a record in quarantine contradicts; nil for one that was rejected, or none.
    package func quarantinedDeployment(_ number: Int) throws -> [UInt8]? {
        try Data.fetchOne(
            database, sql: "SELECT deployment FROM quarantine WHERE number = ? AND kind = 'conflict'",
            arguments: [number]
        ).map { Array($0) }
    }

    /// Identifiers of the deployments that are in dispute in a log of `size` entries: of which contradicting records are
    /// kept that no decision has settled.
    package func disputedDeployments(size: Int) throws -> Set<[UInt8]> {
        let identifiers = try Data.fetchAll(
            database,
            sql: """
                SELECT DISTINCT deployment FROM quarantine JOIN run ON run.number = quarantine.run
                WHERE kind = 'conflict' AND run.size <= ?1 AND quarantine.number NOT IN
                    (SELECT quarantine FROM decision WHERE idx < ?1)
                """, arguments: [size])
        return Set(identifiers.map { Array($0) })
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
    package func settledEntries() throws -> Set<Int> {
        Set(try Int.fetchAll(database, sql: "SELECT quarantine FROM decision"))
    }

    /// Whether a decision has replaced a record of a deployment.
    package func hasReplaced(_ deployment: Int) throws -> Bool {
        let replaced = Set(try Int.fetchAll(database, sql: "SELECT idx FROM replaced"))
        guard !replaced.isEmpty else { return false }
        return try log.entries(of: [deployment], size: .max)[0].contains { replaced.contains($0.index) }
    }

    /// Records that decisions have replaced in a log of `size` entries: transitions, and deployment records.
    package func replaced(size: Int) throws -> (transitions: Int, records: Int) {
        let kinds = try replacedEntries(size: size).map(\.record.kind)
        return (kinds.count { $0 == 1 }, kinds.count { $0 == 2 })
    }

    /// The contents that decisions have replaced.
    package func replacedContents() throws -> [[UInt8]] { try replacedEntries().map(\.record.content) }

    /// The entries that decisions have replaced in a log of `size` entries, in order.
    private func replacedEntries(size: Int = .max) throws -> [StoredEntry] {
        let numbers = try database.cachedStatement(sql: "SELECT idx FROM replaced WHERE successor < ? ORDER BY idx")
        return try Int.fetchAll(numbers, arguments: [size]).compactMap { try log.entry(at: $0) }
    }

    /// Which entry stands for which since a decision.
    package func replacements() throws -> [Int: Int] {
        let rows = try Row.fetchAll(database, sql: "SELECT idx, successor FROM replaced")
        return Dictionary(try rows.map { try ($0.value(0) as Int, $0.value(1) as Int) }) { first, _ in first }
    }
}
