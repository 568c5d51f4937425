import AuditModel
import BundleFormat
package import RecordAnalysis
import RecordIngest
package import RecordStore

/// The records of a ledger that an export needs, and the counts of those that it does not.
package struct LedgerRecords: Sendable {
    /// In parts if they do not fit into the memory.
    package var records: RecordParts
    package var outside: LedgerOutside
    package var intake: LedgerIntake

    /// Reads what may belong to the selection of the options in a log of `size` entries; costs what the selection holds.
    ///
    /// `frozen` are the counts outside, when they were taken at that size before; the intake is that of the runs behind
    /// `start` entries.
    package static func load(
        _ ledger: LedgerFile, _ options: AnalysisOptions, start: Int, size: Int, frozen: LedgerOutside?
    ) async throws -> LedgerRecords {
        let days = options.selection.period.map(LedgerDays.init)
        let read = try ledger.read { reader in
            // The tally is that of the whole log; frozen counts are those of the size that they were taken at.
            let isNow = try reader.lastRun()?.size == size
            guard frozen != nil || isNow else { throw LedgerMoved() }
            return (
                numbers: try days.map { try reader.candidates(from: $0.from, to: $0.to) } ?? reader.allDeployments(),
                isNow: isNow, acceptances: try reader.acceptances(), tally: try reader.tally(),
                replaced: try reader.replaced(size: size), disputed: try reader.disputedDeployments(size: size),
                intake: try LedgerIntake(reader, from: start, to: size)
            )
        }
        var source = HeldSource(memory: options.memory)
        var tally = LedgerTally()
        var stored = StoredPieces(ledger, read.numbers, logSize: size, readSize: source.readSize)
        while let pieces = try stored.next(threads: options.threads) {
            var batches: [RecordBatch] = []
            try await OrderedTasks.run(count: pieces.count, limit: options.threads) { number in
                try HeldPiece(pieces[number], days: days, acceptances: read.acceptances)
            } take: { _, piece in
                batches.append(piece.batch)
                tally.add(piece.tally)
            }
            for batch in batches { try await source.append(batch) }
        }
        if read.isNow { try requireWhole(tally, of: read.tally, days) }
        let records = try await source.finish(disputed: read.disputed, threads: options.threads)
        let outside = frozen ?? LedgerOutside(read.tally, without: tally, days, replaced: read.replaced)
        var intake = read.intake
        intake.sums.deployments = outside.deployments
        return LedgerRecords(records: records, outside: outside, intake: intake)
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
