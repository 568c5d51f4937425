package import AuditModel
package import BundleFormat
package import MerkleTree
package import RecordAnalysis
import RecordContent
package import RecordIngest
package import RecordStore
import StrictJSON

/// The records that a ledger holds of some deployments, as a batch.
package struct HeldRecords {
    /// The batch's number among those of the set it will be part of.
    let batch: Int
    private var collector = RecordCollector()
    private var counts = (transitions: 0, deployments: 0)

    package init(batch: Int) { self.batch = batch }

    /// Where the records of one deployment stand.
    package typealias Owned = (transitions: [RecordReference], deployments: [RecordReference])

    /// Adds what is held of a deployment; returns where it stands.
    package mutating func load(_ deployment: Int, _ reader: LedgerReader) throws -> Owned {
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
    package mutating func finish() -> RecordBatch { collector.finishBatch() }
}

extension HeldRecords {
    /// What the leaf of a record's entry is made of; nil if the content is not that of a record.
    package mutating func head(
        _ record: LedgerReader.StoredRecord, _ kind: LogRecord.Kind, sha256: MerkleDigest, received: Timestamp
    ) -> LogRecord? {
        parse(record, kind, sha256: sha256, received: received)?.head
    }

    /// The same, and whether it is of a transition with an identifier of its own.
    mutating func parse(
        _ record: LedgerReader.StoredRecord, _ kind: LogRecord.Kind, sha256: MerkleDigest, received: Timestamp
    ) -> (head: LogRecord, hasOwnID: Bool)? {
        guard append(record) else { return nil }
        let batch = finish()
        let (id, time): (ByteSlice, Timestamp?)
        if let entry = batch.transitions.first {
            id = entry.deploymentID
            time = entry.transition.time
        } else if let entry = batch.deployments.first {
            id = entry.deploymentID
            time = kind == .deployment ? entry.facts.createdAt : nil
        } else {
            return nil
        }
        let digest = MerkleDigest(ContentDigest.sha256(record.content.span, 0..<record.content.count))
        let head = LogRecord(
            kind: kind, contentSHA256: digest, deploymentID: batch.arena.bytes[id.range], time: time,
            received: received, sha256: sha256, timestampAsReceived: record.asReceived?[...])
        return (head, batch.transitions.first?.transition.hasOwnID ?? false)
    }
}
