import AuditModel
import RecordContent
import RecordIngest
import RecordSpill

/// Watches how much the records of sources take as they are read, and puts them into a file once they exceed a budget.
///
/// What is held is sorted and written while more is read. An export that fails meanwhile leaves that to end by itself.
struct SourceSpill {
    private let budget: MemoryBudget
    private var file: SpillFile?
    /// Where the next segment begins in the file.
    private var end = 0
    /// Bytes of the batches that are held.
    private var held = 0
    /// The segments that are being written.
    private var writing: Task<[(source: Int, segment: SpilledSegment)], any Error>?

    init(_ budget: MemoryBudget) { self.budget = budget }

    /// Counts the bytes of a batch that `sources` hold now, and puts what they hold into the file if that is too much.
    mutating func count(_ bytes: Int, of sources: inout [LoadedSource]) async throws {
        held += bytes
        if held > (file == nil ? budget.wholeSize : budget.segmentSize) { try await spill(&sources) }
    }

    /// Puts the rest into the file, if anything is there, and waits until it is written.
    mutating func finish(_ sources: inout [LoadedSource]) async throws {
        guard file != nil else { return }
        try await spill(&sources)
        try await wait(&sources)
    }

    private mutating func spill(_ sources: inout [LoadedSource]) async throws {
        let file = try self.file ?? SpillFile(in: budget.directory)
        self.file = file
        try await wait(&sources)
        let pieces = sources.indices.flatMap { number in
            sources[number].removeRecords(inPiecesOf: budget.segmentSize).map { Piece(source: number, batches: $0) }
        }
        held = 0
        writing = Task { [end] in try Piece.write(pieces, to: file, at: end) }
    }

    /// Waits until the segments that are being written are in the file, and gives them to their sources.
    private mutating func wait(_ sources: inout [LoadedSource]) async throws {
        guard let writing else { return }
        self.writing = nil
        for (source, segment) in try await writing.value {
            sources[source].segments.append(segment)
            end = segment.end
        }
        budget.returnFreed()
    }

    /// Records of one source that make one segment.
    private struct Piece: Sendable {
        var source: Int
        var batches: [(batch: RecordBatch, firstLine: Int, number: Int)]

        /// Sorts and writes pieces, one after the other.
        static func write(
            _ pieces: [Piece], to file: SpillFile, at start: Int
        ) throws -> [(source: Int, segment: SpilledSegment)] {
            var segments: [(source: Int, segment: SpilledSegment)] = []
            for piece in pieces {
                let sorted = RecordBatch(merging: piece.batches)
                let offset = segments.last?.segment.end ?? start
                segments.append((piece.source, try SpilledSegment(sorted, to: file, at: offset)))
            }
            return segments
        }
    }
}

extension RecordBatch {
    /// Bytes of memory that its records take.
    var memorySize: Int {
        arena.bytes.count + arena.checks.count * MemoryLayout<ComplianceCheck>.stride
            + transitions.count * MemoryLayout<IngestedTransition>.stride
            + deployments.count * MemoryLayout<IngestedDeployment>.stride
    }

    /// Removes the records and returns them; what was noted about them stays.
    mutating func removeRecords() -> RecordBatch {
        var records = RecordBatch()
        swap(&records.arena, &arena)
        swap(&records.transitions, &transitions)
        swap(&records.deployments, &deployments)
        return records
    }
}

extension LoadedSource {
    /// Removes the records that are held, and returns them in pieces of about `size` bytes, each batch with its first
    /// line and its number.
    fileprivate mutating func removeRecords(
        inPiecesOf size: Int
    ) -> [[(batch: RecordBatch, firstLine: Int, number: Int)]] {
        var pieces: [[(batch: RecordBatch, firstLine: Int, number: Int)]] = []
        var sum = 0
        for index in batches.indices where !batches[index].isEmpty {
            let records = batches[index].removeRecords()
            guard !records.isEmpty else { continue }
            if pieces.isEmpty || sum >= size {
                pieces.append([])
                sum = 0
            }
            pieces[pieces.count - 1].append((records, firstLines[index], index))
            sum += records.memorySize
        }
        return pieces
    }
}
