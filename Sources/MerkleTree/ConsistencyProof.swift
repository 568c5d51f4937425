/// A proof that a tree is an earlier tree with leaves appended (RFC 9162, section 2.1.4).
package struct ConsistencyProof: Hashable, Sendable {
    /// The number of leaves of the earlier tree.
    package let firstSize: UInt64

    /// The number of leaves of the later tree.
    package let secondSize: UInt64

    /// The digests of the proof, in the order of RFC 9162, section 2.1.4.1.
    package let path: [MerkleDigest]

    /// Takes a proof as it was received; nothing is checked before `verify(firstRoot:secondRoot:)`.
    package init(firstSize: UInt64, secondSize: UInt64, path: [MerkleDigest]) {
        self.firstSize = firstSize
        self.secondSize = secondSize
        self.path = path
    }

    /// Makes the proof for the first leaves of a whole tree (RFC 9162, section 2.1.4.1).
    ///
    /// - Parameters:
    ///   - firstSize: The number of leaves of the earlier tree.
    ///   - leaves: The digests of all leaves of the later tree in order.
    /// - Throws: `sizesOutOfOrder` unless `1 <= firstSize <= leaves.count` or both are 0.
    /// - Complexity: O(*n*) hashes, where *n* is the number of leaves.
    package init(firstSize: Int, leaves: [MerkleDigest]) throws(MerkleError) {
        guard firstSize == leaves.count || (1..<max(1, leaves.count)).contains(firstSize) else {
            throw MerkleError(
                .sizesOutOfOrder, "size of earlier tree out of range \"\(firstSize)\", expected 1...\(leaves.count)")
        }
        var path: [MerkleDigest] = []
        var tree = leaves[...]
        // Down to the largest subtree that ends where the earlier tree ends.
        while firstSize < tree.endIndex {
            let (left, right) = tree.splitAsTree()
            tree = firstSize <= right.startIndex ? left : right
            path.append(MerkleHash.root(of: firstSize <= right.startIndex ? right : left))
        }
        // Whoever verifies knows that subtree already if it is the whole earlier tree.
        if tree.startIndex > 0 { path.append(MerkleHash.root(of: tree)) }
        self.init(firstSize: UInt64(firstSize), secondSize: UInt64(leaves.count), path: path.reversed())
    }

    /// Makes the proof from what is kept of the earlier tree, and from the leaves that were appended to it.
    ///
    /// - Parameters:
    ///   - first: The earlier tree; requires `first.begin == 0` and at least one leaf.
    ///   - leaves: The digests of the leaves behind it, in order.
    /// - Complexity: O(*n*) hashes, where *n* is the number of appended leaves.
    package init(from first: CompactRange, appending leaves: [MerkleDigest]) {
        self.init(from: first, size: first.size + leaves.count) { range in
            MerkleHash.root(of: leaves[range.lowerBound - first.size..<range.upperBound - first.size])
        }
    }

    /// Makes the proof from what is kept of the earlier tree, and from roots of trees over leaves that were appended to it.
    ///
    /// - Parameters:
    ///   - first: The earlier tree; requires `first.begin == 0` and at least one leaf.
    ///   - secondSize: The number of leaves of the later tree.
    ///   - root: Gives the root of the tree over a range of leaves; no two ranges that it is asked for overlap.
    /// - Throws: What `root` throws.
    package init<Failure: Error>(
        from first: CompactRange, size secondSize: Int, root: (Range<Int>) throws(Failure) -> MerkleDigest
    ) throws(Failure) {
        let firstSize = first.size
        var kept = first.hashes[...]
        var path: [MerkleDigest] = []
        var tree = 0..<secondSize
        while firstSize < tree.upperBound {
            let middle = tree.lowerBound + (1 << (Int.bitWidth - 1 - (tree.count - 1).leadingZeroBitCount))
            if firstSize <= middle {
                path.append(try root(middle..<tree.upperBound))
                tree = tree.lowerBound..<middle
            } else {
                // The left part is the next of the complete subtrees that the earlier tree is made of.
                path.append(kept.removeFirst())
                tree = middle..<tree.upperBound
            }
        }
        if tree.lowerBound > 0, let last = kept.first { path.append(last) }
        self.init(firstSize: UInt64(firstSize), secondSize: UInt64(secondSize), path: path.reversed())
    }

    /// Checks that the tree with the second root is the one with the first, with leaves appended.
    ///
    /// Follows RFC 9162, section 2.1.4.2. Two empty trees are consistent if both roots are that of an empty tree; a
    /// proof from an empty tree to another says nothing and is refused.
    ///
    /// - Parameters:
    ///   - firstRoot: The root of the earlier tree.
    ///   - secondRoot: The root of the later tree.
    /// - Throws: `sizesOutOfOrder`, `wrongPathLength`, `firstRootMismatch` or `rootMismatch`.
    package func verify(firstRoot: MerkleDigest, secondRoot: MerkleDigest) throws(MerkleError) {
        guard firstSize <= secondSize, firstSize > 0 || secondSize == 0 else {
            throw MerkleError(
                .sizesOutOfOrder, "size of earlier tree out of range \"\(firstSize)\", expected 1...\(secondSize)")
        }
        let roots = try roots(firstRoot: firstRoot)
        guard roots.first == firstRoot else {
            throw .rootMismatch(.firstRootMismatch, computed: roots.first, expected: firstRoot)
        }
        guard roots.second == secondRoot else {
            throw .rootMismatch(.rootMismatch, computed: roots.second, expected: secondRoot)
        }
    }

    private func roots(
        firstRoot: MerkleDigest
    ) throws(MerkleError) -> (first: MerkleDigest, second: MerkleDigest) {
        guard firstSize < secondSize else {
            guard path.isEmpty else { throw .wrongPathLength(path.count) }
            let root = firstSize == 0 ? MerkleHash.emptyRoot : firstRoot
            return (root, root)
        }
        // An earlier tree that is one complete subtree is its own first digest.
        let isComplete = firstSize & (firstSize - 1) == 0
        guard !path.isEmpty else { throw .wrongPathLength(0) }
        let seed = isComplete ? firstRoot : path[0]
        var climb = TreeClimb(node: firstSize - 1, last: secondSize - 1)
        climb.skipRightChildren()
        var first = seed
        var second = seed
        for sibling in path.dropFirst(isComplete ? 0 : 1) {
            guard !climb.isAtRoot else { throw .wrongPathLength(path.count) }
            switch climb.step() {
            case .left:
                first = MerkleHash.node(sibling, first)
                second = MerkleHash.node(sibling, second)
            case .right: second = MerkleHash.node(second, sibling)
            }
        }
        guard climb.isAtRoot else { throw .wrongPathLength(path.count) }
        return (first, second)
    }
}
