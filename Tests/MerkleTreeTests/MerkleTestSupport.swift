import Foundation
import MerkleTree
import TestSupport

/// Decodes each file of a folder of the vectors, and of the folders in it.
func load<Vector: Decodable>(_ folder: String) throws -> [(name: String, vector: Vector)] {
    let suite = PublicSuite.merkle
    return try suite.files(in: folder).filter { $0.hasSuffix(".json") }.map { name in
        (name, try JSONDecoder().decode(Vector.self, from: Data(suite.bytes(name))))
    }
}

struct WrongDigestSize: Error {}

/// Reads a digest of a vector; a wrong size is a reason to refuse the proof.
func digest(_ base64: String?) throws -> MerkleDigest {
    guard let data = Data(base64Encoded: base64 ?? ""), let digest = MerkleDigest([UInt8](data)) else {
        throw WrongDigestSize()
    }
    return digest
}

/// Reads a root of a vector; text in the place of a root stands for any digest, the same for the same text.
func anyDigest(_ base64: String?) throws -> MerkleDigest {
    guard let data = Data(base64Encoded: base64 ?? ""), !data.isEmpty else { throw WrongDigestSize() }
    return MerkleDigest([UInt8](data)) ?? MerkleHash.leaf([UInt8](data))
}

/// Leaf digests that are all different.
func leaves(_ count: Int) -> [MerkleDigest] {
    (0..<count).map { MerkleHash.leaf(Array("leaf \($0)".utf8)) }
}

/// The definitions of RFC 6962, section 2.1, word for word; slow, and made to be compared with.
enum Reference {
    static func split(_ count: Int) -> Int {
        var width = 1
        while width * 2 < count { width *= 2 }
        return width
    }

    static func root(_ leaves: [MerkleDigest]) -> MerkleDigest {
        guard leaves.count > 1 else { return leaves.first ?? MerkleHash.emptyRoot }
        let k = split(leaves.count)
        return MerkleHash.node(root(Array(leaves[..<k])), root(Array(leaves[k...])))
    }

    /// PATH(m, D[n]) of section 2.1.1.
    static func path(_ index: Int, _ leaves: [MerkleDigest]) -> [MerkleDigest] {
        guard leaves.count > 1 else { return [] }
        let k = split(leaves.count)
        let left = Array(leaves[..<k])
        let right = Array(leaves[k...])
        return index < k ? path(index, left) + [root(right)] : path(index - k, right) + [root(left)]
    }

    /// SUBPROOF(m, D[n], b) of section 2.1.2.
    static func subproof(_ size: Int, _ leaves: [MerkleDigest], isWhole: Bool) -> [MerkleDigest] {
        if size == leaves.count { return isWhole ? [] : [root(leaves)] }
        let k = split(leaves.count)
        let left = Array(leaves[..<k])
        let right = Array(leaves[k...])
        return size <= k
            ? subproof(size, left, isWhole: isWhole) + [root(right)]
            : subproof(size - k, right, isWhole: false) + [root(left)]
    }
}
