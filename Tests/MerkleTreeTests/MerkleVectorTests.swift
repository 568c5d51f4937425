import MerkleTree
import TestSupport
import Testing

@Suite(
    "Vectors of transparency-dev/merkle",
    .enabled(if: PublicSuite.merkle.isPresent, "\(PublicSuite.merkle.absence)"))
struct MerkleVectorTests {
    struct Inclusion: Decodable {
        var leafIdx: UInt64
        var treeSize: UInt64
        var root: String?
        var leafHash: String?
        var proof: [String]?
        var wantErr: Bool

        func verify() throws {
            let path = try (proof ?? []).map { try digest($0) }
            try InclusionProof(leafIndex: leafIdx, treeSize: treeSize, path: path)
                .verify(leaf: digest(leafHash), root: digest(root))
        }
    }

    struct Consistency: Decodable {
        var size1: UInt64
        var size2: UInt64
        var root1: String?
        var root2: String?
        var proof: [String]?
        var wantErr: Bool

        func verify() throws {
            let path = try (proof ?? []).map { try digest($0) }
            try ConsistencyProof(firstSize: size1, secondSize: size2, path: path)
                .verify(firstRoot: anyDigest(root1), secondRoot: anyDigest(root2))
        }
    }

    /// Whether a vector is refused.
    static func fails(_ verify: () throws -> Void) -> Bool {
        do {
            try verify()
            return false
        } catch {
            return true
        }
    }

    @Test("all 98 inclusion vectors end as they say")
    func inclusion() throws {
        let vectors: [(name: String, vector: Inclusion)] = try load("inclusion")
        #expect(vectors.count == 98)
        #expect(vectors.count { $0.vector.wantErr } == 92)
        for (name, vector) in vectors {
            #expect(Self.fails(vector.verify) == vector.wantErr, "\(name)")
        }
    }

    @Test("all 98 consistency vectors end as they say")
    func consistency() throws {
        let vectors: [(name: String, vector: Consistency)] = try load("consistency")
        #expect(vectors.count == 98)
        #expect(vectors.count { $0.vector.wantErr } == 92)
        for (name, vector) in vectors {
            #expect(Self.fails(vector.verify) == vector.wantErr, "\(name)")
        }
    }
}
