import AuditModel
import Crypto
import Foundation
import GRDB
import MerkleTree
package import StrictJSON

/// What the log says of the rest of the file, compared with it before anything is made of that.
///
/// Everything goes back to the root that the checkpoint signs: the root covers the digests of blocks, these the leaves, a leaf
/// its entry, and the entry that ends a run the run's rows and the small tables. Each step costs what is read, not what the
/// ledger holds.
extension LedgerReader {
    /// A run as table `run` has it.
    private typealias StoredRun = (run: Run, received: Timestamp, keepsRaw: Bool)

    /// The digests of the small tables that are made from the log, as the end of a run binds them.
    package func boundTables() throws -> JSONValue {
        var members: [String: JSONValue] = [:]
        for table in BoundTable.allCases {
            var hasher = SHA256()
            let rows = try String.fetchCursor(database, sql: table.query)
            while let row = try rows.next() {
                hasher.update(data: Data(row.utf8))
                hasher.update(data: [0x0A])
            }
            members[table.rawValue] = .string(MerkleDigest(hasher.finalize()).hexadecimal)
        }
        return .object(members)
    }

    /// Requires that schema, root, last run and the tables that are made from the log are what the log says.
    ///
    /// The root is compared with the signed checkpoint by whoever opens the ledger. Throws ``LedgerError``, `broken`.
    package func requireIntegrity() throws {
        guard try LedgerSchema.isOwn(database) else { throw LedgerError(.broken, LedgerSchema.otherSchema) }
        guard let last = try lastStoredRun() else { return }
        guard try root(size: last.run.size) == last.run.root else {
            throw LedgerError(.broken, "the leaves of the log do not give the root of run \(last.run.number)")
        }
        try requireLeaves(inBlocks: [LedgerReader.block(of: last.run.size - 1)])
        try requireTables(at: last)
        try requireConflicts(upTo: last.run.size)
    }

    /// Whether the last run binds the tables that are made from the log; true for an empty ledger.
    package func bindsTables() throws -> Bool {
        guard let last = try lastStoredRun() else { return true }
        return try end(of: last)["tables"] != nil
    }

    private func requireTables(at last: StoredRun) throws {
        // A ledger of an earlier version: the next run binds them as they are.
        guard let stated = try requireEnd(of: last, rehashing: false)["tables"] else { return }
        let found = try boundTables()
        for table in BoundTable.allCases where stated[table.rawValue] != found[table.rawValue] {
            throw LedgerError(
                .broken,
                "table \(table.table): a row was altered, added or removed since run \(last.run.number), which binds it"
            )
        }
    }

    /// The runs that brought contradicting records say from which size of the log on these count.
    private func requireConflicts(upTo size: Int) throws {
        let runs = try Int.fetchAll(database, sql: "SELECT DISTINCT run FROM quarantine WHERE kind = 'conflict'")
        try requireRuns(Set(runs), rehashing: false)
    }

    /// Requires that sources, findings and quarantine of some runs are what the log says.
    package func requireRows(ofRuns numbers: Set<Int>) throws { try requireRuns(numbers, rehashing: true) }

    private func requireRuns(_ numbers: Set<Int>, rehashing: Bool) throws {
        var blocks: Set<Int> = []
        for number in numbers.sorted() {
            guard let run = try storedRun(number) else {
                throw LedgerError(.broken, "run \(number): its row is gone, and other rows are of it")
            }
            _ = try requireEnd(of: run, rehashing: rehashing)
            blocks.insert(LedgerReader.block(of: run.run.size - 1))
        }
        try requireLeaves(inBlocks: blocks)
    }

    /// Requires that the runs between two sizes of the log, and their sources, findings and quarantine, are what the log says.
    package func requireRuns(from: Int, to: Int) throws {
        let runs = try storedRuns("size > ? AND size <= ? ORDER BY size", [from, to])
        var blocks: Set<Int> = []
        for run in runs {
            _ = try requireEnd(of: run, rehashing: true)
            blocks.insert(LedgerReader.block(of: run.run.size - 1))
        }
        try requireLeaves(inBlocks: blocks)
        let first = try sources(before: from)
        let numbers = try sourceNumbers(from: from, to: to)
        guard numbers.elementsEqual((first + 1)..<(first + 1 + numbers.count)) else {
            throw LedgerError(.broken, "table source: a row before number \(first + 1) was removed, or added")
        }
    }

    /// Requires that the log has as many transitions and deployment records as the counts by day say; looks at all entries.
    package func requireKinds() throws {
        let days = try tally().days.values
        let replaced = try replaced(size: .max)
        let found = try kinds()
        let transitions = days.reduce(replaced.transitions) { $0 + $1.transitions + $1.superseded }
        let records = days.reduce(replaced.records) { $0 + $1.records }
        guard found != (transitions, records) else { return }
        throw LedgerError(
            .broken,
            "the log has \(found.0) transitions and \(found.1) deployment records, table tally \(transitions) and "
                + "\(records): a row was altered, added or removed")
    }

    /// The block that holds the leaf of an entry.
    package static func block(of index: Int) -> Int { index >> LedgerBlock.level }

    /// Requires that the leaves of blocks give the digests that the root is made of.
    ///
    /// Behind the last whole block the root is made of the leaves themselves.
    package func requireLeaves(inBlocks blocks: Set<Int>) throws {
        guard !blocks.isEmpty else { return }
        let whole = (try lastRun()?.size ?? 0) >> LedgerBlock.level
        for number in blocks.sorted() where number < whole {
            let stored = try Data.fetchOne(
                database, sql: "SELECT digest FROM block WHERE number = ?", arguments: [number])
            let start = number << LedgerBlock.level
            let end = start + (1 << LedgerBlock.level)
            var range = CompactRange()
            for leaf in try leaves(from: start, to: end) { range.append(leaf) }
            guard let stored, let digest = MerkleDigest(Array(stored)), range.hashes == [digest] else {
                throw LedgerError(
                    .broken,
                    "entries \(start) to \(end - 1): a leaf was altered, added or removed")
            }
        }
    }

    /// What the entry that ends a run says, which has to be what the run's row says and, if `rehashing`, the run's other rows.
    private func requireEnd(of run: StoredRun, rehashing: Bool) throws -> JSONValue {
        let value = try end(of: run)
        var digests: [LedgerTable: MerkleDigest] = [:]
        if rehashing {
            digests = try self.digests(ofRun: run.run.number)
            for table in LedgerTable.ofRuns where value[table.rawValue]?.string != digests[table]?.hexadecimal {
                throw LedgerError(
                    .broken,
                    "run \(run.run.number): a row of table \(table.rawValue) was altered, added or removed")
            }
        } else {
            for table in LedgerTable.ofRuns {
                digests[table] = value[table.rawValue]?.string.flatMap { MerkleDigest(hexadecimal: $0) }
            }
        }
        let expected = LedgerEntry.run(
            run.run.number, digests: digests, received: run.received, keepsRaw: run.keepsRaw, tables: value["tables"])
        guard expected == value.bytes else {
            throw LedgerError(.broken, "run \(run.run.number): its row is not what its last entry says")
        }
        return value
    }

    /// The entry that ends a run, which has to give its leaf.
    private func end(of run: StoredRun) throws -> JSONValue {
        let index = run.run.size - 1
        guard let record = try log.entry(at: index)?.record, record.kind == 0,
            MerkleHash.leaf(record.content) == record.leaf, let value = try? JSONValue(parsing: record.content)
        else { throw LedgerError(.broken, "entry \(index): altered, it does not end run \(run.run.number)") }
        return value
    }

    private func lastStoredRun() throws -> StoredRun? { try storedRuns("1 ORDER BY number DESC LIMIT 1", []).first }

    private func storedRun(_ number: Int) throws -> StoredRun? { try storedRuns("number = ?", [number]).first }

    private func storedRuns(_ condition: String, _ arguments: StatementArguments) throws -> [StoredRun] {
        try Row.fetchAll(
            database, sql: "SELECT number, size, root, received, keepsRaw FROM run WHERE \(condition)",
            arguments: arguments
        ).map { try ($0.run(), $0.time(3), $0.value(4)) }
    }
}
