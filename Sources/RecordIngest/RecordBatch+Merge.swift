import AuditModel
import RecordContent
import StrictJSON

extension RecordBatch {
    /// Records of several batches of one source in the order of their deployments' identifiers: a sorted run.
    ///
    /// Records of one deployment stay in the order of the batches, and of their places there. The bytes and checks of
    /// transitions come first, in the transitions' order, then those of deployment records in theirs: a range of identifiers
    /// is one stretch of each. Lines are counted from the beginning of the source. Rejections and notes are left behind.
    ///
    /// - Parameter batches: in their order, each with the number of its first line.
    package init(merging batches: [(batch: RecordBatch, firstLine: Int)]) {
        self.init()
        let merge = RunMerge(batches.map(\.batch))
        arena.bytes.reserveCapacity(batches.reduce(0) { $0 + $1.batch.arena.bytes.count })
        arena.checks.reserveCapacity(batches.reduce(0) { $0 + $1.batch.arena.checks.count })
        let ends = batches.map { $0.batch.stretchEnds() }
        transitions.reserveCapacity(batches.reduce(0) { $0 + $1.batch.transitions.count })
        for key in merge.order(\.transitions, \.deploymentID) {
            let (batch, index) = (Int(key.batch), Int(key.index))
            let source = batches[batch].batch
            var entry = source.transitions[index]
            let offset = take(
                source.arena, Int(entry.transition.content.start)..<ends[batch].transitions[index],
                checks: entry.transition.checks)
            let checks = Int32(arena.checks.count - entry.transition.checks.count)
            entry.move(by: offset, checks: checks - entry.transition.checks.lowerBound)
            entry.place.line += batches[batch].firstLine
            transitions.append(entry)
        }
        for key in merge.order(\.deployments, \.deploymentID) {
            let (batch, index) = (Int(key.batch), Int(key.index))
            let source = batches[batch].batch
            var entry = source.deployments[index]
            let offset = take(
                source.arena, Int(entry.facts.content.start)..<ends[batch].deployments[index], checks: 0..<0)
            entry.move(by: offset)
            entry.place.line += batches[batch].firstLine
            deployments.append(entry)
        }
    }

    /// Appends a record's bytes and checks; returns how far the bytes have moved.
    private mutating func take(_ source: RecordArena, _ stretch: Range<Int>, checks: Range<Int32>) -> Int {
        let offset = arena.bytes.count - stretch.lowerBound
        arena.bytes.append(source.bytes.span, stretch)
        for check in checks {
            let check = source.checks[Int(check)]
            arena.checks.append(ComplianceCheck(name: check.name.moved(by: offset), passed: check.passed))
        }
        return offset
    }
}

/// The order of the records of several batches.
private struct RunMerge {
    /// A record, with the first bytes of its deployment's identifier: nearly all comparisons end with them.
    struct Key {
        var word: UInt64
        var batch: UInt32
        var index: UInt32
    }

    private let batches: [RecordBatch]

    init(_ batches: [RecordBatch]) { self.batches = batches }

    func order<Entry>(_ entries: (RecordBatch) -> [Entry], _ id: (Entry) -> ByteSlice) -> [Key] {
        var keys: [Key] = []
        var lists: [[Entry]] = []
        for (number, batch) in batches.enumerated() {
            let list = entries(batch)
            let bytes = batch.arena.bytes.span
            for (index, entry) in list.enumerated() {
                keys.append(
                    Key(word: bytes.leadingWord(id(entry).range), batch: UInt32(number), index: UInt32(index)))
            }
            lists.append(list)
        }
        keys.sort { ($0.word, $0.batch, $0.index) < ($1.word, $1.batch, $1.index) }
        sortEqualWords(&keys) { id(lists[Int($0.batch)][Int($0.index)]) }
        return keys
    }

    /// Records whose identifiers begin alike nearly always are of one deployment, and then stand right.
    private func sortEqualWords(_ keys: inout [Key], _ id: (Key) -> ByteSlice) {
        var start = 0
        while start < keys.count {
            let first = keys[start]
            var (end, isOne) = (start + 1, true)
            while end < keys.count, keys[end].word == first.word {
                isOne = isOne && compare(first, id(first), keys[end], id(keys[end])) == 0
                end += 1
            }
            if !isOne {
                keys[start..<end].sort { left, right in
                    let order = compare(left, id(left), right, id(right))
                    return order == 0 ? (left.batch, left.index) < (right.batch, right.index) : order < 0
                }
            }
            start = end
        }
    }

    private func compare(_ left: Key, _ own: ByteSlice, _ right: Key, _ other: ByteSlice) -> Int {
        let (a, b) = (batches[Int(left.batch)].arena.bytes, batches[Int(right.batch)].arena.bytes)
        return compareBytes(a.span, own.range, with: b.span, in: other.range)
    }
}
