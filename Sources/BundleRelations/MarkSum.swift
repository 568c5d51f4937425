package import MerkleTree

/// A multiset of marks as their number and the sum of keyed digests: two sums are equal if the marks are, in whatever order they came.
///
/// The key is random and never leaves the process, so nobody can make a bundle with other marks of the same sum: those
/// of a bundle are fixed before the key is chosen. Marks themselves would take 32 bytes for each record.
package struct MarkSum: Equatable, Sendable {
    private static let key = MerkleHash.leaf((0..<32).map { _ in UInt8.random(in: .min ... .max) })

    /// How many marks there are.
    package private(set) var count = 0
    private var sum = SIMD4<UInt64>()

    package init() {}

    package mutating func add(_ mark: MerkleDigest) {
        count += 1
        sum &+= MerkleHash.node(MarkSum.key, mark).withUnsafeBytes { $0.loadUnaligned(as: SIMD4<UInt64>.self) }
    }

    package mutating func add(_ other: MarkSum) {
        count += other.count
        sum &+= other.sum
    }
}
