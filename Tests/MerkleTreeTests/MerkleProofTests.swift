import MerkleTree
import Testing

@Suite("Merkle proofs against the reference")
struct MerkleProofTests {
    static let all = leaves(70)

    static func code(_ body: () throws -> Void) -> MerkleError.Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? MerkleError)?.code
        }
    }

    @Test("inclusion proofs of all leaves of all trees are those of the reference and hold")
    func inclusion() throws {
        for size in 1...Self.all.count {
            let tree = Array(Self.all[..<size])
            let root = Reference.root(tree)
            for index in tree.indices {
                let proof = try InclusionProof(index: index, leaves: tree)
                #expect(proof.path == Reference.path(index, tree), "leaf \(index) of \(size)")
                #expect(throws: Never.self) { try proof.verify(leaf: tree[index], root: root) }
            }
        }
    }

    @Test("consistency proofs between all sizes are those of the reference and hold")
    func consistency() throws {
        let roots = (0...Self.all.count).map { Reference.root(Array(Self.all[..<$0])) }
        for size in 1...Self.all.count {
            let tree = Array(Self.all[..<size])
            for first in 1...size {
                let proof = try ConsistencyProof(firstSize: first, leaves: tree)
                #expect(proof.path == Reference.subproof(first, tree, isWhole: true), "\(first) to \(size)")
                #expect(throws: Never.self) { try proof.verify(firstRoot: roots[first], secondRoot: roots[size]) }
            }
        }
    }

    @Test("an inclusion proof holds for no other leaf, index, root or path")
    func inclusionRefused() throws {
        for size in 1...20 {
            let tree = Array(Self.all[..<size])
            let root = Reference.root(tree)
            for index in tree.indices {
                let proof = try InclusionProof(index: index, leaves: tree)
                #expect(Self.code { try proof.verify(leaf: Self.all[69], root: root) } == .rootMismatch)
                #expect(Self.code { try proof.verify(leaf: tree[index], root: Self.all[69]) } == .rootMismatch)
                for other in 0..<UInt64(size) where other != index {
                    let moved = InclusionProof(leafIndex: other, treeSize: proof.treeSize, path: proof.path)
                    #expect(Self.code { try moved.verify(leaf: tree[index], root: root) } != nil)
                }
                for place in proof.path.indices {
                    var path = proof.path
                    path[place] = Self.all[69]
                    let changed = InclusionProof(leafIndex: UInt64(index), treeSize: UInt64(size), path: path)
                    #expect(Self.code { try changed.verify(leaf: tree[index], root: root) } == .rootMismatch)
                }
            }
        }
    }

    @Test("paths that are too short or too long are refused as such")
    func lengths() throws {
        for size in 2...20 {
            let tree = Array(Self.all[..<size])
            let root = Reference.root(tree)
            for index in tree.indices {
                let proof = try InclusionProof(index: index, leaves: tree)
                for path in [Array(proof.path.dropLast()), proof.path + [root]] {
                    let changed = InclusionProof(leafIndex: UInt64(index), treeSize: UInt64(size), path: path)
                    #expect(Self.code { try changed.verify(leaf: tree[index], root: root) } == .wrongPathLength)
                }
            }
            for first in 1..<size {
                let proof = try ConsistencyProof(firstSize: first, leaves: tree)
                let firstRoot = Reference.root(Array(tree[..<first]))
                for path in [Array(proof.path.dropLast()), proof.path + [root]] {
                    let changed = ConsistencyProof(firstSize: UInt64(first), secondSize: UInt64(size), path: path)
                    #expect(
                        Self.code { try changed.verify(firstRoot: firstRoot, secondRoot: root) } == .wrongPathLength)
                }
            }
        }
    }

    @Test("a consistency proof names which of the two roots it contradicts")
    func whichRoot() throws {
        let tree = Array(Self.all[..<13])
        let proof = try ConsistencyProof(firstSize: 6, leaves: tree)
        let first = Reference.root(Array(tree[..<6]))
        let second = Reference.root(tree)
        #expect(Self.code { try proof.verify(firstRoot: second, secondRoot: second) } == .firstRootMismatch)
        #expect(Self.code { try proof.verify(firstRoot: first, secondRoot: first) } == .rootMismatch)
    }

    @Test("sizes and indices that make no sense are refused")
    func outOfRange() {
        let tree = Array(Self.all[..<3])
        let root = Self.all[0]
        #expect(Self.code { _ = try InclusionProof(index: 3, leaves: tree) } == .indexOutOfRange)
        #expect(Self.code { _ = try InclusionProof(index: -1, leaves: tree) } == .indexOutOfRange)
        #expect(Self.code { _ = try InclusionProof(index: 0, leaves: []) } == .indexOutOfRange)
        for first in [-1, 0, 4] {
            #expect(Self.code { _ = try ConsistencyProof(firstSize: first, leaves: tree) } == .sizesOutOfOrder)
        }
        #expect(Self.code { _ = try ConsistencyProof(firstSize: 0, leaves: []) } == nil)
        let empty = InclusionProof(leafIndex: 0, treeSize: 0, path: [])
        #expect(Self.code { try empty.verify(leaf: root, root: root) } == .indexOutOfRange)
        for (first, second) in [(0, 1), (2, 1), (UInt64.max, 1)] as [(UInt64, UInt64)] {
            let proof = ConsistencyProof(firstSize: first, secondSize: second, path: [])
            #expect(Self.code { try proof.verify(firstRoot: root, secondRoot: root) } == .sizesOutOfOrder)
        }
    }

    @Test("two empty trees are consistent with the root of an empty tree only")
    func empty() {
        let proof = ConsistencyProof(firstSize: 0, secondSize: 0, path: [])
        let none = MerkleHash.emptyRoot
        let other = Self.all[0]
        #expect(Self.code { try proof.verify(firstRoot: none, secondRoot: none) } == nil)
        #expect(Self.code { try proof.verify(firstRoot: other, secondRoot: other) } == .firstRootMismatch)
        #expect(Self.code { try proof.verify(firstRoot: none, secondRoot: other) } == .rootMismatch)
    }

    @Test("the largest sizes end in an answer, not in an overflow")
    func largest() {
        let root = Self.all[0]
        let inclusion = InclusionProof(leafIndex: .max - 1, treeSize: .max, path: Array(Self.all[..<64]))
        #expect(Self.code { try inclusion.verify(leaf: root, root: root) } != nil)
        let consistency = ConsistencyProof(firstSize: .max - 1, secondSize: .max, path: Array(Self.all[..<70]))
        #expect(Self.code { try consistency.verify(firstRoot: root, secondRoot: root) } != nil)
    }

    @Test("messages say what was found and what was expected")
    func messages() {
        let proof = InclusionProof(leafIndex: 7, treeSize: 7, path: [])
        let error = #expect(throws: MerkleError.self) { try proof.verify(leaf: Self.all[0], root: Self.all[0]) }
        #expect(error.map { "\($0)" } == "leaf index out of range \"7\", expected 0..<7")
    }
}
