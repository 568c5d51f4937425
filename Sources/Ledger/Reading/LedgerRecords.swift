import AuditModel
import BundleFormat
package import RecordAnalysis
import RecordContent
package import RecordIngest
package import RecordStore
import StrictJSON

/// The records of a ledger that an export needs, and the counts of those that it does not.
struct LedgerRecords: Sendable {
    var records: RecordSet
    var outside: LedgerOutside
    var intake: LedgerIntake

    /// Reads what may belong to a selection in a log of `size` entries; costs what the selection holds.
    ///
    /// `frozen` are the counts outside, when they were taken at that size before; the intake is that of the runs behind
    /// `start` entries.
    static func load(
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
            try HeldPiece(read.pieces[number], batch: number, days, read.acceptances)
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
        let pieces = try stride(from: 0, to: named.count, by: 1024).map { start in
            try named[start..<min(start + 1024, named.count)].map { entry in
                let records = try reader.records(of: entry.number, size: size)
                for record in records { blocks.insert(LedgerReader.block(of: record.index)) }
                return HeldPiece.Stored(
                    number: entry.number, id: entry.id, records: records,
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
            let (found, expected) = (own.days[day] ?? .init(), whole.days[day] ?? .init())
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
struct LedgerMoved: Error {}

/// The whole days that a period touches, since 0001-01-01.
struct LedgerDays: Sendable {
    let from: Int
    /// The first day after them.
    let to: Int

    init(_ period: Period) {
        from = Int(period.from.date.daysSinceYearOne)
        let last = period.to.date
        to = Int(last.daysSinceYearOne) + (last.midnight == period.to ? 0 : 1)
    }

    /// Whether a deployment may belong to the period (``LedgerReader/candidates(from:to:)``).
    func mayHold(_ state: LedgerWriter.DeploymentState) -> Bool {
        state.isSpread || state.activity.keys.contains { from <= $0 && $0 < to }
    }
}

/// Some deployments of a ledger, parsed.
struct HeldPiece: Sendable {
    /// A deployment as it is stored.
    struct Stored: Sendable {
        var number: Int
        var id: [UInt8]
        var records: [LedgerReader.StoredRecord]
        /// What is cached of it; nil where that is not compared.
        var state: LedgerWriter.DeploymentState?
    }

    private(set) var batch = RecordBatch()
    private(set) var groups = RecordGroups()
    /// What the deployments are counted as in the ledger's tally.
    private(set) var tally = LedgerTally()

    init(_ stored: [Stored], batch number: Int, _ days: LedgerDays?, _ acceptances: Acceptances) throws {
        var held = HeldRecords(batch: 0, comparing: acceptances)
        let stored = stored.filter { !$0.records.isEmpty || $0.state != nil }
        let owners = try stored.map { try held.load($0.records) }
        batch = held.finish()
        let all = RecordGroups.of(owners, batch, number: 0)
        var states = DeploymentStates(RecordSet(held: batch, groups: all))
        for (index, own) in owners.enumerated() {
            try batch.requireOwner(stored[index].id, of: own, deployment: stored[index].number)
            let state = states.derive(index)
            if let cached = stored[index].state, cached != state {
                throw LedgerError(
                    .broken, "deployment \(stored[index].number): its cached state is not that of its entries")
            }
            guard days?.mayHold(state) ?? true else { continue }
            tally.add(state, by: 1)
            groups.identifiers.append(all.identifiers[index])
            groups.transitions.append(own.transitions)
            groups.deployments.append(own.deployments)
        }
        groups.renumber(batch: UInt32(number))
    }
}

extension RecordBatch {
    /// Requires that a deployment holds records, all of which name it.
    package func requireOwner(_ id: [UInt8], of own: HeldRecords.Owned, deployment: Int) throws(LedgerError) {
        let identifiers =
            own.transitions.map { transitions[Int($0.index)].deploymentID }
            + own.deployments.map { deployments[Int($0.index)].deploymentID }
        guard identifiers.isEmpty || identifiers.contains(where: { !arena.bytes[$0.range].elementsEqual(id) }) else {
            return
        }
        throw LedgerError(.broken, "deployment \(deployment): holds entries of another deployment, or none")
    }
}

extension RecordGroups {
    /// Groups of what deployments hold in one batch.
    package static func of(_ owners: [HeldRecords.Owned], _ batch: RecordBatch, number: Int) -> RecordGroups {
        var groups = RecordGroups()
        for own in owners {
            let identifier =
                own.transitions.first.map { batch.transitions[Int($0.index)].deploymentID }
                ?? own.deployments.first.map { batch.deployments[Int($0.index)].deploymentID } ?? .none
            groups.identifiers.append(IdentifierSlice(number, identifier))
            groups.transitions.append(own.transitions)
            groups.deployments.append(own.deployments)
        }
        return groups
    }

    /// Says that all records stand in another batch.
    mutating func renumber(batch: UInt32) {
        for index in identifiers.indices { identifiers[index].batch = Int32(batch) }
        for index in transitions.references.indices { transitions.references[index].batch = batch }
        for index in deployments.references.indices { deployments.references[index].batch = batch }
    }
}

/// Counts of what a ledger holds and a period does not touch.
struct LedgerOutside: Sendable, Equatable {
    var reconciliation = Reconciliation()
    /// Deployments of the whole log.
    var deployments = 0

    init(
        _ whole: LedgerTally, without own: LedgerTally, _ days: LedgerDays?, replaced: (transitions: Int, records: Int)
    ) {
        deployments = whole.days.values.reduce(0) { $0 + $1.deployments }
        let superseded = whole.days.values.reduce(0) { $0 + $1.superseded }
        add(superseded + replaced.transitions, .superseded, kind: \.transitions)
        add(replaced.records, .superseded, kind: \.deploymentRecords)
        guard let days else { return }
        for (day, counts) in whole.days {
            let here = own.days[day] ?? LedgerTally.Counts()
            let destination: Selection.Destination =
                day == LedgerTally.noDay ? .notAssignable : day < days.to ? .before : .after
            add(counts.records - here.records, destination, kind: \.deploymentRecords)
            add(counts.transitions - here.transitions, destination, kind: \.transitions)
        }
    }

    private mutating func add(
        _ count: Int, _ destination: Selection.Destination, kind: WritableKeyPath<Reconciliation, [Int]>
    ) {
        reconciliation[keyPath: kind][destination.rawValue] += count
    }

    /// As it stands in the entry of a seal.
    var value: JSONValue {
        func list(_ counts: [Int]) -> JSONValue { .array(counts.map { .integer(Int64($0)) }) }
        return .object([
            "deploymentRecords": list(reconciliation.deploymentRecords), "deployments": .integer(Int64(deployments)),
            "transitions": list(reconciliation.transitions),
        ])
    }

    init?(_ value: JSONValue?) {
        func list(_ name: String) -> [Int]? {
            value?[name]?.array.map { $0.compactMap { $0.integer.map(Int.init) } }
        }
        let count = Selection.Destination.allCases.count
        guard let records = list("deploymentRecords"), let transitions = list("transitions"),
            let deployments = value?["deployments"]?.integer, records.count <= count,
            transitions.count == records.count
        else { return nil }
        // An entry that was made when there were fewer destinations: nothing went to the others.
        let missing = [Int](repeating: 0, count: count - records.count)
        reconciliation.deploymentRecords = records + missing
        reconciliation.transitions = transitions + missing
        self.deployments = Int(deployments)
    }
}
