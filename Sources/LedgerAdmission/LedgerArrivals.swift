import MerkleTree
import RecordAnalysis
import RecordContent
import RecordIngest
import RecordSpill
package import RecordStore

/// The records that an ingest adds to a ledger, in the order of their entries, with the leaves of these.
///
/// Held in memory, or in a file in buckets of stretches: either way they come piece by piece.
package struct LedgerArrivals: Sendable {
    /// A record to append.
    package struct Entry: Sendable {
        /// Its parts lie in the bytes of its piece.
        package var record: LedgerWriter.Record
        /// Its deployment's number in the incoming set.
        package var deployment: Int
    }

    /// A deployment that an ingest changes.
    package struct Deployment: Sendable, Equatable {
        package var id: [UInt8]
        /// Its number in the ledger; nil if it is new.
        package var number: Int?
        /// After the ingest.
        package var state: LedgerWriter.DeploymentState
    }

    /// The records of consecutive stretches.
    package struct Piece: Sendable {
        package var entries: [Entry]
        package var bytes: [UInt8]
        /// The deployments whose first entry is in it, by their numbers in the incoming set, if they are not held elsewhere.
        var deployments: [Int: Deployment] = [:]
    }

    private enum Store: Sendable {
        case held(RecordSet, [AcceptedPiece], [IngestDecisions.DecidedDeployment?])
        case spilled(SpilledArrivals)
    }

    private let store: Store
    /// Records that are added.
    package let count: Int
    /// Different deployments in the incoming set.
    package let deploymentCount: Int

    package var pieceCount: Int {
        switch store {
        case .held(_, let pieces, _): pieces.count
        case .spilled(let arrivals): arrivals.buckets.count
        }
    }

    /// The records of a piece, in order.
    package func piece(_ number: Int) throws -> Piece {
        switch store {
        case .held(let records, let pieces, _):
            let batch = records.batches[number]
            let entries = zip(pieces[number].records, pieces[number].leaves).map { record, leaf in
                Entry(record: batch.stored(record, leaf: leaf), deployment: Int(record.deployment))
            }
            return Piece(entries: entries, bytes: batch.arena.bytes)
        case .spilled(let arrivals): return try arrivals.load(number)
        }
    }

    /// The deployment of an entry which is the first of all that are of it.
    package func deployment(_ number: Int, in piece: Piece) -> Deployment {
        guard let deployment = held(number) ?? piece.deployments[number] else {
            preconditionFailure("a record arrived for a deployment that nothing was decided on")
        }
        return deployment
    }

    private func held(_ number: Int) -> Deployment? {
        guard case .held(let records, _, let decided) = store, let own = decided[number] else { return nil }
        return Deployment(id: records.identifier(number), number: own.number, state: own.state)
    }
}

extension LedgerArrivals {
    /// Gathers what is accepted, part by part.
    struct Gathering {
        private var spill: ArrivalSpill?
        private var store: Store?
        private var count = 0
        private var deployments = 0

        init(_ sources: [LoadedSource], _ parts: RecordParts, memory: MemoryBudget?) throws {
            if parts.isSpilled, let memory { spill = try ArrivalSpill(sources, memory) }
        }

        /// Adds the accepted records of a part, batch by batch.
        mutating func add(
            _ pieces: [AcceptedPiece], of records: RecordSet, decided: [IngestDecisions.DecidedDeployment?]
        ) throws {
            if spill == nil {
                precondition(store == nil, "a second part of records that are held as one")
                store = .held(records, pieces, decided)
            }
            try spill?.add(pieces, of: records, decided: decided, firstDeployment: deployments)
            deployments += records.count
            count += pieces.reduce(0) { $0 + $1.records.count }
        }

        /// All of them.
        mutating func finish() throws -> LedgerArrivals {
            if let spilled = try spill?.finish() { store = .spilled(spilled) }
            guard let store else { preconditionFailure("records without a part") }
            return LedgerArrivals(store: store, count: count, deploymentCount: deployments)
        }
    }
}
