/// Tells the first of equal contents from those that come again, in a time that does not grow with their number.
///
/// Contents are numbered from 0 in the order in which the first of each came.
package struct DistinctContents: Sendable {
    /// So few are compared with each other: a deployment mostly has one or two records.
    private static let compared = 8

    package private(set) var count = 0
    /// The last number with a hash.
    private var last: [Int: Int] = [:]
    /// The number before each one with the same hash; -1 for none.
    private var previous: [Int] = []

    package init() {}

    /// Looks for a content among those before; one that is new gets the number `count`.
    ///
    /// - Parameters:
    ///   - isSame: whether the content of a number is the same as the other one.
    ///   - hash: the hash of the content of a number; of `count` that of the other one.
    /// - Returns: the number of the one before that is the same; nil if it is new.
    package mutating func find(isSame: (Int) -> Bool, hash: (Int) -> Int) -> Int? {
        if count < DistinctContents.compared {
            if let number = (0..<count).first(where: isSame) { return number }
            count += 1
            return nil
        }
        while previous.count < count { enter(hash(previous.count)) }
        let own = hash(count)
        var number = last[own] ?? -1
        while number >= 0 {
            if isSame(number) { return number }
            number = previous[number]
        }
        enter(own)
        count += 1
        return nil
    }

    private mutating func enter(_ hash: Int) {
        previous.append(last[hash] ?? -1)
        last[hash] = previous.count - 1
    }

    /// A hash of bytes, the same for equal ones in one execution.
    package static func hash(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int {
        var hasher = Hasher()
        bytes.extracting(range).withUnsafeBytes { hasher.combine(bytes: $0) }
        return hasher.finalize()
    }
}
