import MerkleTree

/// The hash that finds a deployment by its identifier: the same in every run, unlike Swift's own.
package enum LedgerHash {
    package static func of(_ id: [UInt8]) -> Int64 {
        // The first eight of the 32 bytes of a digest.
        MerkleHash.leaf(id).withUnsafeBytes { Int64(bitPattern: $0.loadUnaligned(as: UInt64.self)) }
    }
}
