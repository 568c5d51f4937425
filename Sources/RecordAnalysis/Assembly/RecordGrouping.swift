import AuditModel
import RecordIngest
import StrictJSON

/// Groups records by deployment, a range of identifiers at a time, so that ranges are worked on side by side.
struct RecordGrouping: Sendable {
    let batches: [RecordBatch]
    let arenas: [[UInt8]]
    /// Whether identifiers of transitions are wanted.
    let collectsIDs: Bool

    /// About as many records as a range should have: enough work for a task, few enough for the cache.
    private static let rangeRecords = 16_384
    /// One identifier in so many is looked at to choose the ranges.
    private static let sampleStride = 512

    /// What one range gives.
    struct Piece: Sendable {
        var groups = RecordGroups()
        /// By transition: the hash of its identifier, and its deployment's number in the range.
        var transitionIDs: [SharedIdentifiers.Entry] = []
    }

    /// The identifiers at which ranges of about equal size begin, the first one's not among them.
    func splitters() -> [IdentifierSlice] {
        var sample: [IdentifierSlice] = []
        var total = 0
        for (batch, records) in batches.enumerated() {
            total += records.transitions.count + records.deployments.count
            for index in stride(from: 0, to: records.transitions.count, by: RecordGrouping.sampleStride) {
                sample.append(IdentifierSlice(batch, records.transitions[index].deploymentID))
            }
            for index in stride(from: 0, to: records.deployments.count, by: RecordGrouping.sampleStride) {
                sample.append(IdentifierSlice(batch, records.deployments[index].deploymentID))
            }
        }
        sample.sort { compare($0, $1) < 0 }
        let ranges = total / RecordGrouping.rangeRecords + 1
        var splitters: [IdentifierSlice] = []
        for range in 1..<max(ranges, 1) {
            let candidate = sample[range * sample.count / ranges]
            if splitters.last.map({ compare($0, candidate) < 0 }) ?? true { splitters.append(candidate) }
        }
        return splitters
    }

    /// Groups the records whose identifiers lie from `lower` on and below `upper`.
    func group(from lower: IdentifierSlice?, to upper: IdentifierSlice?) -> Piece {
        var table = IdentifierTable(capacity: RecordGrouping.rangeRecords / 4)
        var numbers = (transitions: [UInt32](), deployments: [UInt32]())
        var references = (transitions: [RecordReference](), deployments: [RecordReference]())
        for (batch, records) in batches.enumerated() {
            let transitions = range(of: records.transitions, \.deploymentID, batch: batch, lower: lower, upper: upper)
            for index in transitions { references.transitions.append(RecordReference(batch, index)) }
            number(records.transitions[transitions], batch, table: &table, numbers: &numbers.transitions) {
                ($0.deploymentID, $0.deploymentHash, $0.continuesDeployment)
            }
            let deployments = range(of: records.deployments, \.deploymentID, batch: batch, lower: lower, upper: upper)
            for index in deployments { references.deployments.append(RecordReference(batch, index)) }
            number(records.deployments[deployments], batch, table: &table, numbers: &numbers.deployments) {
                ($0.deploymentID, $0.deploymentHash, false)
            }
        }
        let order = order(table.slices)
        var ranks = [Int](repeating: 0, count: order.count)
        for (rank, number) in order.enumerated() { ranks[number] = rank }
        var piece = Piece()
        piece.groups.identifiers = order.map { table.slices[$0] }
        piece.groups.transitions = sorted(references.transitions, numbers.transitions, ranks: ranks)
        piece.groups.deployments = sorted(references.deployments, numbers.deployments, ranks: ranks)
        survey(references.transitions, numbers.transitions, ranks: ranks, piece: &piece)
        return piece
    }

    /// Numbers the identifiers of a batch's records, of which equal ones stand together.
    private func number<Entry>(
        _ entries: ArraySlice<Entry>, _ batch: Int, table: inout IdentifierTable, numbers: inout [UInt32],
        id: (Entry) -> (slice: ByteSlice, hash: Int, continues: Bool)
    ) {
        let arena = arenas[batch]
        let bytes = arena.span
        var last: (slice: ByteSlice, hash: Int, number: UInt32)?
        for entry in entries {
            let (slice, hash, continues) = id(entry)
            // What is known to be the same is not looked at: its bytes are in no cache.
            if let last,
                continues || last.hash == hash && isEqualBytes(bytes, last.slice.range, to: bytes, in: slice.range)
            {
                numbers.append(last.number)
                continue
            }
            let number = UInt32(table.number(hash, IdentifierSlice(batch, slice), isSame: isSame))
            numbers.append(number)
            last = (slice, hash, number)
        }
    }

    /// The indices of identifiers in their order; nearly all comparisons end with the first eight bytes.
    private func order(_ slices: [IdentifierSlice]) -> [Int] {
        let keys = slices.map { slice in
            let arena = arenas[Int(slice.batch)]
            return arena.span.leadingWord(slice.range)
        }
        return slices.indices.sorted {
            keys[$0] == keys[$1] ? compare(slices[$0], slices[$1]) < 0 : keys[$0] < keys[$1]
        }
    }

    /// The indices of a batch's records whose identifiers lie in the range.
    private func range<Entry>(
        of entries: [Entry], _ id: (Entry) -> ByteSlice, batch: Int, lower: IdentifierSlice?,
        upper: IdentifierSlice?
    ) -> Range<Int> {
        func start(_ bound: IdentifierSlice) -> Int {
            var low = 0
            var high = entries.count
            while low < high {
                let middle = (low + high) / 2
                if compare(IdentifierSlice(batch, id(entries[middle])), bound) < 0 {
                    low = middle + 1
                } else {
                    high = middle
                }
            }
            return low
        }
        let first = lower.map(start) ?? 0
        return first..<(upper.map(start) ?? entries.count)
    }

    /// A counting sort, which keeps the order of arrival inside each deployment.
    private func sorted(_ references: [RecordReference], _ numbers: [UInt32], ranks: [Int]) -> RecordGroups.Grouped {
        var starts = [Int32](repeating: 0, count: ranks.count + 1)
        for number in numbers { starts[ranks[Int(number)] + 1] += 1 }
        for rank in ranks.indices { starts[rank + 1] += starts[rank] }
        var next = starts
        var sorted = references
        for (reference, number) in zip(references, numbers) {
            let rank = ranks[Int(number)]
            sorted[Int(next[rank])] = reference
            next[rank] += 1
        }
        return RecordGroups.Grouped(references: sorted, starts: starts)
    }

    /// Takes each deployment's latest time, and the hashes of the transitions' identifiers.
    private func survey(_ references: [RecordReference], _ numbers: [UInt32], ranks: [Int], piece: inout Piece) {
        piece.groups.latest = Array(repeating: .unset, count: ranks.count)
        if collectsIDs { piece.transitionIDs.reserveCapacity(references.count) }
        for (reference, number) in zip(references, numbers) {
            let rank = ranks[Int(number)]
            let entry = batches[Int(reference.batch)].transitions[Int(reference.index)]
            if entry.transition.isPlausible {
                piece.groups.latest[rank] = max(piece.groups.latest[rank], entry.transition.time)
            }
            guard collectsIDs, entry.transition.hasOwnID else { continue }
            piece.transitionIDs.append(SharedIdentifiers.Entry(hash: entry.idHash, deployment: UInt32(rank)))
        }
    }

    private func isSame(_ left: IdentifierSlice, _ right: IdentifierSlice) -> Bool {
        let own = arenas[Int(left.batch)]
        let other = arenas[Int(right.batch)]
        return isEqualBytes(own.span, left.range, to: other.span, in: right.range)
    }

    private func compare(_ left: IdentifierSlice, _ right: IdentifierSlice) -> Int {
        let own = arenas[Int(left.batch)]
        let other = arenas[Int(right.batch)]
        return compareBytes(own.span, left.range, with: other.span, in: right.range)
    }
}
