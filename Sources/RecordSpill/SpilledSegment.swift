import AuditModel
import RecordContent
package import RecordIngest

/// Records of one source, or of some stretches of one, in the order of their deployments' identifiers, in sections of a file.
package struct SpilledSegment: Sendable {
    /// A section and the identifier it begins with: so a range of identifiers is found without reading.
    struct Mark: Sendable {
        var id: [UInt8]
        var section: SpillSection
    }

    /// The offset behind it in the file.
    package let end: Int
    private let file: SpillFile
    private let transitions: [Mark]
    private let deployments: [Mark]

    /// Writes sorted records (``RecordBatch/init(merging:)``) at an offset of a file.
    package init(_ records: RecordBatch, to file: SpillFile, at offset: Int) throws {
        self.file = file
        var writer = SpillWriter(records.arena, to: file, at: offset)
        let border = records.deployments.first.map { Int($0.content.start) } ?? records.arena.bytes.count
        transitions = try writer.write(records.transitions, bytesEnd: border)
        deployments = try writer.write(records.deployments, bytesEnd: records.arena.bytes.count)
        end = try writer.flush()
    }

    /// Identifiers in the segment, in order, each with the memory that its records take up to the next.
    package var samples: [(id: [UInt8], size: Int)] {
        func sizes(_ marks: [Mark], _ stride: Int) -> [(id: [UInt8], size: Int)] {
            marks.map { ($0.id, Int($0.section.byteCount) + Int($0.section.entryCount) * stride) }
        }
        return sizes(transitions, MemoryLayout<IngestedTransition>.stride)
            + sizes(deployments, MemoryLayout<IngestedDeployment>.stride)
    }

    /// The records of deployments from one identifier on and before another.
    package func load(from lower: [UInt8]?, to upper: [UInt8]?) throws -> RecordBatch {
        var batch = RecordBatch()
        let range = IdentifierRange(lower: lower, upper: upper)
        var own = try SpillReader<IngestedTransition>(sections(transitions, range), of: file, range: range)
        var others = try SpillReader<IngestedDeployment>(sections(deployments, range), of: file, range: range)
        // Of hundreds of segments, room for what is not in the range would take more than a part.
        batch.transitions.reserveCapacity(own.room.entries)
        batch.deployments.reserveCapacity(others.room.entries)
        batch.arena.bytes.reserveCapacity(own.room.bytes + others.room.bytes)
        batch.arena.checks.reserveCapacity(own.room.checks)
        try own.appendRecords(to: &batch.transitions, arena: &batch.arena)
        try others.appendRecords(to: &batch.deployments, arena: &batch.arena)
        return batch
    }

    /// The sections around a range of identifiers: no entry of it lies outside.
    private func sections(_ marks: [Mark], _ range: IdentifierRange) -> [SpillSection] {
        /// The first mark that is not before an identifier.
        func bound(_ id: [UInt8]) -> Int {
            marks.partitioningIndex { !$0.id.lexicographicallyPrecedes(id) }
        }
        // Entries of the identifier itself may stand before the first mark that has it.
        let first = range.lower.map { max(bound($0) - 1, 0) } ?? 0
        let last = range.upper.map(bound) ?? marks.count
        return marks[first..<max(first, last)].map(\.section)
    }
}

/// Identifiers from one on and before another; nil is no bound.
struct IdentifierRange: Sendable {
    var lower: [UInt8]?
    var upper: [UInt8]?
}

extension RandomAccessCollection {
    /// The index of the first element that satisfies a condition which all behind it satisfy too; the end if none does.
    func partitioningIndex(where isBehind: (Element) throws -> Bool) rethrows -> Index {
        var low = startIndex
        var count = count
        while count > 0 {
            let half = count / 2
            let middle = index(low, offsetBy: half)
            if try isBehind(self[middle]) {
                count = half
            } else {
                low = index(after: middle)
                count -= half + 1
            }
        }
        return low
    }
}
