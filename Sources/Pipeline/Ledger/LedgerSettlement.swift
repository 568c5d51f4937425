import AuditModel
import BundleFormat
import MerkleTree
import RecordContent
import RecordIngest
import RecordStore
import StrictJSON

/// Decides what becomes of records that come to a ledger, beside those that it holds.
struct LedgerSettlement: Sendable {
    /// Deployments that are looked at together, so that memory does not grow with what the ledger holds.
    private static let pieceSize = 2048

    /// A deployment after the run.
    struct Settled: Sendable {
        /// Its number in the ledger; nil if it is new.
        var number: Int?
        var state: LedgerWriter.DeploymentState
    }

    /// What is accepted, by deployment.
    private(set) var arrivals: [LedgerArrivals.Arrival] = []
    /// By number in the incoming set; nil for those that nothing changes.
    private(set) var settled: [Settled?] = []
    private(set) var tally: Tally

    /// Settles all incoming records beside what the ledger holds, on several threads.
    static func of(
        _ incoming: RecordSet, _ ledger: Ledger, received: Timestamp, threads: Int, _ watch: ProgressHandler?
    ) async throws -> LedgerSettlement {
        var whole = LedgerSettlement(sourceCount: incoming.sourceCount)
        var progress = Progress()
        (progress.stage, progress.total) = (.comparing, incoming.count)
        let pieces = (incoming.count + pieceSize - 1) / pieceSize
        try await OrderedTasks.run(count: pieces, limit: threads) { piece in
            let range = piece * pieceSize..<min((piece + 1) * pieceSize, incoming.count)
            let held = try ledger.read { try HeldBeside(range, incoming, $0) }
            var part = LedgerSettlement(sourceCount: incoming.sourceCount)
            part.settle(range, incoming, held, received: received)
            return part
        } take: { _, part in
            whole.append(part)
            progress.done = whole.settled.count
            watch?(progress)
        }
        whole.tally.findings.remove(source: incoming.sourceCount)
        return whole
    }

    private init(sourceCount: Int) {
        // The last source stands for what the ledger holds.
        tally = Tally(sources: sourceCount + 1)
    }

    private mutating func append(_ part: LedgerSettlement) {
        arrivals += part.arrivals
        settled += part.settled
        tally.merge(part.tally)
    }

    private mutating func settle(
        _ range: Range<Int>, _ incoming: RecordSet, _ held: HeldBeside, received: Timestamp
    ) {
        let source = incoming.sourceCount
        var assembler = DossierAssembler(records: held.records, period: nil, copiesContents: false)
        assembler.keepsFirst = true
        assembler.futureAfter = received
        for (index, deployment) in range.enumerated() {
            let before = tally.sources[source].duplicates
            assembler.assemble(index, &tally)
            let superseded = tally.sources[source].duplicates - before
            take(assembler, deployment, incoming, held.numbers[index], superseded: superseded)
        }
    }

    private mutating func take(
        _ assembler: DossierAssembler, _ deployment: Int, _ incoming: RecordSet, _ number: Int?, superseded: Int
    ) {
        let heldBatch = UInt32(incoming.batches.count)
        let count = arrivals.count
        for reference in assembler.accepted.transitions where reference.batch != heldBatch {
            arrivals.append(.init(reference: reference, kind: .transition, deployment: Int32(deployment)))
        }
        for reference in assembler.accepted.deployments where reference.batch != heldBatch {
            let entry = incoming.batches[Int(reference.batch)].deployments[Int(reference.index)]
            let kind: LogRecord.Kind = entry.isRow ? .columns : .deployment
            arrivals.append(.init(reference: reference, kind: kind, deployment: Int32(deployment)))
        }
        let isChanged = arrivals.count > count
        settled.append(
            isChanged ? Settled(number: number, state: LedgerState.of(assembler, superseded: superseded)) : nil)
    }
}

/// Some deployments of an incoming set, each behind what a ledger holds of it.
private struct HeldBeside: Sendable {
    let records: RecordSet
    /// Of each deployment its number in the ledger; nil if that has none.
    private(set) var numbers: [Int?] = []

    init(_ range: Range<Int>, _ incoming: RecordSet, _ reader: LedgerReader) throws {
        var held = HeldRecords(batch: incoming.batches.count)
        var groups = RecordGroups()
        let isEmpty = try reader.lastRun() == nil
        for deployment in range {
            let number = isEmpty ? nil : try reader.deployment(incoming.identifier(deployment))
            numbers.append(number)
            let own = try number.map { try held.load($0, reader) } ?? (transitions: [], deployments: [])
            groups.identifiers.append(incoming.identifiers[deployment])
            groups.transitions.append(own.transitions + incoming.transitions[deployment])
            groups.deployments.append(own.deployments + incoming.deployments[deployment])
        }
        records = RecordSet(incoming, held: held.take(), groups: groups)
    }
}

/// What a ledger keeps of a deployment beside its entries.
enum LedgerState {
    static func of(_ assembler: DossierAssembler, superseded: Int) -> LedgerWriter.DeploymentState {
        let dossier = assembler.dossier
        var state = LedgerWriter.DeploymentState()
        let created = dossier.members.createdAt ?? assembler.earliest
        state.day = created.map { Int($0.date.daysSinceYearOne) }
        state.records = dossier.recordCount
        state.transitions = dossier.transitions.count + superseded
        state.superseded = superseded
        func text(_ slice: ByteSlice) -> [UInt8]? { slice.isEmpty ? nil : Array(dossier.bytes[slice.range]) }
        state.network = text(dossier.members.network)
        state.tokenType = text(dossier.members.tokenType)
        state.deployedBy = text(dossier.members.deployedBy)
        for transition in dossier.transitions {
            state.activity[Int(transition.time.date.daysSinceYearOne), default: 0] += 1
        }
        state.isOdd = isOdd(state)
        if let day = state.day { state.activity[day, default: 0] += 0 }
        return state
    }

    /// Whether the day of creation does not tell where all of it belongs (``LedgerWriter/DeploymentState/isOdd``).
    private static func isOdd(_ state: LedgerWriter.DeploymentState) -> Bool {
        guard let day = state.day else { return !state.activity.isEmpty }
        return state.activity.keys.contains { $0 < day }
    }
}

/// The records that a ledger holds of some deployments, as a batch.
struct HeldRecords {
    /// The batch's number among those of the set it will be part of.
    let batch: Int
    private var collector = RecordCollector()
    private var counts = (transitions: 0, deployments: 0)

    init(batch: Int) { self.batch = batch }

    /// Where the records of one deployment stand.
    typealias Owned = (transitions: [RecordReference], deployments: [RecordReference])

    /// Adds what is held of a deployment; returns where it stands.
    mutating func load(_ deployment: Int, _ reader: LedgerReader) throws -> Owned {
        try load(reader.records(of: deployment))
    }

    /// Adds the records of a deployment; returns where they stand.
    mutating func load(_ records: [LedgerReader.StoredRecord]) throws -> Owned {
        let start = counts
        for record in records where !take(record) {
            throw LedgerError(.broken, "entry \(record.index) of the ledger is no record")
        }
        return (
            (start.transitions..<counts.transitions).map { RecordReference(batch, $0) },
            (start.deployments..<counts.deployments).map { RecordReference(batch, $0) }
        )
    }

    /// The records of one deployment, as a set of their own.
    static func set(of records: [LedgerReader.StoredRecord]) throws -> RecordSet {
        var held = HeldRecords(batch: 0)
        let own = try held.load(records)
        let batch = held.take()
        return RecordSet(held: batch, groups: RecordGroups.of([own], batch, 0))
    }

    /// A record's place is its entry's number.
    mutating func take(_ record: LedgerReader.StoredRecord) -> Bool {
        let place = RecordPlace(line: 0, offset: record.index)
        defer { recount() }
        return switch LogRecord.Kind(rawValue: record.kind) {
        case .transition: collector.takeStored(transition: record.content, asReceived: record.asReceived, place)
        case .deployment: collector.takeStored(deployment: record.content, isRow: false, place)
        case .columns: collector.takeStored(deployment: record.content, isRow: true, place)
        case nil: false
        }
    }

    private mutating func recount() {
        counts = (collector.batch.transitions.count, collector.batch.deployments.count)
    }

    /// The batch.
    mutating func take() -> RecordBatch { collector.takeBatch() }
}
