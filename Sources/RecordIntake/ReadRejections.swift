package import AuditModel
package import BundleFormat
package import RecordIngest

/// The rejected records of files that were read, with the findings on them: both are made when somebody asks, one by one.
package struct ReadRejections: Sendable {
    /// A batch's list, with its source and first line.
    private struct Part: Sendable {
        var list: RejectionList
        var source: Int
        var firstLine: Int
        /// Whether bytes are shown, or digests alone.
        var keepsRaw: Bool
    }

    private struct Reference: Sendable {
        var part: UInt32
        var index: UInt32
    }

    private var parts: [Part] = []
    package private(set) var count = 0

    package init() {}

    /// Adds a batch's list.
    package mutating func add(_ list: RejectionList, source: Int, firstLine: Int, keepsRaw: Bool) {
        parts.append(Part(list: list, source: source, firstLine: firstLine, keepsRaw: keepsRaw))
        count += list.count
    }

    mutating func merge(_ other: ReadRejections) {
        parts += other.parts
        count += other.count
    }

    /// How many findings there are on them, by code.
    var findingCounts: [FindingCode: Int] {
        parts.reduce(into: [:]) { counts, part in
            for index in part.list.indices { counts[part.list.code(index), default: 0] += 1 }
        }
    }

    private func position(_ reference: Reference) -> SourcePosition {
        let part = parts[Int(reference.part)]
        let position = part.list.position(Int(reference.index))
        return SourcePosition(source: part.source, line: part.firstLine + position.line, offset: position.offset)
    }

    private func record(_ reference: Reference) -> RejectedRecord {
        let part = parts[Int(reference.part)]
        return RejectedRecord(part.list[Int(reference.index)], at: position(reference), keepsRaw: part.keepsRaw)
    }

    /// Groups of records of one position, in order of the positions.
    private func groups() -> some Sequence<[RejectedRecord]> {
        let references = ordered()
        return sequence(state: 0) { (next: inout Int) -> [RejectedRecord]? in
            guard next < references.count else { return nil }
            let first = position(references[next])
            var group: [RejectedRecord] = []
            while next < references.count, position(references[next]) == first {
                group.append(record(references[next]))
                next += 1
            }
            return group
        }
    }

    private func ordered() -> [Reference] {
        var references: [Reference] = []
        references.reserveCapacity(count)
        for (number, part) in parts.enumerated() {
            for index in part.list.indices { references.append(Reference(part: UInt32(number), index: UInt32(index))) }
        }
        let isOrdered = zip(references, references.dropFirst()).allSatisfy { position($0) <= position($1) }
        if !isOrdered { references.sort { position($0) < position($1) } }
        return references
    }

    /// The records by position and SHA-256.
    package func records() -> some Sequence<RejectedRecord> {
        groups().lazy.flatMap { $0.count > 1 ? $0.sorted { $0.sha256 < $1.sha256 } : $0 }
    }

    /// The findings in their order.
    func findings() -> some Sequence<Finding> {
        groups().lazy.flatMap { group in
            let findings = group.map(\.finding)
            return findings.count > 1 ? findings.sorted(by: IntakeFindings.precedes) : findings
        }
    }
}

extension RejectedRecord {
    /// A record that was rejected when it was read.
    package init(_ rejection: Rejection, at position: SourcePosition, keepsRaw: Bool) {
        self.init(
            code: rejection.code, reason: rejection.reason, position: position,
            sha256: rejection.sha256, byteCount: rejection.byteCount,
            raw: keepsRaw ? rejection.raw : nil, deploymentID: rejection.deploymentID)
    }
}

/// Elements of two sequences that are in order, in one order; of equal ones the first sequence's come first.
struct Merged<Element>: Sequence, IteratorProtocol {
    private var first: any IteratorProtocol<Element>
    private var second: any IteratorProtocol<Element>
    private var heads: (first: Element?, second: Element?)
    private let precedes: (Element, Element) -> Bool

    init(
        _ first: some Sequence<Element>, _ second: some Sequence<Element>,
        by precedes: @escaping (Element, Element) -> Bool
    ) {
        var own = first.makeIterator()
        var other = second.makeIterator()
        heads = (own.next(), other.next())
        self.first = own
        self.second = other
        self.precedes = precedes
    }

    mutating func next() -> Element? {
        guard let own = heads.first else {
            defer { heads.second = second.next() }
            return heads.second
        }
        if let other = heads.second, precedes(other, own) {
            heads.second = second.next()
            return other
        }
        heads.first = first.next()
        return own
    }
}
