/// A reason why a Merkle proof cannot be made or does not hold.
package struct MerkleError: Error, Hashable, Sendable {
    /// What is wrong.
    package enum Code: Hashable, Sendable, CaseIterable {
        /// A leaf index is not below the size of the tree.
        case indexOutOfRange
        /// The two sizes of a consistency proof are not in order, or only the first is 0.
        case sizesOutOfOrder
        /// A proof has more or fewer digests than its sizes ask for.
        case wrongPathLength
        /// The proof leads to another root than the one given.
        case rootMismatch
        /// The proof leads to another root of the earlier tree than the one given.
        case firstRootMismatch
    }

    /// What is wrong; tests and callers look at this and not at the message.
    package let code: Code

    /// A sentence without capital and full stop, which names digests and sizes but no content.
    package let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    static func rootMismatch(_ code: Code, computed: MerkleDigest, expected: MerkleDigest) -> MerkleError {
        let which = code == .firstRootMismatch ? "first root" : "root"
        return MerkleError(code, "\(which) mismatch: proof leads to \"\(computed)\", expected \"\(expected)\"")
    }

    static func wrongPathLength(_ count: Int) -> MerkleError {
        MerkleError(.wrongPathLength, "wrong number of digests in proof \"\(count)\", expected what the sizes ask for")
    }
}

extension MerkleError: CustomStringConvertible {
    /// The message.
    package var description: String { message }
}
