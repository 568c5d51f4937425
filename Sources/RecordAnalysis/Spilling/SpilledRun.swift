import AuditModel
import RecordContent
import RecordIngest

/// Records of one source in the order of their deployments' identifiers, in a file: its entries, bytes and checks.
struct SpilledRun: Sendable {
    /// A place in the order: so far from it, a range of identifiers is found without reading.
    private struct Mark {
        var id: [UInt8]
        var index: Int
        /// Where the entry's bytes and checks begin.
        var (byte, check): (Int, Int)
    }

    /// Entries between marks: few enough that those read in vain do not matter.
    private static let stride = 128

    /// The source's number in the order of reading.
    let source: Int
    /// The offset behind it in the file.
    let end: Int
    private let file: SpillFile
    private let transitions: Section
    private let deployments: Section
    private let (byteOffset, checkOffset): (Int, Int)

    /// The entries of one kind.
    private struct Section {
        var offset = 0
        var marks: [Mark] = []
        /// Behind the last entry; without identifier.
        var end = Mark(id: [], index: 0, byte: 0, check: 0)
    }

    /// Writes a sorted run (``RecordBatch/init(merging:)``) at an offset of a file.
    init(_ run: RecordBatch, source: Int, to file: SpillFile, at offset: Int) throws {
        (self.source, self.file) = (source, file)
        let border = run.deployments.first.map { Int($0.facts.content.start) } ?? run.arena.bytes.count
        transitions = Section(
            offset: offset,
            marks: SpilledRun.marks(run.transitions, run) { entry in
                (entry.deploymentID, Int(entry.transition.content.start), Int(entry.transition.checks.lowerBound))
            }, end: Mark(id: [], index: run.transitions.count, byte: border, check: run.arena.checks.count))
        let second = try file.write(run.transitions, at: offset)
        deployments = Section(
            offset: second,
            marks: SpilledRun.marks(run.deployments, run) { ($0.deploymentID, Int($0.facts.content.start), 0) },
            end: Mark(id: [], index: run.deployments.count, byte: run.arena.bytes.count, check: 0))
        byteOffset = try file.write(run.deployments, at: second)
        checkOffset = try file.write(run.arena.bytes, at: byteOffset)
        end = try file.write(run.arena.checks, at: checkOffset)
    }

    private static func marks<Entry>(
        _ entries: [Entry], _ run: RecordBatch, _ place: (Entry) -> (id: ByteSlice, byte: Int, check: Int)
    ) -> [Mark] {
        Swift.stride(from: 0, to: entries.count, by: stride).map { index in
            let (id, byte, check) = place(entries[index])
            return Mark(id: Array(run.arena.bytes[id.range]), index: index, byte: byte, check: check)
        }
    }

    /// Identifiers in the run, in order, each with the bytes up to the next.
    var samples: [(id: [UInt8], size: Int)] {
        func sizes(_ section: Section, _ stride: Int) -> [(id: [UInt8], size: Int)] {
            zip(section.marks, section.marks.dropFirst() + [section.end]).map { mark, next in
                (mark.id, next.byte - mark.byte + (next.index - mark.index) * stride)
            }
        }
        return sizes(transitions, MemoryLayout<IngestedTransition>.stride)
            + sizes(deployments, MemoryLayout<IngestedDeployment>.stride)
    }

    /// The records of deployments from one identifier on and before another.
    func load(from lower: [UInt8]?, to upper: [UInt8]?) throws -> RecordBatch {
        var batch = RecordBatch()
        let (first, behind) = SpilledRun.range(transitions, lower, upper)
        let (firstDeployment, behindDeployment) = SpilledRun.range(deployments, lower, upper)
        try file.read(behind.byte - first.byte, at: byteOffset + first.byte, into: &batch.arena.bytes)
        let shift = batch.arena.bytes.count - firstDeployment.byte
        try file.read(
            behindDeployment.byte - firstDeployment.byte, at: byteOffset + firstDeployment.byte,
            into: &batch.arena.bytes)
        try loadChecks(first, behind, &batch)
        try load(transitions, first, behind, &batch.transitions)
        try load(deployments, firstDeployment, behindDeployment, &batch.deployments)
        batch.move(-first.byte, checks: -first.check, deployments: shift)
        batch.cut(from: lower, to: upper, border: behind.byte - first.byte)
        return batch
    }

    /// Marks around a range of identifiers: no entry of it lies outside.
    private static func range(_ section: Section, _ lower: [UInt8]?, _ upper: [UInt8]?) -> (Mark, Mark) {
        /// The first mark that is not before an identifier.
        func bound(_ id: [UInt8]) -> Int {
            var (low, high) = (0, section.marks.count)
            while low < high {
                let middle = (low + high) / 2
                if section.marks[middle].id.lexicographicallyPrecedes(id) { low = middle + 1 } else { high = middle }
            }
            return low
        }
        // Entries of the identifier itself may stand before the first mark that has it.
        let first = lower.map { max(bound($0) - 1, 0) } ?? 0
        let last = upper.map(bound) ?? section.marks.count
        let start = first < section.marks.count ? section.marks[first] : section.end
        return (start, max(last, first) < section.marks.count ? section.marks[max(last, first)] : section.end)
    }

    private func load<Entry: BitwiseCopyable>(
        _ section: Section, _ first: Mark, _ behind: Mark, _ entries: inout [Entry]
    ) throws {
        let offset = section.offset + first.index * MemoryLayout<Entry>.stride
        try file.read(behind.index - first.index, at: offset, into: &entries)
    }

    private func loadChecks(_ first: Mark, _ behind: Mark, _ batch: inout RecordBatch) throws {
        let offset = checkOffset + first.check * MemoryLayout<ComplianceCheck>.stride
        try file.read(behind.check - first.check, at: offset, into: &batch.arena.checks)
        for index in batch.arena.checks.indices {
            batch.arena.checks[index].name = batch.arena.checks[index].name.moved(by: -first.byte)
        }
    }
}

extension RecordBatch {
    /// Leaves out the records of a sorted run whose identifiers lie outside a range; bytes of deployments begin at `border`.
    ///
    /// Their bytes go too: of hundreds of runs, what was read up to the next mark would take more than a part.
    fileprivate mutating func cut(from lower: [UInt8]?, to upper: [UInt8]?, border: Int) {
        let bytes = arena.bytes
        func isInside(_ id: ByteSlice) -> Bool {
            let isBelow = lower.map { compareBytes(bytes.span, id.range, with: $0.span, in: 0..<$0.count) < 0 } ?? false
            return !isBelow
                && upper.map { compareBytes(bytes.span, id.range, with: $0.span, in: 0..<$0.count) < 0 } ?? true
        }
        func inside<Entry>(_ entries: [Entry], _ id: (Entry) -> ByteSlice) -> Range<Int> {
            let end = entries.count - entries.reversed().prefix { !isInside(id($0)) }.count
            return entries[..<end].prefix { !isInside(id($0)) }.count..<end
        }
        let kept = (inside(transitions, \.deploymentID), inside(deployments, \.deploymentID))
        guard kept.0.count < transitions.count || kept.1.count < deployments.count else { return }
        keep(kept.0, kept.1, border: border)
    }

    private mutating func keep(_ own: Range<Int>, _ others: Range<Int>, border: Int) {
        let starts = transitions.map { Int($0.transition.content.start) } + [border]
        let otherStarts = deployments.map { Int($0.facts.content.start) } + [arena.bytes.count]
        let (first, second) = (
            starts[own.lowerBound]..<starts[own.upperBound],
            otherStarts[others.lowerBound]..<otherStarts[others.upperBound]
        )
        let checks = transitions[own].reduce(into: 0..<0) { all, entry in
            let next = Int(entry.transition.checks.lowerBound)..<Int(entry.transition.checks.upperBound)
            if !next.isEmpty { all = (all.isEmpty ? next.lowerBound : all.lowerBound)..<next.upperBound }
        }
        arena.bytes = Array(arena.bytes[first]) + arena.bytes[second]
        arena.checks = arena.checks[checks].map { check in
            var check = check
            check.name = check.name.moved(by: -first.lowerBound)
            return check
        }
        (transitions, deployments) = (Array(transitions[own]), Array(deployments[others]))
        move(-first.lowerBound, checks: -checks.lowerBound, deployments: first.count - second.lowerBound)
    }

    /// Lets the entries point to where their bytes and checks have moved.
    fileprivate mutating func move(_ offset: Int, checks: Int, deployments deploymentOffset: Int) {
        for index in transitions.indices {
            // Without checks it points at no place of them.
            let own = transitions[index].transition.checks
            transitions[index].move(by: offset, checks: own.isEmpty ? -own.lowerBound : Int32(checks))
        }
        for index in deployments.indices { deployments[index].move(by: deploymentOffset) }
    }
}
