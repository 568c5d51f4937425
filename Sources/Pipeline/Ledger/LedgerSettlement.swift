import AuditModel
import BundleFormat
import MerkleTree
import RecordContent
import RecordIngest
import RecordStore
import StrictJSON

/// Decides what becomes of records that come to a ledger, beside those that it holds.
struct LedgerSettlement {
    /// Deployments that are looked at together, so that memory does not grow with what the ledger holds.
    private static let pieceSize = 2048

    /// A record that the ledger accepts.
    struct Arrival {
        var reference: RecordReference
        var kind: LogRecord.Kind
        /// Its deployment's number in the incoming set.
        var deployment: Int
        var place: RecordPlace
    }

    /// A deployment after the run.
    struct Settled {
        /// Its number in the ledger; nil if it is new.
        var number: Int?
        var state: LedgerWriter.DeploymentState
    }

    let incoming: RecordSet
    let received: Timestamp
    private(set) var arrivals: [Arrival] = []
    /// By number in the incoming set; those that nothing changes are left out.
    private(set) var settled: [Int: Settled] = [:]
    private(set) var tally: Tally

    init(_ incoming: RecordSet, received: Timestamp) {
        self.incoming = incoming
        self.received = received
        // The last source stands for what the ledger holds.
        tally = Tally(sources: incoming.sourceCount + 1)
    }

    /// Settles all incoming records; `arrivals` are then in the order in which they came.
    mutating func run(_ reader: LedgerReader, _ watch: ProgressHandler?) throws {
        var progress = Progress()
        (progress.stage, progress.total) = (.comparing, incoming.count)
        for start in stride(from: 0, to: incoming.count, by: Self.pieceSize) {
            progress.done = start
            watch?(progress)
            try settle(start..<min(start + Self.pieceSize, incoming.count), reader)
        }
        tally.findings.remove(source: incoming.sourceCount)
        arrivals.sort { left, right in
            let (a, b) = (left.reference.batch, right.reference.batch)
            if a != b { return a < b }
            return (left.place.offset, left.place.line, left.kind.order) < (
                right.place.offset, right.place.line, right.kind.order
            )
        }
    }

    private mutating func settle(_ range: Range<Int>, _ reader: LedgerReader) throws {
        var held = HeldRecords(batch: incoming.batches.count)
        var (groups, numbers) = (RecordGroups(), [Int?]())
        for deployment in range {
            let number = try reader.deployment(incoming.identifier(deployment))
            numbers.append(number)
            let own = try number.map { try held.load($0, reader) } ?? (transitions: [], deployments: [])
            groups.identifiers.append(incoming.identifiers[deployment])
            groups.transitions.append(own.transitions + incoming.transitions[deployment])
            groups.deployments.append(own.deployments + incoming.deployments[deployment])
        }
        let records = RecordSet(incoming, held: held.take(), groups: groups)
        var assembler = DossierAssembler(records: records, period: nil, copiesContents: false)
        assembler.keepsFirst = true
        assembler.futureAfter = received
        for (index, deployment) in range.enumerated() {
            let before = tally.sources[incoming.sourceCount].duplicates
            assembler.assemble(index, &tally)
            let superseded = tally.sources[incoming.sourceCount].duplicates - before
            take(assembler, deployment, numbers[index], superseded: superseded)
        }
    }

    private mutating func take(
        _ assembler: DossierAssembler, _ deployment: Int, _ number: Int?, superseded: Int
    ) {
        let heldBatch = UInt32(incoming.batches.count)
        let count = arrivals.count
        for reference in assembler.accepted.transitions where reference.batch != heldBatch {
            let place = incoming.batches[Int(reference.batch)].transitions[Int(reference.index)].place
            arrivals.append(Arrival(reference: reference, kind: .transition, deployment: deployment, place: place))
        }
        for reference in assembler.accepted.deployments where reference.batch != heldBatch {
            let entry = incoming.batches[Int(reference.batch)].deployments[Int(reference.index)]
            let kind: LogRecord.Kind = entry.isRow ? .columns : .deployment
            arrivals.append(Arrival(reference: reference, kind: kind, deployment: deployment, place: entry.place))
        }
        guard arrivals.count > count else { return }
        settled[deployment] = Settled(
            number: number, state: LedgerState.of(assembler, superseded: superseded))
    }
}

extension LogRecord.Kind {
    /// Among records of one place: a deployment stands before its history, a row's columns behind its transition.
    fileprivate var order: Int {
        switch self {
        case .deployment: 0
        case .transition: 1
        case .columns: 2
        }
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
