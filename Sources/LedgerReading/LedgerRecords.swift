package import AuditModel
import BundleFormat
package import RecordAnalysis
import RecordIngest
package import RecordStore

/// The records of a ledger that an export needs, and the counts of those that it does not.
package struct LedgerRecords: Sendable {
    package var records: RecordSet
    package var outside: LedgerOutside
    package var intake: LedgerIntake

    /// Reads what may belong to a selection in a log of `size` entries; costs what the selection holds.
    ///
    /// `frozen` are the counts outside, when they were taken at that size before; the intake is that of the runs behind
    /// `start` entries.
    package static func load(
        _ ledger: LedgerFile, _ selection: Selection, start: Int, size: Int, frozen: LedgerOutside?, threads: Int
    ) async throws -> LedgerRecords {
        let days = selection.period.map(LedgerDays.init)
        let read = try ledger.read { reader in
            // The tally is that of the whole log; frozen counts are those of the size that they were taken at.
            guard try frozen != nil || reader.lastRun()?.size == size else { throw LedgerMoved() }
            let numbers = try days.map { try reader.candidates(from: $0.from, to: $0.to) } ?? reader.allDeployments()
            // What is cached of a deployment is its state now.
            let isNow = try reader.lastRun()?.size == size
            return (
                pieces: try pieces(numbers, size, comparesStates: isNow, reader: reader), isNow: isNow,
                acceptances: try reader.acceptances(), tally: try reader.tally(),
                replaced: try reader.replaced(size: size), disputed: try reader.disputedDeployments(size: size),
                intake: try LedgerIntake(reader, from: start, to: size)
            )
        }
        var batches = [RecordBatch]()
        var groups = RecordGroups()
        var tally = LedgerTally()
        try await OrderedTasks.run(count: read.pieces.count, limit: threads) { number in
            try HeldPiece(read.pieces[number], batch: number, days: days, acceptances: read.acceptances)
        } take: { _, piece in
            batches.append(piece.batch)
            groups.append(piece.groups)
            tally.add(piece.tally)
        }
        if read.isNow { try requireWhole(tally, of: read.tally, days) }
        var records = try await RecordSet(held: batches, groups: groups, threads: threads)
        records.disputed = read.disputed
        let outside = frozen ?? LedgerOutside(read.tally, without: tally, days, replaced: read.replaced)
        var intake = read.intake
        intake.sums.deployments = outside.deployments
        return LedgerRecords(records: records, outside: outside, intake: intake)
    }

    /// The stored deployments, in order of the identifiers' bytes; the leaves of their entries are those of the log.
    private static func pieces(
        _ numbers: [Int], _ size: Int, comparesStates: Bool, reader: LedgerReader
    ) throws -> [[HeldPiece.Stored]] {
        var named: [(id: [UInt8], number: Int)] = []
        for number in numbers {
            guard let id = try reader.identifier(of: number) else {
                throw LedgerError(.broken, "deployment \(number): its row is gone, and table activity names it")
            }
            named.append((id, number))
        }
        named.sort { $0.id.lexicographicallyPrecedes($1.id) }
        var blocks: Set<Int> = []
        let records = try reader.records(of: named.map(\.number), size: size)
        for record in records.joined() { blocks.insert(LedgerReader.block(of: record.index)) }
        let pieces = try stride(from: 0, to: named.count, by: 1024).map { start in
            try (start..<min(start + 1024, named.count)).map { place in
                let entry = named[place]
                return HeldPiece.Stored(
                    number: entry.number, id: entry.id, records: records[place],
                    state: comparesStates ? try reader.state(of: entry.number) : nil)
            }
        }
        try reader.requireLeaves(inBlocks: blocks)
        return pieces
    }

    /// Requires that the deployments that were found are all of their days: the counts by day are bound by the log.
    private static func requireWhole(_ own: LedgerTally, of whole: LedgerTally, _ days: LedgerDays?) throws {
        for day in Set(own.days.keys).union(whole.days.keys).sorted() {
            if let days, !(days.from..<days.to).contains(day) { continue }
            let found = own.days[day] ?? .init()
            let expected = whole.days[day] ?? .init()
            guard found != expected else { continue }
            let date = day == LedgerTally.noDay ? "no day" : CalendarDate(daysSinceYearOne: Int64(day)).text
            throw LedgerError(
                .broken,
                "\(date): found \(found.text), table tally has \(expected.text): a row of table activity, deployment "
                    + "or entry was altered, added or removed")
        }
    }
}

extension LedgerTally.Counts {
    fileprivate var text: String {
        "\(deployments) deployments created, \(records) deployment records, \(transitions) transitions"
    }
}

/// A run ended between looking at a ledger's size and reading it.
package struct LedgerMoved: Error {}
