/// The part of a Merkle tree over the leaves `begin..<end`, kept as the fewest digests that can stand for it.
///
/// It holds one digest for each largest complete subtree inside the range, from left to right. A range from 0 has one
/// for each bit set in its size, and any other at most two for each level, so memory is O(log *n*).
///
/// Ranges can be filled in parallel and joined afterwards: give each a `begin` where its left neighbour ends.
package struct CompactRange: Hashable, Sendable {
    private struct Subtree: Hashable, Sendable {
        var digest: MerkleDigest
        /// The subtree has 2^level leaves.
        var level: Int
    }

    /// Index of the first leaf, counted from 0 at the first leaf of the whole tree.
    package let begin: Int

    /// Index after the last leaf.
    package private(set) var end: Int

    private var subtrees: [Subtree] = []

    /// Creates a range without leaves.
    ///
    /// - Parameter begin: The index that the first appended leaf will have. Requires `begin >= 0`.
    package init(startingAt begin: Int = 0) {
        precondition(begin >= 0, "a compact range cannot start before leaf 0")
        self.begin = begin
        end = begin
    }

    /// Takes the digests of a range over the first `size` leaves as they were received; nil for another number of them.
    package init?(size: Int, hashes: [MerkleDigest]) {
        guard size >= 0, hashes.count == size.nonzeroBitCount else { return nil }
        self.init()
        for (level, digest) in zip((0..<48).reversed().filter { size >> $0 & 1 == 1 }, hashes) {
            append(subtree: digest, level: level)
        }
        guard end == size else { return nil }
    }

    /// The number of leaves.
    package var size: Int { end - begin }

    /// The digests of the largest complete subtrees, from left to right.
    package var hashes: [MerkleDigest] { subtrees.map(\.digest) }

    /// The root of the tree over all leaves (RFC 6962, section 2.1).
    ///
    /// Requires `begin == 0`, as a range that starts later is only part of a tree.
    package var root: MerkleDigest {
        precondition(begin == 0, "a compact range that starts after leaf 0 has no root")
        guard var root = subtrees.last?.digest else { return MerkleHash.emptyRoot }
        for subtree in subtrees.dropLast().reversed() { root = MerkleHash.node(subtree.digest, root) }
        return root
    }

    /// Appends the digest of the leaf at index `end`.
    ///
    /// - Complexity: O(1) hashes amortised, O(log *n*) at most.
    package mutating func append(_ leaf: MerkleDigest) {
        append(Subtree(digest: leaf, level: 0))
    }

    /// Appends a complete subtree of 2^level leaves by its digest.
    ///
    /// Requires `end` to be a multiple of its number of leaves.
    package mutating func append(subtree digest: MerkleDigest, level: Int) {
        precondition(level < 48 && end & ((1 << level) - 1) == 0, "a subtree can only start at a multiple of its size")
        append(Subtree(digest: digest, level: level))
    }

    /// Appends all leaves of a range that starts where this one ends.
    ///
    /// Requires `other.begin == end`.
    ///
    /// - Complexity: O(log *n*) hashes.
    package mutating func append(contentsOf other: CompactRange) {
        precondition(other.begin == end, "a compact range can only be joined to one that starts where it ends")
        for subtree in other.subtrees { append(subtree) }
    }

    /// Appends a complete subtree, and joins it with its left sibling as long as that lies in this range too.
    private mutating func append(_ subtree: Subtree) {
        let (sum, overflow) = end.addingReportingOverflow(1 << subtree.level)
        precondition(!overflow, "a compact range cannot have more than Int.max leaves")
        var joined = subtree
        // The subtree starts at `end`; a set bit there means that it is a right child.
        while let left = subtrees.last, left.level == joined.level, end >> joined.level & 1 == 1 {
            joined = Subtree(digest: MerkleHash.node(left.digest, joined.digest), level: joined.level + 1)
            subtrees.removeLast()
        }
        subtrees.append(joined)
        end = sum
    }
}
