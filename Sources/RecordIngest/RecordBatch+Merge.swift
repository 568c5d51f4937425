import AuditModel
import RecordContent
import StrictJSON

extension RecordBatch {
    /// Records of several batches of one source in the order of their deployments' identifiers: a sorted run.
    ///
    /// Records of one deployment stay in the order of the batches, and of their positions there. The bytes and checks of
    /// transitions come first, in the transitions' order, then those of deployment records in theirs: a range of identifiers
    /// is one stretch of each. Lines are counted from the beginning of the source. Rejections and notes are left behind.
    ///
    /// - Parameter batches: in their order, each with the number of its first line, and its own number, which its records keep.
    package init(merging batches: [(batch: RecordBatch, firstLine: Int, number: Int)]) {
        self.init()
        let sources = batches.map { SortedSource($0.batch, firstLine: $0.firstLine, number: $0.number) }
        arena.bytes.reserveCapacity(sources.reduce(0) { $0 + $1.arena.bytes.count })
        arena.checks.reserveCapacity(sources.reduce(0) { $0 + $1.arena.checks.count })
        appendTransitions(of: sources)
        appendDeployments(of: sources)
    }

    private mutating func appendTransitions(of sources: [SortedSource]) {
        transitions.reserveCapacity(sources.reduce(0) { $0 + $1.transitions.count })
        for key in MergeOrder.keys(sources, \.transitions, id: \.deploymentID) {
            let source = Int(key.source)
            let index = Int(key.index)
            var entry = sources[source].transitions[index]
            let offset = appendStretch(
                Int(entry.transition.content.start)..<sources[source].ends.transitions[index],
                of: sources[source].arena, checks: entry.transition.checks)
            let checks = Int32(arena.checks.count - entry.transition.checks.count)
            entry.move(by: offset, checks: checks - entry.transition.checks.lowerBound)
            entry.position.line += sources[source].firstLine
            entry.stretch = sources[source].number
            transitions.append(entry)
        }
    }

    private mutating func appendDeployments(of sources: [SortedSource]) {
        deployments.reserveCapacity(sources.reduce(0) { $0 + $1.deployments.count })
        for key in MergeOrder.keys(sources, \.deployments, id: \.deploymentID) {
            let source = Int(key.source)
            let index = Int(key.index)
            var entry = sources[source].deployments[index]
            let offset = appendStretch(
                Int(entry.facts.content.start)..<sources[source].ends.deployments[index],
                of: sources[source].arena, checks: 0..<0)
            entry.move(by: offset)
            entry.position.line += sources[source].firstLine
            entry.stretch = sources[source].number
            deployments.append(entry)
        }
    }

    /// Appends a record's bytes and checks; returns how far the bytes have moved.
    private mutating func appendStretch(_ stretch: Range<Int>, of source: RecordArena, checks: Range<Int32>) -> Int {
        let offset = arena.bytes.count - stretch.lowerBound
        arena.bytes.append(source.bytes.span, stretch)
        for index in checks {
            let check = source.checks[Int(index)]
            arena.checks.append(ComplianceCheck(name: check.name.moved(by: offset), passed: check.passed))
        }
        return offset
    }
}

/// The records of one batch that is merged with others.
private struct SortedSource {
    let arena: RecordArena
    let transitions: [IngestedTransition]
    let deployments: [IngestedDeployment]
    /// Where the bytes of each record end.
    let ends: (transitions: [Int], deployments: [Int])
    let firstLine: Int
    let number: UInt32

    init(_ batch: RecordBatch, firstLine: Int, number: Int) {
        arena = batch.arena
        transitions = batch.transitions
        deployments = batch.deployments
        ends = batch.stretchEnds()
        self.firstLine = firstLine
        self.number = UInt32(number)
    }
}

/// The order of the records of several batches.
private enum MergeOrder {
    /// A record, with the first bytes of its deployment's identifier: nearly all comparisons end with them.
    struct Key {
        var word: UInt64
        var source: UInt32
        var index: UInt32
    }

    static func keys<Entry>(
        _ sources: [SortedSource], _ entries: (SortedSource) -> [Entry], id: (Entry) -> ByteSlice
    ) -> [Key] {
        var keys: [Key] = []
        var lists: [[Entry]] = []
        for (number, source) in sources.enumerated() {
            let list = entries(source)
            let bytes = source.arena.bytes.span
            for (index, entry) in list.enumerated() {
                keys.append(
                    Key(word: bytes.leadingWord(id(entry).range), source: UInt32(number), index: UInt32(index)))
            }
            lists.append(list)
        }
        keys.sort { ($0.word, $0.source, $0.index) < ($1.word, $1.source, $1.index) }
        sortEqualWords(&keys, arenas: sources.map(\.arena.bytes)) { id(lists[Int($0.source)][Int($0.index)]) }
        return keys
    }

    /// Records whose identifiers begin alike nearly always are of one deployment, and then stand right.
    private static func sortEqualWords(_ keys: inout [Key], arenas: [[UInt8]], id: (Key) -> ByteSlice) {
        /// Orders two records by their identifiers.
        func compare(_ left: Key, _ right: Key) -> Int {
            let first = arenas[Int(left.source)]
            let second = arenas[Int(right.source)]
            return compareBytes(first.span, id(left).range, with: second.span, in: id(right).range)
        }
        var start = 0
        while start < keys.count {
            let first = keys[start]
            var end = start + 1
            var isOne = true
            while end < keys.count, keys[end].word == first.word {
                isOne = isOne && compare(first, keys[end]) == 0
                end += 1
            }
            if !isOne {
                keys[start..<end].sort { left, right in
                    let order = compare(left, right)
                    return order == 0 ? (left.source, left.index) < (right.source, right.index) : order < 0
                }
            }
            start = end
        }
    }
}
