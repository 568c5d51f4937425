import AuditModel
import BundleFormat
import MerkleTree
import RecordAnalysis
import RecordContent
import RecordIngest
import RecordStore
import StrictJSON

/// The records that an ingest adds to a ledger, in the order of their entries, with the leaves of these.
struct LedgerArrivals: Sendable {
    /// A record that the ledger accepts.
    struct Arrival: Sendable {
        var reference: RecordReference
        var kind: LogRecord.Kind
        /// Its deployment's number in the incoming set.
        var deployment: Int32
    }

    /// Those of one batch, which is a stretch of a source.
    struct Piece: Sendable {
        var records: [Arrival]
        var leaves: [MerkleDigest]
    }

    /// By batch of the incoming set.
    private(set) var pieces: [Piece] = []
    private(set) var count = 0

    /// Orders records as they came: by source, then by position there; `received` is the time that their entries name.
    init(_ arrivals: [Arrival], _ incoming: RecordSet, received: Timestamp, threads: Int) async throws {
        count = arrivals.count
        var byBatch = [[Arrival]](repeating: [], count: incoming.batches.count)
        for arrival in arrivals { byBatch[Int(arrival.reference.batch)].append(arrival) }
        let unordered = byBatch
        try await OrderedTasks.run(count: unordered.count, limit: threads) { batch in
            LedgerArrivals.piece(unordered[batch], of: incoming.batches[batch], received: received)
        } take: { _, piece in
            pieces.append(piece)
        }
    }

    private static func piece(_ arrivals: [Arrival], of batch: RecordBatch, received: Timestamp) -> Piece {
        // With its position beside it a record is not looked up for each comparison.
        let ordered = arrivals.map { ($0, position($0, batch)) }.sorted { left, right in
            (left.1.offset, left.1.line, left.0.kind.order) < (right.1.offset, right.1.line, right.0.kind.order)
        }
        var body: [UInt8] = []
        let leaves = ordered.map { arrival, _ in
            body.removeAll(keepingCapacity: true)
            head(arrival, batch, received: received).write(into: &body)
            return MerkleHash.leaf(body)
        }
        return Piece(records: ordered.map(\.0), leaves: leaves)
    }

    private static func position(_ arrival: Arrival, _ batch: RecordBatch) -> RecordPosition {
        let index = Int(arrival.reference.index)
        return arrival.kind == .transition ? batch.transitions[index].position : batch.deployments[index].position
    }

    private static func head(_ arrival: Arrival, _ batch: RecordBatch, received: Timestamp) -> LogRecord {
        let parts = LedgerArrivals.parts(arrival, batch)
        let bytes = batch.arena.bytes
        guard let digest = MerkleDigest(bytes[parts.rawDigest.range]) else {
            preconditionFailure("a record without the digest of its bytes")
        }
        return LogRecord(
            kind: arrival.kind,
            contentSHA256: MerkleDigest(ContentDigest.sha256(bytes.span, parts.content.range)),
            deploymentID: bytes[parts.deploymentID.range], time: parts.time, received: received, sha256: digest,
            timestampAsReceived: parts.asReceived.isEmpty ? nil : bytes[parts.asReceived.range])
    }

    /// What an entry is made of, in the bytes of its batch.
    private struct Parts {
        var content: ByteSlice
        var rawDigest: ByteSlice
        var deploymentID: ByteSlice
        var time: Timestamp?
        var asReceived = ByteSlice.none
    }

    private static func parts(_ arrival: Arrival, _ batch: RecordBatch) -> Parts {
        let index = Int(arrival.reference.index)
        switch arrival.kind {
        case .transition:
            let entry = batch.transitions[index]
            return Parts(
                content: entry.transition.content, rawDigest: entry.rawDigest, deploymentID: entry.deploymentID,
                time: entry.transition.time, asReceived: entry.transition.timestampAsReceived)
        case .deployment, .columns:
            let entry = batch.deployments[index]
            return Parts(
                content: entry.facts.content, rawDigest: entry.rawDigest, deploymentID: entry.deploymentID,
                time: arrival.kind == .deployment ? entry.facts.createdAt : nil)
        }
    }

    /// A record as the ledger's file keeps it.
    static func stored(_ arrival: Arrival, leaf: MerkleDigest, of batch: RecordBatch) -> LedgerWriter.Record {
        let parts = LedgerArrivals.parts(arrival, batch)
        return LedgerWriter.Record(
            kind: arrival.kind.rawValue, leaf: leaf, sha256: parts.rawDigest.range,
            asReceived: parts.asReceived.isEmpty ? nil : parts.asReceived.range, content: parts.content.range)
    }
}

extension LogRecord.Kind {
    /// Among records of one position: a deployment stands before its history, a row's columns behind its transition.
    fileprivate var order: Int {
        switch self {
        case .deployment: 0
        case .transition: 1
        case .columns: 2
        }
    }
}
