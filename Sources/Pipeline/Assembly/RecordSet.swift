import AuditModel
import RecordContent
import RecordIngest

/// A record's place in a ``RecordSet``: its batch and its index there.
struct RecordReference: Sendable {
    var batch: UInt32
    var index: UInt32
}

/// All records that were read, grouped by deployment, in order of the identifiers' bytes.
///
/// Within a deployment records stand in the order of the sources and of their positions there.
struct RecordSet: Sendable {
    let batches: [RecordBatch]
    /// The bytes of each batch, at hand without touching the rest of it.
    let arenas: [[UInt8]]
    /// The number of each batch's source, and of its first line.
    let origins: [(source: Int, firstLine: Int)]
    /// Where each deployment's identifier stands, in order.
    private(set) var identifiers: [IdentifierPlace] = []
    private(set) var transitions = Grouped()
    private(set) var deployments = Grouped()

    /// References grouped by deployment.
    struct Grouped: Sendable {
        var references: [RecordReference] = []
        /// The first reference of each deployment, and the end of the last.
        var starts: [Int32] = []

        subscript(deployment: Int) -> ArraySlice<RecordReference> {
            references[Int(starts[deployment])..<Int(starts[deployment + 1])]
        }
    }

    var count: Int { identifiers.count }

    init(_ sources: [LoadedSource]) {
        batches = sources.flatMap(\.batches)
        arenas = batches.map(\.arena.bytes)
        origins = sources.enumerated().flatMap { number, source in source.firstLines.map { (number, $0) } }
        let total = batches.reduce(0) { $0 + $1.transitions.count }
        var table = IdentifierTable(capacity: total / 4 + 16)
        var numbers = (transitions: [UInt32](), deployments: [UInt32]())
        numbers.transitions.reserveCapacity(total)
        number(&table, &numbers.transitions, &numbers.deployments)
        let order = sortedOrder(table.places)
        var ranks = [UInt32](repeating: 0, count: order.count)
        for (rank, number) in order.enumerated() { ranks[Int(number)] = UInt32(rank) }
        identifiers = order.map { table.places[Int($0)] }
        transitions = group(numbers.transitions, ranks) { $0.transitions.count }
        deployments = group(numbers.deployments, ranks) { $0.deployments.count }
    }

    /// Gives every record the number of its deployment's identifier.
    private func number(
        _ table: inout IdentifierTable, _ transitions: inout [UInt32], _ deployments: inout [UInt32]
    ) {
        func identify(_ slice: ByteSlice, _ hash: Int, _ batch: Int) -> UInt32 {
            let place = IdentifierPlace(batch: Int32(batch), start: slice.start, count: slice.count)
            return UInt32(table.number(hash, place, isSame))
        }
        for (index, batch) in batches.enumerated() {
            for entry in batch.transitions {
                transitions.append(identify(entry.deploymentID, entry.deploymentHash, index))
            }
            for entry in batch.deployments {
                deployments.append(identify(entry.deploymentID, entry.deploymentHash, index))
            }
        }
    }

    private func isSame(_ left: IdentifierPlace, _ right: IdentifierPlace) -> Bool { compare(left, right) == 0 }

    private func compare(_ left: IdentifierPlace, _ right: IdentifierPlace) -> Int {
        let (own, other) = (arenas[Int(left.batch)], arenas[Int(right.batch)])
        return compareBytes(own.span, left.range, other.span, right.range)
    }

    private func sortedOrder(_ places: [IdentifierPlace]) -> [UInt32] {
        places.indices.map(UInt32.init).sorted { compare(places[Int($0)], places[Int($1)]) < 0 }
    }

    /// A counting sort, which keeps the order of arrival inside each deployment.
    private func group(_ numbers: [UInt32], _ ranks: [UInt32], _ size: (RecordBatch) -> Int) -> Grouped {
        var starts = [Int32](repeating: 0, count: ranks.count + 1)
        for number in numbers { starts[Int(ranks[Int(number)]) + 1] += 1 }
        for rank in ranks.indices { starts[rank + 1] += starts[rank] }
        var next = starts
        var references = [RecordReference](repeating: RecordReference(batch: 0, index: 0), count: numbers.count)
        var position = 0
        for (batchNumber, batch) in batches.enumerated() {
            for index in 0..<size(batch) {
                let rank = Int(ranks[Int(numbers[position])])
                references[Int(next[rank])] = RecordReference(batch: UInt32(batchNumber), index: UInt32(index))
                next[rank] += 1
                position += 1
            }
        }
        return Grouped(references: references, starts: starts)
    }

    /// The position of a record in its source.
    func position(_ place: RecordPlace, in batch: Int) -> SourcePosition {
        let origin = origins[batch]
        return SourcePosition(source: origin.source, line: origin.firstLine + place.line, offset: place.offset)
    }
}
