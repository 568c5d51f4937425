import MerkleTree
import Testing

@Suite("Merkle digests and hashes")
struct MerkleDigestTests {
    static let bytes = (0..<32).map { UInt8($0 * 8 + 7) }

    @Test("bytes and hexadecimal text lead back to the same digest")
    func roundTrip() throws {
        let digest = try #require(MerkleDigest(Self.bytes))
        #expect(digest.bytes == Self.bytes)
        #expect(digest.hexadecimal == "070f171f272f373f474f575f676f777f878f979fa7afb7bfc7cfd7dfe7eff7ff")
        #expect(MerkleDigest(hexadecimal: digest.hexadecimal) == digest)
        #expect("\(digest)" == digest.hexadecimal)
    }

    @Test("a digest keeps its bytes in place: 32 bytes of memory, no reference")
    func layout() {
        #expect(MemoryLayout<MerkleDigest>.size == 32)
        #expect(_isPOD(MerkleDigest.self))
    }

    @Test("each byte counts for equality and hashing")
    func equality() throws {
        let digest = try #require(MerkleDigest(Self.bytes))
        var seen: Set<MerkleDigest> = [digest]
        for index in Self.bytes.indices {
            var bytes = Self.bytes
            bytes[index] ^= 1
            #expect(MerkleDigest(bytes) != digest)
            #expect(seen.insert(try #require(MerkleDigest(bytes))).inserted)
        }
    }

    @Test("other sizes and other characters are refused", arguments: [0, 1, 31, 33, 64])
    func refused(count: Int) {
        #expect(MerkleDigest([UInt8](repeating: 0, count: count)) == nil)
        #expect(MerkleDigest(hexadecimal: String(repeating: "0", count: count * 2)) == nil)
    }

    @Test(
        "text that is not lower-case hexadecimal is refused",
        arguments: ["A", "g", "/", ":", "`", " ", "é", "\0"])
    func refusedDigits(digit: String) {
        for zeros in [0, 1, 62, 63] {
            let rest = String(repeating: "0", count: zeros) + digit
            let missing = max(0, 64 - rest.utf8.count)
            #expect(MerkleDigest(hexadecimal: rest + String(repeating: "0", count: missing)) == nil)
        }
    }

    @Test("known digests of the empty tree, the empty leaf and a node of RFC 6962 test data")
    func known() throws {
        #expect(
            MerkleHash.emptyRoot.hexadecimal == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(
            MerkleHash.leaf([]).hexadecimal == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")
        let two = MerkleHash.node(MerkleHash.leaf([]), MerkleHash.leaf([0]))
        #expect(two.hexadecimal == "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")
    }

    @Test("a leaf of 65 bytes cannot collide with a node of the same bytes")
    func domains() {
        let left = MerkleHash.leaf([1])
        let right = MerkleHash.leaf([2])
        #expect(MerkleHash.leaf([1] + left.bytes + right.bytes) != MerkleHash.node(left, right))
        #expect(MerkleHash.leaf(left.bytes + right.bytes) != MerkleHash.node(left, right))
    }
}
