import AuditModel

/// Tells which of a deployment's transitions without identifier are the same event as another one (docs/domain.md,
/// section 4).
///
/// The same history may arrive as JSON and as the service's own CSV of it. The CSV has a part of the members, and of their
/// texts what the export leaves (``RowComparison``). The outcome depends on the set of contents alone, so that neither the
/// order of files nor what a ledger holds already changes it.
package struct RowSettlement {
    /// So few are compared with each other.
    private static let compared = 64

    private let identified: Int
    private let count: Int
    private let moment: (Int) -> RowIndex.Moment
    private let content: (Int) -> ArraySlice<UInt8>
    /// For each transition without identifier the number of the one that stands for it.
    private var standing: [Int]

    /// Finds the transition that stands for each one without identifier.
    ///
    /// Of equal contents the one of the lowest number stands for all.
    ///
    /// - Parameters:
    ///   - identified: how many transitions have an identifier; they have the numbers from 0.
    ///   - count: of all transitions; those without identifier have the numbers from `identified`.
    ///   - moment: time and status of a number.
    ///   - content: the canonical content of a number.
    /// - Returns: the number of the one that stands for each: its own, or another's.
    package static func standing(
        identified: Int, count: Int, moment: (Int) -> RowIndex.Moment, content: (Int) -> ArraySlice<UInt8>
    ) -> [Int] {
        withoutActuallyEscaping(moment) { moment in
            withoutActuallyEscaping(content) { content in
                var settlement = RowSettlement(identified: identified, count: count, moment: moment, content: content)
                settlement.settleBesideIdentified()
                settlement.settleAmongThemselves()
                return settlement.standing
            }
        }
    }

    private init(
        identified: Int, count: Int, moment: @escaping (Int) -> RowIndex.Moment,
        content: @escaping (Int) -> ArraySlice<UInt8>
    ) {
        self.identified = identified
        self.count = count
        self.moment = moment
        self.content = content
        standing = Array(identified..<count)
    }

    /// One with an identifier stands for each without of which no member disagrees with it.
    private mutating func settleBesideIdentified() {
        guard identified > 0 else { return }
        var index = count > RowSettlement.compared ? RowIndex() : nil
        for number in 0..<identified { index?.add(number, content(number), at: moment(number)) }
        for number in identified..<count {
            let own = moment(number)
            let found =
                index == nil
                ? (0..<identified).first { moment($0) == own && agrees(number, with: $0) }
                : index?.first(agreeing: content(number), at: own)
            if let found { standing[number - identified] = found }
        }
    }

    private func agrees(_ number: Int, with record: Int) -> Bool {
        let row = content(number)
        let other = content(record)
        return RowComparison.agrees(0..<row.count, in: row.span, with: 0..<other.count, in: other.span)
    }

    /// Of those without identifier, one stands for each that has a part of its members as a row of CSV would have it.
    private mutating func settleAmongThemselves() {
        var rest = (identified..<count).filter { standing[$0 - identified] == $0 }.map { ($0, moment($0)) }
        guard rest.count > 1 else { return }
        rest.sort { left, right in
            if left.1.time != right.1.time { return left.1.time < right.1.time }
            if left.1.status != right.1.status { return left.1.status.rawValue < right.1.status.rawValue }
            return left.0 < right.0
        }
        var start = 0
        while start < rest.count {
            var end = start + 1
            while end < rest.count, rest[end].1 == rest[start].1 { end += 1 }
            if end - start > 1 { settle(rest[start..<end].map { RankedRow($0.0, content($0.0)) }, at: rest[start].1) }
            start = end
        }
    }

    /// Settles those of one moment.
    private mutating func settle(_ rows: [RankedRow], at moment: RowIndex.Moment) {
        let ranked = rows.sorted()
        var index = ranked.count > RowSettlement.compared ? RowIndex() : nil
        for (position, row) in ranked.enumerated() where position == 0 || ranked[position - 1].content != row.content {
            index?.add(position, row.content, at: moment)
        }
        for (position, row) in ranked.enumerated() {
            if position > 0, ranked[position - 1].content == row.content {
                standing[row.number - identified] = standing[ranked[position - 1].number - identified]
                continue
            }
            guard position > 0, row.isRow else { continue }
            // What stands for this one is ranked before it, and what stands for that would stand for this one too.
            let found =
                index == nil
                ? (0..<position).first { row.isPart(of: ranked[$0]) }
                : index?.first(containing: row.content, at: moment)
            if let found, found < position { standing[row.number - identified] = ranked[found].number }
        }
    }
}

/// A transition without identifier among others of its time and status: first those that others may be a part of.
private struct RankedRow: Comparable {
    let number: Int
    let content: ArraySlice<UInt8>
    private let memberCount: Int
    /// The length of all values without quotation marks: an export only takes away.
    private let bareLength: Int

    init(_ number: Int, _ content: ArraySlice<UInt8>) {
        self.number = number
        self.content = content
        var memberCount = 0
        var bareLength = 0
        let bytes = content.span
        var walk = CanonicalMembers(0..<content.count)
        while let member = walk.next(bytes) {
            memberCount += 1
            bareLength += member.value.count
            if bytes[member.value.lowerBound] == UInt8(ascii: "\"") { bareLength -= 2 }
        }
        self.memberCount = memberCount
        self.bareLength = bareLength
    }

    static func < (left: RankedRow, right: RankedRow) -> Bool {
        if left.memberCount != right.memberCount { return left.memberCount > right.memberCount }
        if left.bareLength != right.bareLength { return left.bareLength > right.bareLength }
        // A number that is written as one comes from JSON: a row has a text.
        if left.content.count != right.content.count { return left.content.count < right.content.count }
        if left.content != right.content { return left.content.lexicographicallyPrecedes(right.content) }
        return left.number < right.number
    }

    /// Whether a row of CSV may be all that it is.
    var isRow: Bool { RowComparison.isRow(0..<content.count, in: content.span) }

    /// Whether another has each of its members, as it stands here or with what an export loses.
    func isPart(of other: RankedRow) -> Bool {
        RowComparison.agrees(
            0..<content.count, in: content.span, with: 0..<other.content.count, in: other.content.span, mayLack: false)
    }
}
