import AuditModel
import RecordIngest

/// What was read from one input, in its order.
struct LoadedSource: Sendable {
    var summary = SourceSummary()
    var batches: [RecordBatch] = []
    /// Number of the first line of each batch, from 1.
    var firstLines: [Int] = []
}

/// How far a run is, for whoever watches.
package struct Progress: Sendable {
    package enum Stage: Sendable { case reading, writing, comparing, storing }
    package var stage = Stage.reading
    /// Bytes read, deployments written or compared with a ledger's, or records stored so far.
    package var done = 0
    /// 0 if it is not known.
    package var total = 0
    package var records = 0
}

/// Receives progress, from one task at a time.
package typealias ProgressHandler = @Sendable (Progress) -> Void

/// Reads inputs: one task cuts, others parse the stretches side by side.
enum SourceLoader {
    /// Loads sources; `digestsRaw` says whether the digest of the bytes of each record is kept, as a ledger wants it.
    static func load(
        _ paths: [String], threads: Int, digestsRaw: Bool = false, progress: ProgressHandler?
    ) async throws -> [LoadedSource] {
        var state = Progress()
        state.total = InputSizes.total(paths)
        var sources: [LoadedSource] = []
        for path in paths {
            sources.append(try await load(path, threads, digestsRaw, &state, progress))
        }
        return sources.sorted(by: precedes)
    }

    /// Sources are numbered by what they are, not by how they were named on the command line.
    static func precedes(_ left: LoadedSource, _ right: LoadedSource) -> Bool {
        if !left.summary.name.utf8.elementsEqual(right.summary.name.utf8) {
            return left.summary.name.utf8.lexicographicallyPrecedes(right.summary.name.utf8)
        }
        return left.summary.sha256 < right.summary.sha256
    }

    private static func load(
        _ path: String, _ threads: Int, _ digestsRaw: Bool, _ state: inout Progress, _ progress: ProgressHandler?
    ) async throws -> LoadedSource {
        let input = try InputFile(path)
        let reader = SourceReader(digestsRaw: digestsRaw, refill: input.read)
        var parts: [Int: RecordBatch] = [:]
        let before = state.done
        try await withThrowingTaskGroup(of: (Int, RecordBatch).self) { group in
            var (count, running) = (0, 0)
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
                        collector.takeLines(bytes, offset: offset)
                        var batch = collector.takeBatch()
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
                state.done = before + input.size
                progress?(state)
            }
            for try await (number, batch) in group { parts[number] = batch }
        }
        return finish(input, parts)
    }

    private static func finish(_ input: InputFile, _ parts: [Int: RecordBatch]) -> LoadedSource {
        var source = LoadedSource()
        var shapes: Set<String> = []
        var line = 1
        for number in parts.keys.sorted() {
            guard let batch = parts[number] else { continue }
            source.batches.append(batch)
            source.firstLines.append(line)
            line += batch.lineCount
            shapes.formUnion(batch.shapes)
            source.summary.claims.merge(batch.claims) { own, _ in own }
            source.summary.read += batch.recordCount
            source.summary.rejected += batch.rejections.count
            for entry in batch.transitions {
                let time = entry.transition.time
                source.summary.firstTime = min(source.summary.firstTime ?? time, time)
                source.summary.lastTime = max(source.summary.lastTime ?? time, time)
            }
        }
        source.summary.name = input.name
        source.summary.size = input.size
        source.summary.sha256 = input.sha256
        source.summary.isGzip = input.isGzip
        source.summary.shape = shapes.isEmpty ? "empty" : shapes.sorted().joined(separator: "+")
        return source
    }
}

extension RecordBatch {
    /// Records read: a CSV row is one, whatever it tells of its deployment.
    var recordCount: Int { transitions.count + deployments.count { !$0.isRow } + rejections.count }
}
