import AuditModel
import BundleFormat
import MerkleTree
import RecordAnalysis
import RecordContent
import RecordIngest
import RecordStore
import StrictJSON

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
        for record in records where !append(record) {
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
        let batch = held.finish()
        return RecordSet(held: batch, groups: RecordGroups.of([own], batch, number: 0))
    }

    /// The offset of a record's position is the index of its entry.
    mutating func append(_ record: LedgerReader.StoredRecord) -> Bool {
        let position = RecordPosition(line: 0, offset: record.index)
        defer { recount() }
        return switch LogRecord.Kind(rawValue: record.kind) {
        case .transition:
            collector.collectStored(transition: record.content, asReceived: record.asReceived, at: position)
        case .deployment: collector.collectStored(deployment: record.content, isRow: false, at: position)
        case .columns: collector.collectStored(deployment: record.content, isRow: true, at: position)
        case nil: false
        }
    }

    private mutating func recount() {
        counts = (collector.batch.transitions.count, collector.batch.deployments.count)
    }

    /// The batch.
    mutating func finish() -> RecordBatch { collector.finishBatch() }
}
