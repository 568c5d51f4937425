import AuditModel

/// The members that no later record may change, of all records of a deployment that agree in them.
///
/// Whatever the number of records is, there are few values: those that agree are the same, or what the source's export of
/// CSV leaves of it (``RowComparison``).
package struct FixedMembers: Sendable {
    /// A value, and the first record that has it.
    private struct Value: Sendable {
        var holder: Int
        var value: Range<Int>
    }

    /// By member, in order of the names.
    private var values = [[Value]](repeating: [], count: 4)
    /// Records so far.
    private var count = 0

    package init() {}

    /// Where a member contradicts.
    package struct Contradiction: Sendable, Equatable {
        /// The number of the first record that says something else, in the order of ``add(_:in:)``.
        package var holder: Int
        /// The first of its members that does.
        package var member: String
    }

    /// How a canonical object contradicts the records so far; nil if it agrees with all.
    ///
    /// The columns of a row may have lost line ends (``RowComparison``).
    package func contradiction(_ content: Range<Int>, in bytes: Span<UInt8>, isRow: Bool) -> Contradiction? {
        var first: (holder: Int, order: Int)?
        var walk = CanonicalMembers(content)
        while let member = walk.next(bytes) {
            guard let order = FixedMembers.order(member.name, in: bytes) else { continue }
            for known in values[order] where known.holder < first?.holder ?? .max {
                let isSame =
                    isRow
                    ? RowComparison.agrees(cell: member.value, in: bytes, with: known.value, in: bytes)
                    : isEqualBytes(bytes, known.value, to: bytes, in: member.value)
                if !isSame { first = (known.holder, order) }
            }
        }
        return first.map { Contradiction(holder: $0.holder, member: FixedMembers.names[$0.order]) }
    }

    /// Adds a record that contradicts none; its bytes stay where they are.
    package mutating func add(_ content: Range<Int>, in bytes: Span<UInt8>) {
        var walk = CanonicalMembers(content)
        while let member = walk.next(bytes) {
            guard let order = FixedMembers.order(member.name, in: bytes) else { continue }
            let isKnown = values[order].contains { isEqualBytes(bytes, $0.value, to: bytes, in: member.value) }
            if !isKnown { values[order].append(Value(holder: count, value: member.value)) }
        }
        count += 1
    }

    private static let names = MergedDeployment.fixedMembers.sorted()

    private static func order(_ name: Range<Int>, in bytes: Span<UInt8>) -> Int? {
        switch KnownMember.named(bytes, name) {
        case .createdAt: 0
        case .deployedBy: 1
        case .network: 2
        case .tokenType: 3
        default: nil
        }
    }
}
