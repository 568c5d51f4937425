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
        parts.reduce(into: [:]) { $0.merge($1.list.codeCounts.filter { $0.value > 0 }, uniquingKeysWith: +) }
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

    /// Groups of records of one position, in order of the positions; in a group they stand as they were added.
    private func groups() -> some Sequence<[RejectedRecord]> {
        var references = ordered()
        var next = references.next()
        return AnyIterator {
            guard let own = next else { return nil }
            let first = position(own)
            var group: [RejectedRecord] = []
            while let reference = next, position(reference) == first {
                group.append(record(reference))
                next = references.next()
            }
            return group
        }
    }

    /// References in order of the positions: as the records were added, if they stand so, as nearly always.
    private func ordered() -> References {
        var before: SourcePosition?
        var all = References(counts: parts.map(\.list.count))
        while let reference = all.next() {
            let own = position(reference)
            guard before.map({ $0 <= own }) ?? true else { return References(sorted: sorted()) }
            before = own
        }
        return References(counts: parts.map(\.list.count))
    }

    private func sorted() -> [Reference] {
        var keyed: [(position: SourcePosition, number: Int, reference: Reference)] = []
        keyed.reserveCapacity(count)
        var all = References(counts: parts.map(\.list.count))
        while let reference = all.next() { keyed.append((position(reference), keyed.count, reference)) }
        return keyed.sorted { ($0.position, $0.number) < ($1.position, $1.number) }.map(\.reference)
    }

    /// References one by one, without an array of millions where the order is that of the parts.
    private struct References {
        private let counts: [Int]
        private let sorted: [Reference]?
        private var part = 0
        private var index = 0

        /// Those of parts with so many records.
        init(counts: [Int]) {
            self.counts = counts
            sorted = nil
        }

        init(sorted: [Reference]) {
            counts = []
            self.sorted = sorted
        }

        mutating func next() -> Reference? {
            defer { index += 1 }
            if let sorted { return index < sorted.count ? sorted[index] : nil }
            while part < counts.count, index == counts[part] {
                part += 1
                index = 0
            }
            return part < counts.count ? Reference(part: UInt32(part), index: UInt32(index)) : nil
        }
    }

    /// The records by position; those of one position stand as they were added.
    func recordsAsAdded() -> some Sequence<RejectedRecord> { groups().lazy.flatMap { $0 } }

    /// Of each source the first records by position.
    func first(_ number: Int) -> [RejectedRecord] {
        var counts: [Int: Int] = [:]
        var first: [RejectedRecord] = []
        var references = ordered()
        while let reference = references.next() {
            let source = parts[Int(reference.part)].source
            guard counts[source, default: 0] < number else { continue }
            counts[source, default: 0] += 1
            first.append(record(reference))
        }
        return first
    }

    /// Those of some positions at which a record was rejected.
    package func rejected(at positions: Set<SourcePosition>) -> Set<SourcePosition> {
        guard !positions.isEmpty else { return [] }
        var found: Set<SourcePosition> = []
        var references = References(counts: parts.map(\.list.count))
        while let reference = references.next() {
            let own = position(reference)
            if positions.contains(own) { found.insert(own) }
        }
        return found
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
