package import RecordIngest
package import RecordSpill

/// Gathers the records that a ledger holds, as those of the only source; beyond a budget they go to a file, as those of files do.
package struct HeldSource {
    private var sources = [LoadedSource()]
    private var spill: SourceSpill?
    private let memory: MemoryBudget?

    package init(memory: MemoryBudget?) {
        self.memory = memory
        spill = memory.map(SourceSpill.init)
    }

    /// Bytes of stored records that are read at a time.
    package var readSize: Int { memory?.segmentSize ?? .max }

    /// Adds records that are sorted by deployment; each deployment is in one batch.
    package mutating func append(_ batch: RecordBatch) async throws {
        let size = batch.memorySize
        sources[0].append(held: batch, size: size)
        try await spill?.count(size, of: &sources)
    }

    /// All records, in parts if they do not fit into the budget; `disputed` are the identifiers of deployments in dispute.
    package mutating func finish(disputed: Set<[UInt8]>, threads: Int) async throws -> RecordParts {
        try await spill?.finish(&sources)
        var parts = try await RecordParts(&sources, memory: memory, threads: threads)
        parts.dispute(disputed)
        return parts
    }
}
