import MerkleTree
import Testing

@Suite("Compact ranges")
struct CompactRangeTests {
    static let sizes = 0...70

    static func range(_ indices: Range<Int>, of leaves: [MerkleDigest]) -> CompactRange {
        var range = CompactRange(startingAt: indices.lowerBound)
        for index in indices { range.append(leaves[index]) }
        return range
    }

    @Test("the root of each size is the one of the reference")
    func roots() {
        let all = leaves(Self.sizes.upperBound)
        var range = CompactRange()
        for size in Self.sizes {
            #expect(range.size == size)
            #expect(range.root == Reference.root(Array(all[..<size])), "\(size) leaves")
            #expect(range.hashes.count == size.nonzeroBitCount)
            #expect(MerkleHash.root(of: all[..<size]) == range.root)
            if size < all.count { range.append(all[size]) }
        }
    }

    @Test("the hashes are the roots of the largest complete subtrees from the left")
    func hashes() {
        let all = leaves(13)
        let expected = [0..<8, 8..<12, 12..<13].map { Reference.root(Array(all[$0])) }
        #expect(Self.range(0..<13, of: all).hashes == expected)
    }

    @Test("two ranges joined at any place are the range made leaf by leaf")
    func joinsTwo() {
        let all = leaves(40)
        for begin in [0, 1, 2, 3, 4, 7, 8, 13] {
            for end in begin...all.count {
                let whole = Self.range(begin..<end, of: all)
                for middle in begin...end {
                    var joined = Self.range(begin..<middle, of: all)
                    joined.append(contentsOf: Self.range(middle..<end, of: all))
                    #expect(joined == whole, "\(begin)..<\(middle)..<\(end)")
                }
            }
        }
    }

    @Test("ranges of any width, joined in order, have the root of the whole", arguments: [1, 2, 3, 5, 8, 16, 17, 64])
    func joinsMany(width: Int) {
        let all = leaves(Self.sizes.upperBound)
        for size in Self.sizes {
            var range = CompactRange()
            for begin in stride(from: 0, to: size, by: width) {
                range.append(contentsOf: Self.range(begin..<min(begin + width, size), of: all))
            }
            #expect(range.root == Reference.root(Array(all[..<size])))
        }
    }

    @Test("a range that does not start at 0 keeps at most two digests for each level")
    func memory() {
        let all = leaves(200)
        for begin in 0..<100 {
            let range = Self.range(begin..<200, of: all)
            #expect(range.size == 200 - begin)
            #expect(range.hashes.count <= 2 * 8)
        }
    }
}
