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
    /// When entries were accepted; nil for records that are not compared with their leaves.
    private let acceptances: Acceptances?

    /// `acceptances` has each record that is added compared with its leaf in the log.
    package init(batch: Int, comparing acceptances: Acceptances? = nil) {
        self.batch = batch
        self.acceptances = acceptances
    }

    /// Where the records of one deployment stand.
    package typealias Owned = (transitions: [RecordReference], deployments: [RecordReference])

    /// Requires that the entries of records give the leaves that the log has of them.
    package static func requireUnaltered(_ records: [LedgerReader.StoredRecord], _ reader: LedgerReader) throws {
        _ = try set(of: records, comparing: reader.acceptances())
        try reader.requireLeaves(inBlocks: Set(records.map { LedgerReader.block(of: $0.index) }))
    }

    /// Adds what is held of a deployment; returns where it stands.
    package mutating func load(_ deployment: Int, _ reader: LedgerReader) throws -> Owned {
        try load(reader.records(of: deployment))
    }

    /// Adds the records of a deployment; returns where they stand.
    package mutating func load(_ records: [LedgerReader.StoredRecord]) throws -> Owned {
        let start = counts
        for record in records {
            guard append(record) else {
                throw LedgerError(.broken, "entry \(record.index) of the ledger is no record")
            }
            guard let acceptances else { continue }
            guard let head = lastHead(record, received: acceptances.time(of: record.index)), head.leaf == record.leaf
            else {
                throw LedgerError(.broken, "entry \(record.index): altered, its record does not give its leaf")
            }
        }
        return (
            (start.transitions..<counts.transitions).map { RecordReference(batch, $0) },
            (start.deployments..<counts.deployments).map { RecordReference(batch, $0) }
        )
    }

    /// The records of one deployment, as a set of their own.
    package static func set(
        of records: [LedgerReader.StoredRecord], comparing acceptances: Acceptances? = nil
    ) throws -> RecordSet {
        var held = HeldRecords(batch: 0, comparing: acceptances)
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
    package mutating func parse(
        _ record: LedgerReader.StoredRecord, _ kind: LogRecord.Kind, sha256: MerkleDigest, received: Timestamp
    ) -> (head: LogRecord, hasOwnID: Bool)? {
        guard append(record) else { return nil }
        let head = lastHead(record, kind: kind, sha256: sha256, received: received)
        let batch = finish()
        guard let head else { return nil }
        return (head, batch.transitions.first?.transition.hasOwnID ?? false)
    }

    private func lastHead(_ record: LedgerReader.StoredRecord, received: Timestamp) -> LogRecord? {
        guard let kind = LogRecord.Kind(rawValue: record.kind), let sha256 = MerkleDigest(record.sha256) else {
            return nil
        }
        return lastHead(record, kind: kind, sha256: sha256, received: received)
    }

    /// What the leaf of the entry of the record is made of that was added last.
    private func lastHead(
        _ record: LedgerReader.StoredRecord, kind: LogRecord.Kind, sha256: MerkleDigest, received: Timestamp
    ) -> LogRecord? {
        let (id, time): (ByteSlice, Timestamp?)
        if kind == .transition {
            guard let entry = collector.batch.transitions.last else { return nil }
            id = entry.deploymentID
            time = entry.transition.time
        } else {
            guard let entry = collector.batch.deployments.last else { return nil }
            id = entry.deploymentID
            time = kind == .deployment ? entry.facts.createdAt : nil
        }
        return LogRecord(
            kind: kind,
            contentSHA256: MerkleDigest(ContentDigest.sha256(record.content.span, 0..<record.content.count)),
            deploymentID: collector.batch.arena.bytes[id.range], time: time, received: received, sha256: sha256,
            timestampAsReceived: record.asReceived?[...])
    }
}
