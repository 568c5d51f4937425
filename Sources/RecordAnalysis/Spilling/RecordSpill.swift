import AuditModel
import FileSystem
import Glibc
import RecordContent
import RecordIngest

/// How much memory records may take, and where they go beyond it.
package struct MemoryBudget: Sendable {
    /// The least that can be asked for, in bytes: below it there is nothing left for records.
    package static let minimum = 256 << 20

    /// Bytes.
    package var size: Int
    /// The directory of files that records go to.
    package var directory: String
    /// Bytes of all inputs, as far as they are known.
    var inputs = 0

    package init(size: Int, directory: String) {
        self.size = size
        self.directory = directory
    }

    /// What an export takes beside its records, in bytes: the program itself and ranges of rows in flight; and what grows with
    /// the records, such as durations and findings (measured with 2,000,000 and 4,000,000 deployments).
    private var reserve: Int { 144 << 20 + inputs / 64 }

    /// Bytes for records, and what is made of them.
    private var usable: Int { max(size - reserve, size / 4) }

    /// Bytes of records that are held before they go to a file, when not all can be held.
    ///
    /// One such piece is filled while another is sorted and written, which takes its size twice. A segment's bytes are counted
    /// in 32 bits, which a budget of more than 32 GB would exceed.
    var segmentSize: Int { min(usable / 8, 1 << 30) }
    /// Bytes of records that are worked on at a time, while as many are read; histories and rows are made of them.
    var partSize: Int { usable / 6 }
    /// Bytes of records that can be held as a whole, with what is made of them.
    var wholeSize: Int { usable / 2 }

    /// Gives freed memory back to the system, once the process takes three quarters of the budget.
    ///
    /// What several threads free leaves holes that the allocator keeps: after 5 GB of records it held 350 MB, of which 75 were in use.
    package func returnFreed() {
        if MemoryBudget.residentSize > size / 4 * 3 { _ = MemoryBudget.trim?(0) }
    }

    /// glibc's `malloc_trim`, which Swift's module of it lacks, and other C libraries too.
    private static let trim = dlsym(nil, "malloc_trim").map {
        unsafe unsafeBitCast($0, to: (@convention(c) (Int) -> CInt).self)
    }

    /// Bytes of memory that the process takes; 0 if the system does not tell.
    private static var residentSize: Int {
        let text = (try? ReadOnlyFile("/proc/self/statm").contents(limit: 4096)) ?? []
        let fields = String(decoding: text, as: UTF8.self).split(separator: " ")
        return (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}

/// Watches how much the records of sources take as they are read, and puts them into a file once they exceed a budget.
///
/// What is held is sorted and written while more is read. An export that fails meanwhile leaves that to end by itself.
struct RecordSpill {
    private let budget: MemoryBudget
    private var file: SpillFile?
    private(set) var segments: [SpilledSegment] = []
    /// Bytes of the batches that are held.
    private var held = 0
    /// The segments that are being written.
    private var writing: Task<[SpilledSegment], any Error>?

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
        try await wait()
    }

    private mutating func spill(_ sources: inout [LoadedSource]) async throws {
        let file = try self.file ?? SpillFile(in: budget.directory)
        self.file = file
        try await wait()
        let pieces = sources.indices.flatMap { number in
            sources[number].removeRecords(inPiecesOf: budget.segmentSize).map { Piece(source: number, batches: $0) }
        }
        held = 0
        let start = segments.last?.end ?? 0
        writing = Task { try Piece.write(pieces, to: file, at: start) }
    }

    /// Waits until the segments that are being written are in the file.
    private mutating func wait() async throws {
        guard let writing else { return }
        self.writing = nil
        segments += try await writing.value
        budget.returnFreed()
    }

    /// Records of one source that make one segment.
    private struct Piece: Sendable {
        var source: Int
        var batches: [(batch: RecordBatch, firstLine: Int)]

        /// Sorts and writes pieces, one after the other.
        static func write(_ pieces: [Piece], to file: SpillFile, at start: Int) throws -> [SpilledSegment] {
            var segments: [SpilledSegment] = []
            for piece in pieces {
                let sorted = RecordBatch(merging: piece.batches)
                segments.append(
                    try SpilledSegment(sorted, source: piece.source, to: file, at: segments.last?.end ?? start))
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
    /// line.
    fileprivate mutating func removeRecords(inPiecesOf size: Int) -> [[(batch: RecordBatch, firstLine: Int)]] {
        var pieces: [[(batch: RecordBatch, firstLine: Int)]] = []
        var sum = 0
        for index in batches.indices where !batches[index].isEmpty {
            let records = batches[index].removeRecords()
            guard !records.isEmpty else { continue }
            if pieces.isEmpty || sum >= size {
                pieces.append([])
                sum = 0
            }
            pieces[pieces.count - 1].append((records, firstLines[index]))
            sum += records.memorySize
        }
        return pieces
    }
}
