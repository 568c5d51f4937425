import AuditModel
import BundleFormat
import LedgerReading
import RecordAnalysis
import RecordContent
import RecordIngest
import RecordIntake
import RecordStore

/// Decides what becomes of records that come to a ledger, beside those that it holds.
struct IngestDecisions: Sendable {
    /// Deployments that are looked at together, so that memory does not grow with what the ledger holds.
    private static let pieceSize = 2048

    /// A deployment after the ingest.
    struct DecidedDeployment: Sendable {
        /// Its number in the ledger; nil if it is new.
        var number: Int?
        var state: LedgerWriter.DeploymentState
    }

    /// What is accepted, by deployment.
    private(set) var arrivals: [AcceptedRecord] = []
    /// By number in the incoming set; nil for those that nothing changes.
    private(set) var decided: [DecidedDeployment?] = []
    private(set) var tally: Tally
    /// Blocks of the log whose entries the incoming records stood beside.
    private(set) var blocks: Set<Int> = []

    /// Decides on all records of a set beside what the ledger holds, on several threads.
    ///
    /// `watch` is told how many deployments have been decided on.
    static func decide(
        _ incoming: RecordSet, _ ledger: LedgerFile, acceptances: Acceptances, received: Timestamp, threads: Int,
        watch: (Int) -> Void
    ) async throws -> IngestDecisions {
        var whole = IngestDecisions(sourceCount: incoming.sourceCount)
        let pieces = (incoming.count + pieceSize - 1) / pieceSize
        try await OrderedTasks.run(count: pieces, limit: threads) { piece in
            let range = piece * pieceSize..<min((piece + 1) * pieceSize, incoming.count)
            let held = try ledger.read { try HeldBeside(range, incoming, reader: $0, acceptances: acceptances) }
            var part = IngestDecisions(sourceCount: incoming.sourceCount)
            part.decide(range, incoming, beside: held, received: received)
            return part
        } take: { _, part in
            whole.append(part)
            watch(whole.decided.count)
        }
        return whole
    }

    private init(sourceCount: Int) {
        // The last source stands for what the ledger holds.
        tally = Tally(sources: sourceCount + 1)
    }

    private mutating func append(_ part: IngestDecisions) {
        arrivals += part.arrivals
        decided += part.decided
        tally.merge(part.tally)
        blocks.formUnion(part.blocks)
    }

    private mutating func decide(
        _ range: Range<Int>, _ incoming: RecordSet, beside held: HeldBeside, received: Timestamp
    ) {
        var states = DeploymentStates(held.records, futureAfter: received)
        for (index, deployment) in range.enumerated() {
            states.assemble(index)
            add(states, deployment, incoming: incoming, number: held.numbers[index])
        }
        tally = states.tally
        blocks = held.blocks
    }

    private mutating func add(_ states: DeploymentStates, _ deployment: Int, incoming: RecordSet, number: Int?) {
        let heldBatch = UInt32(incoming.batches.count)
        let count = arrivals.count
        for reference in states.accepted.transitions where reference.batch != heldBatch {
            arrivals.append(.init(reference: reference, kind: .transition, deployment: Int32(deployment)))
        }
        for reference in states.accepted.deployments where reference.batch != heldBatch {
            let entry = incoming.batches[Int(reference.batch)].deployments[Int(reference.index)]
            let kind: LogRecord.Kind = entry.isRow ? .columns : .deployment
            arrivals.append(.init(reference: reference, kind: kind, deployment: Int32(deployment)))
        }
        let isChanged = arrivals.count > count
        decided.append(isChanged ? DecidedDeployment(number: number, state: states.state) : nil)
    }
}

/// Some deployments of an incoming set, each behind what a ledger holds of it.
private struct HeldBeside: Sendable {
    let records: RecordSet
    /// Of each deployment its number in the ledger; nil if that has none.
    private(set) var numbers: [Int?] = []
    private(set) var blocks: Set<Int> = []

    /// What is held has to give its leaves: a record that somebody edited would be signed as a contradiction.
    init(_ range: Range<Int>, _ incoming: RecordSet, reader: LedgerReader, acceptances: Acceptances) throws {
        var held = HeldRecords(batch: incoming.batches.count, comparing: acceptances)
        var groups = RecordGroups()
        let isEmpty = try reader.lastRun() == nil
        numbers = try range.map { isEmpty ? nil : try reader.deployment(incoming.identifier($0)) }
        var records = try reader.records(of: numbers.compactMap(\.self)).makeIterator()
        for (deployment, number) in zip(range, numbers) {
            let stored = number == nil ? [] : records.next() ?? []
            for record in stored { blocks.insert(LedgerReader.block(of: record.index)) }
            let own = try held.load(stored)
            groups.identifiers.append(incoming.identifiers[deployment])
            groups.transitions.append(own.transitions + incoming.transitions[deployment])
            groups.deployments.append(own.deployments + incoming.deployments[deployment])
        }
        self.records = RecordSet(incoming, held: held.finish(), groups: groups)
    }
}
