import AuditModel
import RecordContent
package import RecordIngest

/// Where a record stands in a ``RecordSet``: its batch and its index there.
package struct RecordReference: Sendable {
    package var batch: UInt32
    package var index: UInt32

    package init(_ batch: Int, _ index: Int) { (self.batch, self.index) = (UInt32(batch), UInt32(index)) }
}

/// All records that were read, grouped by deployment, in order of the identifiers' bytes.
///
/// Within a deployment records stand in the order of the sources and of their positions there.
package struct RecordSet: Sendable {
    package let batches: [RecordBatch]
    /// The bytes of each batch, at hand without touching the rest of it.
    let arenas: [[UInt8]]
    /// The number of each batch's source, and of its first line.
    let origins: [(source: Int, firstLine: Int)]
    private(set) var groups = RecordGroups()
    /// Deployments that may share a transition's identifier with another one, in order.
    private(set) var suspects: [Int] = []

    package let sourceCount: Int
    /// Identifiers of the deployments that are in dispute; nil if their records tell, as those of files do.
    package var disputed: Set<[UInt8]>?

    package var count: Int { groups.identifiers.count }
    package var identifiers: [IdentifierSlice] { groups.identifiers }
    package var transitions: RecordGroups.Grouped { groups.transitions }
    package var deployments: RecordGroups.Grouped { groups.deployments }

    /// Groups the records of sources, whose batches are sorted by deployment, on several threads.
    ///
    /// `findsShared` looks for deployments that share a transition's identifier.
    package init(_ sources: [LoadedSource], threads: Int, findsShared: Bool = true) async throws {
        var shared: SharedIdentifiers? = findsShared ? SharedIdentifiers() : nil
        try await self.init(
            sources.flatMap(\.batches),
            sources.enumerated().flatMap { number, source in source.firstLines.map { (number, $0) } },
            sourceCount: sources.count, threads: threads, shared: &shared, firstDeployment: 0)
        suspects = try await shared?.suspects(threads: threads) ?? []
    }

    /// Groups batches that are sorted by deployment, each with its source and first line.
    ///
    /// Identifiers of transitions are added to `shared`, if they are wanted, under deployments counted from
    /// `firstDeployment`; suspects among them are not looked for.
    init(
        _ batches: [RecordBatch], _ origins: [(source: Int, firstLine: Int)], sourceCount: Int, threads: Int,
        shared: inout SharedIdentifiers?, firstDeployment: Int
    ) async throws {
        self.batches = batches
        self.origins = origins
        self.sourceCount = sourceCount
        arenas = batches.map(\.arena.bytes)
        let grouping = RecordGrouping(batches: batches, arenas: arenas, collectsIDs: shared != nil)
        let splitters = grouping.splitters()
        var groups = RecordGroups()
        try await OrderedTasks.run(count: splitters.count + 1, limit: threads) { piece in
            grouping.group(
                from: piece == 0 ? nil : splitters[piece - 1], to: piece == splitters.count ? nil : splitters[piece])
        } take: { _, piece in
            try shared?.add(piece.transitionIDs, firstDeployment: firstDeployment + groups.identifiers.count)
            groups.append(piece.groups)
        }
        self.groups = groups
    }

    /// The records of some deployments of another set, each behind those that a ledger holds of the same deployment.
    ///
    /// - Parameters:
    ///   - incoming: the set that `range` is of.
    ///   - held: the batch of what the ledger holds; it counts as a source of its own, the last.
    ///   - groups: for each deployment of the range, what is held and what comes in.
    package init(_ incoming: RecordSet, held: RecordBatch, groups: RecordGroups) {
        batches = incoming.batches + [held]
        arenas = incoming.arenas + [held.arena.bytes]
        origins = incoming.origins + [(incoming.sourceCount, 0)]
        sourceCount = incoming.sourceCount + 1
        self.groups = groups
    }

    /// The records that a ledger holds, as the only source.
    package init(held: RecordBatch, groups: RecordGroups) {
        batches = [held]
        arenas = [held.arena.bytes]
        origins = [(0, 0)]
        sourceCount = 1
        disputed = []
        self.groups = groups
    }

    /// The identifier of a deployment.
    package func identifier(_ deployment: Int) -> [UInt8] {
        let slice = identifiers[deployment]
        return Array(arenas[Int(slice.batch)][slice.range])
    }

    /// The number of the source of a batch.
    package func source(ofBatch batch: Int) -> Int { origins[batch].source }

    /// The position of a record in its source.
    func position(_ position: RecordPosition, in batch: Int) -> SourcePosition {
        let origin = origins[batch]
        return SourcePosition(source: origin.source, line: origin.firstLine + position.line, offset: position.offset)
    }
}

/// References to records by deployment.
package struct RecordGroups: Sendable {
    /// Where each deployment's identifier stands, in order.
    package var identifiers: [IdentifierSlice] = []
    package var transitions = Grouped()
    package var deployments = Grouped()
    /// The latest time in each deployment's transitions, implausible ones not counted.
    var latest: [Timestamp] = []

    package init() {}

    /// References grouped by deployment.
    package struct Grouped: Sendable {
        package var references: [RecordReference] = []
        /// The first reference of each deployment, and the end of the last.
        var starts: [Int32] = [0]

        package subscript(deployment: Int) -> ArraySlice<RecordReference> {
            references[Int(starts[deployment])..<Int(starts[deployment + 1])]
        }

        /// Appends the references of one more deployment.
        package mutating func append(_ group: [RecordReference]) {
            references += group
            starts.append(Int32(references.count))
        }

        mutating func append(_ other: Grouped) {
            let base = Int32(references.count)
            references += other.references
            starts += other.starts.dropFirst().map { $0 + base }
        }
    }

    /// Appends the groups of deployments that come later.
    package mutating func append(_ other: RecordGroups) {
        identifiers += other.identifiers
        transitions.append(other.transitions)
        deployments.append(other.deployments)
        latest += other.latest
    }
}
