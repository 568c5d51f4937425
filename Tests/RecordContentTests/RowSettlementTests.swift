import AuditModel
import RecordContent
import Testing

/// What is found for many transitions without identifier is what comparing each with each finds, in any order.
@Suite("Transitions without identifier")
struct RowSettlementTests {
    /// Numbers that look random and are the same in every execution.
    private struct Numbers: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 31
        }
        mutating func pick<Value>(_ values: [Value]) -> Value { values[Int.random(in: 0..<values.count, using: &self)] }
    }

    private struct Example: Equatable {
        var content: [UInt8]
        var status: DeploymentStatus

        var moment: RowIndex.Moment {
            var transition = Transition()
            transition.status = status
            return RowIndex.Moment(transition)
        }
    }

    private static let values = [#""a b""#, #""a\nb""#, #""a\r\nb""#, #""""#, "12", #""12""#]

    private static func example(_ numbers: inout Numbers, id: Int?) -> Example {
        var members = id.map { ["\"id\":\"\($0)\""] } ?? []
        for name in ["message", "reasonCode", "transactionHash"] where numbers.pick([true, false]) {
            members.append("\"\(name)\":\(numbers.pick(values))")
        }
        if numbers.pick([true, false, false]) { members.append("\"x\":\(numbers.pick(["1", "2"]))") }
        return Example(
            content: Array("{\(members.joined(separator: ","))}".utf8), status: numbers.pick([.queued, .submitted]))
    }

    /// The contents that stand, sorted.
    private static func standing(_ identified: [Example], _ others: [Example]) -> [[UInt8]] {
        let all = identified + others
        let standing = RowSettlement.standing(identified: identified.count, count: all.count) {
            all[$0].moment
        } content: {
            all[$0].content[...]
        }
        for (index, number) in standing.enumerated() {
            #expect(all[number].status == others[index].status)
            // What stands for another stands for itself.
            #expect(number < identified.count || standing[number - identified.count] == number)
        }
        return zip(standing, others).enumerated().filter { $1.0 == identified.count + $0 }.map(\.element.1.content)
            .sorted { $0.lexicographicallyPrecedes($1) }
    }

    private static func agrees(_ row: Example, _ record: Example, mayLack: Bool) -> Bool {
        row.status == record.status
            && RowComparison.agrees(
                0..<row.content.count, in: row.content.span, with: 0..<record.content.count, in: record.content.span,
                mayLack: mayLack)
    }

    /// The same by its definition: what no record stands for, and what is a part of no other one that is not a part of it.
    private static func expected(_ identified: [Example], _ others: [Example]) -> [Example] {
        func isPart(_ one: Example, _ other: Example) -> Bool {
            RowComparison.isRow(0..<one.content.count, in: one.content.span) && agrees(one, other, mayLack: false)
        }
        let rest = others.filter { row in !identified.contains { agrees(row, $0, mayLack: true) } }
        return rest.filter { row in !rest.contains { isPart(row, $0) && !isPart($0, row) && $0 != row } }
    }

    @Test("each stands that is no part of another, whatever the number and order", arguments: 0..<60)
    func sets(seed: Int) {
        var numbers = Numbers(state: UInt64(seed) &* 77 &+ 3)
        let identified = (0..<(seed % 3 == 0 ? 0 : 6)).map { Self.example(&numbers, id: $0) }
        let others = (0..<(seed % 2 == 0 ? 12 : 150)).map { _ in Self.example(&numbers, id: nil) }
        let found = Self.standing(identified, others)
        for _ in 0..<3 {
            #expect(Self.standing(identified, others.shuffled(using: &numbers)) == found)
        }
        let expected = Self.expected(identified, others)
        for content in found { #expect(expected.contains { $0.content == content }) }
        // Those that are a part of each other have one among them.
        let both = Self.expected(identified, others).filter { row in
            !found.contains(row.content)
                && !expected.contains {
                    $0 != row && Self.agrees(row, $0, mayLack: false) && found.contains($0.content)
                }
        }
        #expect(both.isEmpty)
    }

    @Test("of a text and a number that a row has as a text, the number stands")
    func numberAndText() {
        let number = Example(content: Array(#"{"transactionHash":12}"#.utf8), status: .queued)
        let text = Example(content: Array(#"{"transactionHash":"12"}"#.utf8), status: .queued)
        for order in [[number, text], [text, number]] { #expect(Self.standing([], order) == [number.content]) }
    }
}
