import AuditModel
package import BundleFormat
import FileSystem
import RecordIngest
import RecordIntake
package import RecordSpill

/// What was read from one input, in its order.
package struct LoadedSource: Sendable {
    package var summary = SourceSummary()
    var batches: [RecordBatch] = []
    /// Number of the first line of each batch, from 1.
    var firstLines: [Int] = []
    /// Whether it holds nothing but blanks: no text that could say that there is nothing.
    package private(set) var isBlank = false
    /// Lines of all batches.
    var lineCount = 0
    /// What the batches hold, by shape.
    var shapes: Set<String> = []
    /// Bytes of memory that the records of each batch took as they were read.
    package private(set) var batchSizes: [Int] = []
    /// Its records, as far as they are in a file.
    var segments: [SpilledSegment] = []
    /// When records are in a file, the different deployments of this source and others with it, by their numbers.
    var spilledDeployments: [[Int]: Int] = [:]
    /// When records are in a file, what tells its deployments apart (``listedDeployments``).
    package var spilledListing: [String] = []

    /// Whether it says how many deployments it has, or all its pages.
    var countsDeployments: Bool {
        batches.contains { $0.envelopes.contains { $0.countsDeployments || $0.totalPages != nil } }
    }
}

/// How far an analysis or an ingest is, for whoever watches.
package struct Progress: Sendable {
    package enum Stage: Sendable { case reading, writing, comparing, storing }
    package var stage = Stage.reading
    /// Bytes read, deployments written or compared with a ledger's, or records stored so far.
    package var done = 0
    /// 0 if it is not known.
    package var total = 0
    package var records = 0

    package init(stage: Stage = .reading, total: Int = 0) {
        self.stage = stage
        self.total = total
    }
}

/// Receives progress, from one task at a time.
package typealias ProgressHandler = @Sendable (Progress) -> Void

/// Reads inputs: one task cuts, others parse the stretches side by side.
package enum SourceLoader {
    /// Loads sources; beyond a budget their records go to a file.
    ///
    /// `digestsRaw` says whether the digest of the bytes of each record is kept, as a ledger wants it.
    package static func load(
        _ paths: [String], threads: Int, digestsRaw: Bool = false, memory: MemoryBudget? = nil,
        progress: ProgressHandler?
    ) async throws -> [LoadedSource] {
        var reading = Reading(
            threads: threads, digestsRaw: digestsRaw, progress: progress, spill: memory.map(SourceSpill.init))
        try await reading.read(paths)
        try await reading.spill?.finish(&reading.sources)
        return reading.sources.sorted(by: precedes)
    }

    /// Loads sources, and groups their records; beyond a budget they go to a file, and come back in parts.
    static func parts(_ options: AnalysisOptions) async throws -> (sources: [LoadedSource], records: RecordParts) {
        let paths = try InputList.expand(options.inputs)
        let memory = options.memory?.reading(paths)
        var sources = try await load(paths, threads: options.threads, memory: memory, progress: options.progress)
        let parts = try await RecordParts(&sources, memory: memory, threads: options.threads)
        return (sources, parts)
    }

    /// Sources are numbered by what they are, not by how they were named on the command line.
    package static func precedes(_ left: LoadedSource, _ right: LoadedSource) -> Bool {
        if !left.summary.name.utf8.elementsEqual(right.summary.name.utf8) {
            return left.summary.name.utf8.lexicographicallyPrecedes(right.summary.name.utf8)
        }
        return left.summary.sha256 < right.summary.sha256
    }
}

/// Sources while they are read.
private struct Reading {
    let threads: Int
    let digestsRaw: Bool
    let progress: ProgressHandler?
    var spill: SourceSpill?
    /// In the order of reading; the last may be incomplete.
    var sources: [LoadedSource] = []
    private var state = Progress()

    init(threads: Int, digestsRaw: Bool, progress: ProgressHandler?, spill: SourceSpill?) {
        self.threads = threads
        self.digestsRaw = digestsRaw
        self.progress = progress
        self.spill = spill
    }

    mutating func read(_ paths: [String]) async throws {
        state.total = InputSizes.total(paths)
        for path in paths { try await read(path) }
    }

    private mutating func read(_ path: String) async throws {
        let input = try InputFile(path)
        let reader = SourceReader(digestsRaw: digestsRaw, refill: input.read)
        let before = state.done
        sources.append(LoadedSource())
        // Batches that are parsed before their predecessors are.
        var parts = [Int: RecordBatch]()
        var taken = 0
        try await withThrowingTaskGroup(of: (Int, RecordBatch).self) { [digestsRaw] group in
            var count = 0
            var running = 0
            while let chunk = try reader.next() {
                try Task.checkCancellation()
                switch chunk {
                case .batch(var batch):
                    batch.sortByDeployment()
                    parts[count] = batch
                case .lines(let bytes, let offset):
                    let number = count
                    group.addTask {
                        var collector = RecordCollector(digestsRaw: digestsRaw)
                        collector.collectLines(bytes, offset: offset)
                        var batch = collector.finishBatch()
                        batch.sortByDeployment()
                        return (number, batch)
                    }
                    running += 1
                }
                count += 1
                while running >= threads * 4, let (number, batch) = try await group.next() {
                    parts[number] = batch
                    running -= 1
                    state.records += batch.recordCount
                }
                try await appendFinished(&parts, &taken)
                state.done = before + input.size
                progress?(state)
            }
            for try await (number, batch) in group { parts[number] = batch }
        }
        try await appendFinished(&parts, &taken)
        sources[sources.count - 1].finish(input, isBlank: reader.isBlank)
    }

    /// Takes the batches that are next in order.
    private mutating func appendFinished(_ parts: inout [Int: RecordBatch], _ taken: inout Int) async throws {
        while let batch = parts.removeValue(forKey: taken) {
            taken += 1
            let size = batch.memorySize
            sources[sources.count - 1].append(batch, size: size)
            try await spill?.count(size, of: &sources)
        }
    }
}

extension LoadedSource {
    /// Takes the metrics that a batch states: of several answers the first, with the number of all.
    private mutating func addMetrics(_ batch: RecordBatch) {
        guard batch.metricAnswers > 0 else { return }
        let before = summary.claims[MetricsClaims.answers].flatMap { Int($0) } ?? 0
        if before == 0 { summary.claims.merge(batch.metricClaims) { _, stated in stated } }
        summary.claims[MetricsClaims.answers] = "\(before + batch.metricAnswers)"
    }

    /// Takes the next batch, whose records take `size` bytes of memory.
    mutating func append(_ batch: RecordBatch, size: Int) {
        batches.append(batch)
        batchSizes.append(size)
        firstLines.append(lineCount + 1)
        lineCount += batch.lineCount
        shapes.formUnion(batch.shapes)
        summary.claims.merge(batch.claims) { own, _ in own }
        addMetrics(batch)
        summary.read += batch.recordCount
        summary.rejected += batch.rejections.count
        for entry in batch.transitions {
            let time = entry.transition.time
            summary.firstTime = min(summary.firstTime ?? time, time)
            summary.lastTime = max(summary.lastTime ?? time, time)
        }
    }

    /// Takes records of a ledger, which stand on no line of a file.
    mutating func append(held batch: RecordBatch, size: Int) {
        batches.append(batch)
        batchSizes.append(size)
        firstLines.append(0)
    }

    /// Completes the summary with what is known at the end of the input.
    fileprivate mutating func finish(_ input: InputFile, isBlank: Bool) {
        self.isBlank = isBlank
        summary.name = input.name
        summary.size = input.size
        summary.sha256 = input.sha256
        summary.isGzip = input.isGzip
        // Transitions have no shape of their own, for a line of NDJSON is one as well.
        if shapes.isEmpty, summary.firstTime != nil { shapes.insert("records") }
        summary.shape = shapes.isEmpty ? "empty" : shapes.sorted().joined(separator: "+")
    }
}

extension RecordBatch {
    /// Records read: a CSV row is one, whatever it tells of its deployment.
    var recordCount: Int { transitions.count + deployments.count { !$0.isRow } + rejections.count }
}
