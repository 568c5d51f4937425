import AuditModel
import RecordIngest
import RecordIntake
package import RecordSpill

/// All records of an analysis: one set when memory holds them, else sets of ranges of deployments, loaded one after the other.
package struct RecordParts: Sendable {
    private enum Store: Sendable {
        case held(RecordSet)
        case spilled([(source: Int, segment: SpilledSegment)])
    }

    private var store: Store
    /// The identifiers at which parts begin, the first one's not among them.
    private(set) var boundaries: [[UInt8]] = []
    private let sourceCount: Int
    private let threads: Int
    /// Identifiers of the deployments that are in dispute; nil if their records tell.
    private var disputed: Set<[UInt8]>?

    package init(_ records: RecordSet) {
        store = .held(records)
        sourceCount = records.sourceCount
        threads = 1
    }

    /// The records of sources, which are numbered by their places; what is in a file comes back in parts that a budget allows.
    ///
    /// The sources let go of what is in a file, and know how many deployments are there that their envelopes count.
    /// `findsShared` looks for deployments that share a transition's identifier.
    package init(
        _ sources: inout [LoadedSource], memory: MemoryBudget?, threads: Int, findsShared: Bool = true
    ) async throws {
        guard let memory, sources.contains(where: { !$0.segments.isEmpty }) else {
            self.init(try await RecordSet(sources, threads: threads, findsShared: findsShared))
            return
        }
        self.init(sources.map(\.segments), size: memory.partSize, threads: threads)
        for number in sources.indices { sources[number].segments = [] }
        let single = sources.indices.filter { sources[$0].countsDeployments }.map { [$0] }
        for group in Set(single + EnvelopeReview.listings(sources).groups) {
            sources[group[0]].spilledDeployments[group] = try await deployments(of: group)
        }
    }

    /// Parts of about `size` bytes of what sources have in a file.
    private init(_ sources: [[SpilledSegment]], size: Int, threads: Int) {
        // Of equal records the first counts, in the order of the sources; segments of one source stay in theirs.
        store = .spilled(sources.enumerated().flatMap { number, segments in segments.map { (number, $0) } })
        sourceCount = sources.count
        self.threads = threads
        let samples = sources.joined().flatMap(\.samples).sorted { $0.id.lexicographicallyPrecedes($1.id) }
        var sum = 0
        for sample in samples {
            // Samples of several segments begin with the same identifiers: no part is to be empty.
            if sum >= size, (boundaries.last ?? samples[0].id).lexicographicallyPrecedes(sample.id) {
                boundaries.append(sample.id)
                sum = 0
            }
            sum += sample.size
        }
    }

    var count: Int { boundaries.count + 1 }

    /// Says which deployments are in dispute, whatever their records tell.
    mutating func dispute(_ identifiers: Set<[UInt8]>) {
        disputed = identifiers
        guard case .held(var records) = store else { return }
        records.disputed = identifiers
        store = .held(records)
    }

    package var isSpilled: Bool { if case .spilled = store { true } else { false } }

    /// Where identifiers of transitions of several parts are gathered; nil for one set, which has found its suspects.
    func sharedIdentifiers(_ memory: MemoryBudget?) throws -> SharedIdentifiers? {
        guard isSpilled, let memory else { return nil }
        return SharedIdentifiers(spillingTo: try SpillFile(in: memory.directory))
    }

    /// The same records, cut elsewhere.
    func cut(at boundaries: [[UInt8]]) -> RecordParts {
        var parts = self
        if isSpilled { parts.boundaries = boundaries }
        return parts
    }

    /// The records of one part.
    func load(_ part: Int) async throws -> RecordSet {
        var ignored: SharedIdentifiers?
        return try await group(try await read(part), &ignored, firstDeployment: 0)
    }

    /// The records of one part, grouped if identifiers of transitions are not wanted.
    fileprivate func prepare(_ part: Int, groups: Bool) async throws -> Content {
        groups ? .grouped(try await load(part)) : try await read(part)
    }

    /// The records of a part, grouped or as they stand in the file.
    fileprivate enum Content: Sendable {
        case grouped(RecordSet)
        case read([RecordBatch], [(source: Int, firstLine: Int)])
    }

    fileprivate func read(_ part: Int) async throws -> Content {
        switch store {
        case .held(let records): return .grouped(records)
        case .spilled(let segments):
            let lower = part == 0 ? nil : boundaries[part - 1]
            let upper = part == boundaries.count ? nil : boundaries[part]
            var batches: [RecordBatch] = []
            var origins: [(source: Int, firstLine: Int)] = []
            try await OrderedTasks.run(count: segments.count, limit: threads) { number in
                try segments[number].segment.load(from: lower, to: upper)
            } take: { number, batch in
                batches.append(batch)
                // Lines of a segment are counted from the beginning of its source.
                origins.append((segments[number].source, 0))
            }
            return .read(batches, origins)
        }
    }

    /// Groups the records of a part; identifiers of transitions are added to `shared`, if they are wanted, under
    /// deployments counted from `firstDeployment`.
    fileprivate func group(
        _ content: Content, _ shared: inout SharedIdentifiers?, firstDeployment: Int
    ) async throws -> RecordSet {
        switch content {
        case .grouped(let records): return records
        case .read(let batches, let origins):
            var records = try await RecordSet(
                batches, origins, sourceCount: sourceCount, threads: threads, shared: &shared,
                firstDeployment: firstDeployment)
            records.disputed = disputed
            return records
        }
    }

    /// The different deployments of sources, by their numbers.
    func deployments(of group: [Int]) async throws -> Int {
        var sum = 0
        try await forEachPart(of: group) { sum += $0.count }
        return sum
    }

    /// What tells the deployments of a source in a file apart, if it is one page of a listing (``LoadedSource/listedDeployments``).
    package func listedDeployments(of source: LoadedSource, number: Int) async throws -> [String] {
        guard isSpilled, source.isListed else { return [] }
        var listed: [String] = []
        try await forEachPart(of: [number]) { records in
            for deployment in 0..<records.count {
                listed.append(LoadedSource.listedName(records.identifier(deployment)))
            }
        }
        return listed.sorted()
    }

    /// The records of some sources in a file, part by part.
    private func forEachPart(of group: [Int], _ body: (RecordSet) -> Void) async throws {
        guard case .spilled(let segments) = store else { return }
        var own = self
        own.store = .spilled(segments.filter { group.contains($0.source) })
        for part in 0..<count { body(try await own.load(part)) }
    }

    /// Lets go of the records.
    mutating func release() -> RecordParts {
        defer { store = .spilled([]) }
        return self
    }
}

/// Loads parts in their order; the next one is read from the file while one is worked on.
package struct PartLoader {
    private let parts: RecordParts
    private var next = 0
    private var ahead: Task<RecordParts.Content, any Error>?

    package init(_ parts: RecordParts) { self.parts = parts }

    /// The next part's number and records; nil behind the last.
    package mutating func load() async throws -> (part: Int, records: RecordSet)? {
        var ignored: SharedIdentifiers?
        return try await load(&ignored, firstDeployment: 0)
    }

    /// The same; deployments are counted from `firstDeployment` in `shared`, if that is there.
    mutating func load(
        _ shared: inout SharedIdentifiers?, firstDeployment: Int
    ) async throws -> (part: Int, records: RecordSet)? {
        guard next < parts.count else { return nil }
        let part = next
        let groups = shared == nil
        let content = if let ahead { try await ahead.value } else { try await parts.prepare(part, groups: groups) }
        next += 1
        ahead = next < parts.count ? Task { [parts, next] in try await parts.prepare(next, groups: groups) } : nil
        return (part, try await parts.group(content, &shared, firstDeployment: firstDeployment))
    }
}
