package import AuditModel
import Foundation
import GRDB

/// Sealed periods, answers and breaks.
extension LedgerReader {
    /// The sealed positions of a series from a sequence number on, in order; of all series if none is named.
    package func seals(_ series: String? = nil, from sequence: Int = 1) throws -> [SealEntry] {
        let rows = try Data.fetchAll(
            database, sql: "SELECT body FROM seal WHERE (?1 IS NULL OR series = ?1) AND sequence >= ?2 ORDER BY number",
            arguments: [series, sequence])
        return try rows.map(seal)
    }

    /// The sealed positions of a series up to a sequence number, in order.
    package func seals(_ series: String, to sequence: Int) throws -> [SealEntry] {
        try Data.fetchAll(
            database, sql: "SELECT body FROM seal WHERE series = ? AND sequence <= ? ORDER BY number",
            arguments: [series, sequence]
        ).map(seal)
    }

    /// The last position of a series; nil before the first.
    package func lastSeal(_ series: String) throws -> SealEntry? {
        try Data.fetchOne(
            database, sql: "SELECT body FROM seal WHERE series = ? ORDER BY sequence DESC LIMIT 1", arguments: [series]
        ).map(seal)
    }

    /// The position of a series that reaches furthest; nil before the first.
    package func furthestSeal(_ series: String) throws -> SealEntry? {
        try Data.fetchOne(
            database, sql: "SELECT body FROM seal WHERE series = ? ORDER BY end DESC, sequence LIMIT 1",
            arguments: [series]
        ).map(seal)
    }

    /// When the bundles of a series were sealed by the machine's clock, by sequence; those that are not known are left out.
    package func sealingTimes(_ series: String) throws -> [Int: Timestamp] {
        guard try database.tableExists("sealing") else { return [:] }
        let rows = try Row.fetchAll(
            database,
            sql: "SELECT sequence, clock FROM sealing JOIN seal USING (idx) WHERE series = ?", arguments: [series])
        return Dictionary(
            try rows.map { (try $0.count(0), try $0.time(1)) }, uniquingKeysWith: { max($0, $1) })
    }

    /// The names of all series, in order.
    package func series() throws -> [String] {
        try String.fetchAll(database, sql: "SELECT DISTINCT series FROM seal ORDER BY 1")
    }

    /// Whether any series has a bundle of that name.
    package func hasSeal(named name: String) throws -> Bool {
        // The name stands in the canonical entry as it is: names of bundles have no characters to be escaped.
        let member = Data("\"name\":\"\(name)\",\"received\":".utf8)
        return try Int.fetchOne(
            database, sql: "SELECT 1 FROM seal WHERE instr(body, ?) > 0 LIMIT 1", arguments: [member])
            != nil
    }

    private func seal(_ data: Data) throws -> SealEntry {
        guard let seal = SealEntry(Array(data)) else {
            throw LedgerError(.broken, "a row of table seal is not the entry of a seal")
        }
        return seal
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

    /// Every answer that was given under an idempotency key, in order.
    package func requests() throws -> [RequestEntry] {
        try Data.fetchAll(database, sql: "SELECT body FROM request ORDER BY number").compactMap { data in
            guard case .request(let request)? = ParsedEntry(Array(data)) else { return nil }
            return request
        }
    }

    /// The entry that a run was made for, if it read no sources: a seal, a decision, an answer or a recovery.
    ///
    /// It is one of the run's last four.
    package func ownEntry(ofRun run: Int) throws -> [UInt8]? {
        let ends = try Row.fetchOne(
            database,
            sql: "SELECT size, (SELECT coalesce(max(size), 0) FROM run WHERE number < ?1) FROM run WHERE number = ?1",
            arguments: [run])
        guard let ends else { return nil }
        let end = try ends.count(0)
        var own: [UInt8]?
        try log.forEachEntry(from: max(try ends.count(1), end - 4), to: end) { entry in
            guard entry.record.kind == 0, own == nil else { return }
            switch ParsedEntry(entry.record.content) {
            case .seal, .decision, .request, .recovery: own = entry.record.content
            case .key, .run, nil: break
            }
        }
        return own
    }

    /// The breaks that a log declares, the oldest first: they open a log, before its first record.
    package func breaks() throws -> [RecoveryEntry] {
        var breaks: [RecoveryEntry] = []
        var index = 0
        while let record = try log.entry(at: index)?.record, record.kind == 0 {
            if case .recovery(let entry)? = ParsedEntry(record.content) { breaks.append(entry) }
            index += 1
        }
        return breaks
    }
}
