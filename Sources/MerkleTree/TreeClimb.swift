/// The way from a node of a Merkle tree up to the root: the values fn and sn of RFC 9162, section 2.1.3.2.
struct TreeClimb {
    /// On which side of the node the next digest of a proof stands.
    enum Side {
        case left, right
    }

    /// Index of the node on its level.
    private var node: UInt64
    /// Index of the last node on that level; 0 on the level of the root.
    private var last: UInt64

    /// Starts at a node.
    ///
    /// Requires `node <= last`.
    init(node: UInt64, last: UInt64) {
        self.node = node
        self.last = last
    }

    /// Whether no further digest can follow.
    var isAtRoot: Bool { last == 0 }

    /// Climbs past all levels on which the node is a right child, without using a digest of the proof.
    mutating func skipRightChildren() {
        while node & 1 == 1 { climb() }
    }

    /// Climbs to the level above the next sibling.
    ///
    /// The last node of a level can be without a sibling; then its digest is also that of its parent, and such levels
    /// are passed as well. Requires `!isAtRoot`.
    mutating func step() -> Side {
        let isRight = node & 1 == 1 || node == last
        if isRight {
            while node & 1 == 0, node != 0 { climb() }
        }
        climb()
        return isRight ? .left : .right
    }

    private mutating func climb() {
        node >>= 1
        last >>= 1
    }
}

extension ArraySlice {
    /// Splits the leaves of a tree at the largest power of two below their count (RFC 6962, section 2.1).
    ///
    /// Requires `count >= 2`.
    func splitAsTree() -> (left: ArraySlice, right: ArraySlice) {
        let width = 1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount)
        return (prefix(width), dropFirst(width))
    }
}
