import BundleRelations
import MerkleTree
import Testing

@Suite("Marks of records in a bundle and in its log")
struct RecordMarksTests {
    private static func marks(_ names: [String]) -> [MerkleDigest] { names.map { MerkleHash.leaf(Array($0.utf8)) } }

    private static func sum(_ names: [String]) -> MarkSum {
        var sum = MarkSum()
        for mark in marks(names) { sum.add(mark) }
        return sum
    }

    @Test("sums of the same marks are equal in any order, and in parts")
    func sumsOfTheSame() {
        var parts = Self.sum(["c", "a"])
        parts.add(Self.sum(["b", "a"]))
        #expect(parts == Self.sum(["a", "a", "b", "c"]))
        #expect(parts.count == 4)
    }

    @Test(
        "sums of other marks differ",
        arguments: [[], ["a", "b"], ["a", "b", "c", "c"], ["a", "b", "b"], ["a", "b", "d"], ["b", "b", "c"]])
    func sumsOfOthers(_ names: [String]) {
        #expect(Self.sum(names) != Self.sum(["a", "b", "c"]))
    }

    @Test("names the entries that the trail does not have, and counts the records that the log does not have")
    func comparison() {
        let log = zip(Self.marks(["a", "b", "b", "e"]), [10, 11, 12, 13]).map { (digest: $0, index: $1) }
        let found = RecordMarks.compare(trail: Self.marks(["a", "b", "c", "d"]), log: log)
        #expect(Set(found.entries).isSubset(of: [11, 12, 13]))
        #expect(found.entries.count == 2 && found.entries.contains(13))
        #expect(found.records == 2)
    }
}
