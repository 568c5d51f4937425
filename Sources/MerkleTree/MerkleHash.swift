import Crypto

/// The hash functions of a Merkle tree of RFC 6962, section 2.1, over SHA-256.
///
/// Leaves and nodes are hashed with different first bytes, so that no leaf can be taken for a node.
package enum MerkleHash {
    /// The size of a digest, in bytes.
    package static let byteCount = MerkleDigest.byteCount

    /// The root of a tree without leaves: SHA-256 of nothing (RFC 6962, section 2.1).
    package static let emptyRoot = MerkleDigest(SHA256().finalize())

    private static let leafPrefix: UInt8 = 0
    private static let nodePrefix: UInt8 = 1

    /// The digest of a leaf: SHA-256 of a byte 0 and the leaf's bytes.
    package static func leaf(_ bytes: UnsafeRawBufferPointer) -> MerkleDigest {
        var hasher = SHA256()
        withUnsafeBytes(of: leafPrefix) { hasher.update(bufferPointer: $0) }
        hasher.update(bufferPointer: bytes)
        return MerkleDigest(hasher.finalize())
    }

    /// The digest of a leaf: SHA-256 of a byte 0 and the leaf's bytes.
    package static func leaf(_ bytes: [UInt8]) -> MerkleDigest { bytes.withUnsafeBytes { leaf($0) } }

    /// The digest of an inner node: SHA-256 of a byte 1 and the digests of its two children.
    package static func node(_ left: MerkleDigest, _ right: MerkleDigest) -> MerkleDigest {
        var hasher = SHA256()
        withUnsafeBytes(of: nodePrefix) { hasher.update(bufferPointer: $0) }
        left.withUnsafeBytes { hasher.update(bufferPointer: $0) }
        right.withUnsafeBytes { hasher.update(bufferPointer: $0) }
        return MerkleDigest(hasher.finalize())
    }

    /// The root of a tree over leaf digests in order.
    ///
    /// - Complexity: O(*n*) hashes and O(log *n*) memory, where *n* is the number of leaves.
    package static func root(of leaves: some Sequence<MerkleDigest>) -> MerkleDigest {
        var range = CompactRange()
        for leaf in leaves { range.append(leaf) }
        return range.root
    }
}
