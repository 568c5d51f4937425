import AuditModel
import BundleFormat
import MerkleTree
import RecordAnalysis
import RecordContent
import RecordIngest
import RecordStore
import StrictJSON

/// A record that a ledger accepts.
struct AcceptedRecord: Sendable {
    var reference: RecordReference
    var kind: LogRecord.Kind
    /// Its deployment's number in the incoming set.
    var deployment: Int32
}

/// Where the entry of a record stands among those of its source: in the order of its stretches, then of its position.
struct EntryPlace: Sendable {
    /// The number of its stretch: an object that is too large to be held comes after its history, which earlier stretches have.
    var stretch: UInt32
    var line: Int
    var offset: Int
    /// Among records of one position: a deployment stands before its history, a row's columns behind its transition.
    private var kind: UInt8

    init(stretch: UInt32, line: Int, offset: Int, kind: LogRecord.Kind) {
        self.stretch = stretch
        self.line = line
        self.offset = offset
        self.kind =
            switch kind {
            case .deployment: 0
            case .transition: 1
            case .columns: 2
            }
    }

    func precedes(_ other: EntryPlace) -> Bool {
        if stretch != other.stretch { return stretch < other.stretch }
        if offset != other.offset { return offset < other.offset }
        if line != other.line { return line < other.line }
        return kind < other.kind
    }
}

extension Sequence {
    /// The elements in the order of their entries; those of one place stay in the order that they have.
    func inEntryOrder(_ place: (Element) -> EntryPlace) -> [Element] {
        enumerated().map { (place: place($0.element), number: $0.offset, element: $0.element) }.sorted { left, right in
            if left.place.precedes(right.place) { return true }
            return right.place.precedes(left.place) ? false : left.number < right.number
        }.map(\.element)
    }
}

/// Accepted records of one batch in the order of their entries, with the leaves of these.
struct AcceptedPiece: Sendable {
    var records: [AcceptedRecord]
    var leaves: [MerkleDigest]

    /// The accepted records of a set, batch by batch; `received` is the time that their entries name.
    static func pieces(
        _ accepted: [AcceptedRecord], of incoming: RecordSet, received: Timestamp, threads: Int
    ) async throws -> [AcceptedPiece] {
        var byBatch = [[AcceptedRecord]](repeating: [], count: incoming.batches.count)
        for record in accepted { byBatch[Int(record.reference.batch)].append(record) }
        let unordered = byBatch
        var pieces: [AcceptedPiece] = []
        try await OrderedTasks.run(count: unordered.count, limit: threads) { batch in
            AcceptedPiece(unordered[batch], of: incoming.batches[batch], received: received)
        } take: { _, piece in
            pieces.append(piece)
        }
        return pieces
    }

    private init(_ accepted: [AcceptedRecord], of batch: RecordBatch, received: Timestamp) {
        records = accepted.inEntryOrder { batch.place(of: $0) }
        var body: [UInt8] = []
        leaves = records.map { record in
            body.removeAll(keepingCapacity: true)
            batch.head(of: record, received: received).write(into: &body)
            return MerkleHash.leaf(body)
        }
    }
}

extension RecordBatch {
    /// What an entry is made of, in the bytes of its batch.
    struct EntryParts {
        var content: ByteSlice
        var rawDigest: ByteSlice
        var deploymentID: ByteSlice
        var time: Timestamp?
        var asReceived = ByteSlice.none
    }

    func place(of record: AcceptedRecord) -> EntryPlace {
        let index = Int(record.reference.index)
        func place(_ position: RecordPosition, _ stretch: UInt32) -> EntryPlace {
            EntryPlace(stretch: stretch, line: position.line, offset: position.offset, kind: record.kind)
        }
        return record.kind == .transition
            ? place(transitions[index].position, transitions[index].stretch)
            : place(deployments[index].position, deployments[index].stretch)
    }

    fileprivate func head(of record: AcceptedRecord, received: Timestamp) -> LogRecord {
        let parts = parts(of: record)
        let bytes = arena.bytes
        guard let digest = MerkleDigest(bytes[parts.rawDigest.range]) else {
            preconditionFailure("a record without the digest of its bytes")
        }
        return LogRecord(
            kind: record.kind,
            contentSHA256: MerkleDigest(ContentDigest.sha256(bytes.span, parts.content.range)),
            deploymentID: bytes[parts.deploymentID.range], time: parts.time, received: received, sha256: digest,
            timestampAsReceived: parts.asReceived.isEmpty ? nil : bytes[parts.asReceived.range])
    }

    func parts(of record: AcceptedRecord) -> EntryParts {
        let index = Int(record.reference.index)
        switch record.kind {
        case .transition:
            let entry = transitions[index]
            return EntryParts(
                content: entry.transition.content, rawDigest: entry.rawDigest, deploymentID: entry.deploymentID,
                time: entry.transition.time, asReceived: entry.transition.timestampAsReceived)
        case .deployment, .columns:
            let entry = deployments[index]
            return EntryParts(
                content: entry.facts.content, rawDigest: entry.rawDigest, deploymentID: entry.deploymentID,
                time: record.kind == .deployment ? entry.facts.createdAt : nil)
        }
    }

    /// A record as the ledger's file keeps it.
    func stored(_ record: AcceptedRecord, leaf: MerkleDigest) -> LedgerWriter.Record {
        let parts = parts(of: record)
        return LedgerWriter.Record(
            kind: record.kind.rawValue, leaf: leaf, sha256: parts.rawDigest.range,
            asReceived: parts.asReceived.isEmpty ? nil : parts.asReceived.range, content: parts.content.range)
    }
}
