package import AuditModel
package import RecordAnalysis
package import RecordIntake
package import RecordSpill
package import RecordStore

/// What becomes of the records that come to a ledger: decided beside what that holds, part by part where memory does not hold
/// them all.
package struct IngestAdmission: Sendable {
    /// What is accepted.
    package let arrivals: LedgerArrivals
    /// What became of all records; the last source stands for what the ledger holds.
    package let tally: Tally

    /// Decides on all records of sources, and puts the accepted ones into the order of their entries.
    ///
    /// The sources let go of what is in a file. `received` is the time of acceptance, which every entry names; `memory` is the
    /// budget that the sources were loaded with.
    package static func decide(
        _ sources: inout [LoadedSource], _ ledger: LedgerFile, received: Timestamp, threads: Int,
        memory: MemoryBudget?, watch: ProgressHandler?
    ) async throws -> IngestAdmission {
        let parts = try await RecordParts(&sources, memory: memory, threads: threads, findsShared: false)
        for number in sources.indices {
            sources[number].spilledListing = try await parts.listedDeployments(of: sources[number], number: number)
        }
        let acceptances = try ledger.read { try $0.acceptances() }
        var progress = Progress(stage: .comparing)
        var tally = Tally(sources: sources.count + 1)
        var blocks: Set<Int> = []
        var arrivals = try LedgerArrivals.Gathering(sources, parts, memory: memory)
        var loader = PartLoader(parts)
        while let (_, records) = try await loader.load() {
            progress.total = parts.isSpilled ? 0 : records.count
            let before = progress.done
            let part = try await IngestDecisions.decide(
                records, ledger, acceptances: acceptances, received: received, threads: threads
            ) {
                progress.done = before + $0
                watch?(progress)
            }
            tally.merge(part.tally)
            blocks.formUnion(part.blocks)
            let pieces = try await AcceptedPiece.pieces(
                part.arrivals, of: records, received: received, threads: threads)
            try arrivals.add(pieces, of: records, decided: part.decided)
            if parts.isSpilled { memory?.returnFreed() }
        }
        try ledger.read { try $0.requireLeaves(inBlocks: blocks) }
        tally.findings.remove(source: sources.count)
        return IngestAdmission(arrivals: try arrivals.finish(), tally: tally)
    }
}
