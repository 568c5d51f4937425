/// A proof that a leaf stands at an index of a tree (RFC 9162, section 2.1.3).
package struct InclusionProof: Hashable, Sendable {
    /// The index of the leaf, from 0.
    package let leafIndex: UInt64

    /// The number of leaves of the tree.
    package let treeSize: UInt64

    /// The siblings on the way up, from the leaf's own to the one below the root.
    package let path: [MerkleDigest]

    /// Takes a proof as it was received; nothing is checked before `verify(leaf:root:)`.
    package init(leafIndex: UInt64, treeSize: UInt64, path: [MerkleDigest]) {
        self.leafIndex = leafIndex
        self.treeSize = treeSize
        self.path = path
    }

    /// Makes the proof for one leaf of a whole tree (RFC 9162, section 2.1.3.1).
    ///
    /// - Parameters:
    ///   - index: The index of the leaf, from 0.
    ///   - leaves: The digests of all leaves in order.
    /// - Throws: `indexOutOfRange` unless `0 <= index < leaves.count`.
    /// - Complexity: O(*n*) hashes, where *n* is the number of leaves.
    package init(index: Int, leaves: [MerkleDigest]) throws(MerkleError) {
        guard leaves.indices.contains(index) else {
            throw MerkleError(.indexOutOfRange, "leaf index out of range \"\(index)\", expected 0..<\(leaves.count)")
        }
        var path: [MerkleDigest] = []
        var tree = leaves[...]
        while tree.count > 1 {
            let (left, right) = tree.splitAsTree()
            tree = index < right.startIndex ? left : right
            path.append(MerkleHash.root(of: index < right.startIndex ? right : left))
        }
        self.init(leafIndex: UInt64(index), treeSize: UInt64(leaves.count), path: path.reversed())
    }

    /// Computes the root that the proof leads to (RFC 9162, section 2.1.3.2).
    ///
    /// - Parameter leaf: The digest of the leaf.
    /// - Returns: The root of every tree of that size in which the proof holds.
    /// - Throws: `indexOutOfRange` or `wrongPathLength`.
    package func root(leaf: MerkleDigest) throws(MerkleError) -> MerkleDigest {
        guard leafIndex < treeSize else {
            throw MerkleError(.indexOutOfRange, "leaf index out of range \"\(leafIndex)\", expected 0..<\(treeSize)")
        }
        var climb = TreeClimb(node: leafIndex, last: treeSize - 1)
        var root = leaf
        for sibling in path {
            guard !climb.isAtRoot else { throw .wrongPathLength(path.count) }
            switch climb.step() {
            case .left: root = MerkleHash.node(sibling, root)
            case .right: root = MerkleHash.node(root, sibling)
            }
        }
        guard climb.isAtRoot else { throw .wrongPathLength(path.count) }
        return root
    }

    /// Checks that the leaf stands at `leafIndex` of the tree with that root (RFC 9162, section 2.1.3.2).
    ///
    /// - Parameters:
    ///   - leaf: The digest of the leaf.
    ///   - expected: The root of the tree, from a source that is trusted.
    /// - Throws: `indexOutOfRange`, `wrongPathLength` or `rootMismatch`.
    package func verify(leaf: MerkleDigest, root expected: MerkleDigest) throws(MerkleError) {
        let computed = try root(leaf: leaf)
        guard computed == expected else {
            throw .rootMismatch(.rootMismatch, computed: computed, expected: expected)
        }
    }
}
