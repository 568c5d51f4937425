import AuditModel
import RecordAnalysis
import RecordContent
import RecordIngest
import RecordSpill

/// Puts accepted records, which come by deployment, into a file in buckets, each of consecutive stretches of the sources: sorted
/// bucket by bucket they are in the order of their entries.
struct ArrivalSpill {
    /// Accepted records of some stretches.
    private struct Bucket {
        var entries: [SpilledArrival] = []
        var bytes: [UInt8] = []
        /// What went to the file before.
        var written: [SpillSection] = []
    }

    private let file: SpillFile
    /// Bytes that are held before they go to the file.
    private let heldSize: Int
    /// By source, the number of its first stretch among those of all sources.
    private var firstStretches: [Int] = []
    /// By stretch, the number of its bucket.
    private var bucketNumbers: [Int] = []
    private var buckets: [Bucket]
    private var held = 0
    /// Where the next section goes.
    private var end = 0

    init(_ sources: [LoadedSource], _ memory: MemoryBudget) throws {
        file = try SpillFile(in: memory.directory)
        heldSize = memory.arrivalSize
        var size = 0
        var bucket = 0
        for source in sources {
            firstStretches.append(bucketNumbers.count)
            for batch in source.batchSizes {
                if size > 0, size + batch > memory.arrivalSize {
                    bucket += 1
                    size = 0
                }
                bucketNumbers.append(bucket)
                size += batch
            }
        }
        buckets = Array(repeating: Bucket(), count: bucket + 1)
    }

    /// Adds the accepted records of a part, whose deployments are counted from `firstDeployment`.
    ///
    /// A deployment's state goes with the first of its entries.
    mutating func add(
        _ pieces: [AcceptedPiece], of records: RecordSet, decided: [IngestDecisions.DecidedDeployment?],
        firstDeployment: Int
    ) throws {
        var isNew = [Bool](repeating: true, count: records.count)
        // Batches of a part come in the order of the sources, and of their stretches: so do entries.
        for (number, piece) in pieces.enumerated() {
            let batch = records.batches[number]
            let firstStretch = firstStretches[records.source(ofBatch: number)]
            for (record, leaf) in zip(piece.records, piece.leaves) {
                let deployment = Int(record.deployment)
                var state: [UInt8] = []
                if isNew[deployment], let own = decided[deployment] {
                    isNew[deployment] = false
                    state =
                        LedgerArrivals.Deployment(
                            id: records.identifier(deployment), number: own.number, state: own.state
                        ).encoded
                }
                var place = batch.place(of: record)
                place.stretch += UInt32(firstStretch)
                let arrival = SpilledArrival(
                    record.kind, place, deployment: firstDeployment + deployment,
                    record: batch.stored(record, leaf: leaf))
                append(arrival, batch.arena.bytes, state: state)
                if held > heldSize { try flush() }
            }
        }
    }

    private mutating func append(_ arrival: SpilledArrival, _ bytes: [UInt8], state: [UInt8]) {
        let bucket = bucketNumbers[Int(arrival.place.stretch)]
        let start = buckets[bucket].bytes.count
        buckets[bucket].entries.append(arrival.copied(from: bytes, state: state, to: &buckets[bucket].bytes))
        held += buckets[bucket].bytes.count - start + MemoryLayout<SpilledArrival>.stride
    }

    /// Writes what is held, one section for each bucket that has any.
    private mutating func flush() throws {
        var buffer: [UInt8] = []
        for index in buckets.indices where !buckets[index].entries.isEmpty {
            let section = SpillSection(
                .arrivals, offset: end + buffer.count, entryCount: buckets[index].entries.count,
                byteCount: buckets[index].bytes.count)
            section.append(buckets[index].entries, buckets[index].bytes, to: &buffer)
            buckets[index].entries = []
            buckets[index].bytes = []
            buckets[index].written.append(section)
            guard buffer.count >= SpillFile.blockBytes else { continue }
            end = try file.write(buffer, at: end)
            buffer.removeAll(keepingCapacity: true)
        }
        end = try file.write(buffer, at: end)
        held = 0
    }

    /// All that was added.
    mutating func finish() throws -> SpilledArrivals {
        try flush()
        return SpilledArrivals(file: file, buckets: buckets.map(\.written))
    }
}

/// Accepted records in a file, by bucket.
struct SpilledArrivals: Sendable {
    let file: SpillFile
    let buckets: [[SpillSection]]

    /// The records of a bucket in the order of their entries.
    func load(_ bucket: Int) throws -> LedgerArrivals.Piece {
        var piece = LedgerArrivals.Piece(entries: [], bytes: [])
        piece.bytes.reserveCapacity(buckets[bucket].reduce(0) { $0 + Int($1.byteCount) })
        var arrivals: [SpilledArrival] = []
        arrivals.reserveCapacity(buckets[bucket].reduce(0) { $0 + Int($1.entryCount) })
        for section in buckets[bucket] {
            let bytes = try file.read(section.length, at: section.offset)
            do throws(SpillDamage) {
                try section.check(bytes.span)
                try section.appendArrivals(bytes, to: &arrivals, of: &piece)
            } catch {
                throw file.damage(section, error)
            }
        }
        piece.entries = arrivals.inEntryOrder(\.place).map {
            LedgerArrivals.Entry(record: $0.record, deployment: $0.deployment)
        }
        return piece
    }
}
