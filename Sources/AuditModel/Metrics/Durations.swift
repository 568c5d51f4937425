/// Any number of durations in whole milliseconds: each value that there is, with how often.
///
/// Millions of durations have some hundred thousand values, so that memory does not grow with them.
package struct Durations: Sendable {
    /// Values ascending, each once.
    private var sortedCounts: [(value: Int64, count: Int64)] = []
    /// Durations that were added since the last merge, in any order.
    private var unsorted: [Int64] = []

    /// So few that a merge is rare, and that the durations of a day do not cost one.
    private static let leastUnsorted = 1 << 16

    package init(_ samples: [Int64] = []) { unsorted = samples }

    package mutating func append(_ duration: Int64) { unsorted.append(duration) }

    /// Adds all of another.
    package mutating func merge(_ other: Durations) {
        unsorted += other.unsorted
        if !other.sortedCounts.isEmpty { sortedCounts = Durations.merged(sortedCounts, other.sortedCounts) }
        if unsorted.count >= max(Durations.leastUnsorted, sortedCounts.count / 2) {
            sortedCounts = counts
            unsorted.removeAll(keepingCapacity: true)
        }
    }

    /// Every value with how often it is there, ascending.
    package var counts: [(value: Int64, count: Int64)] {
        var own: [(value: Int64, count: Int64)] = []
        for value in unsorted.sortedByDigits() {
            if own.last?.value == value { own[own.count - 1].count += 1 } else { own.append((value, 1)) }
        }
        return sortedCounts.isEmpty ? own : Durations.merged(sortedCounts, own)
    }

    private static func merged(
        _ left: [(value: Int64, count: Int64)], _ right: [(value: Int64, count: Int64)]
    ) -> [(value: Int64, count: Int64)] {
        var result: [(value: Int64, count: Int64)] = []
        result.reserveCapacity(left.count + right.count)
        var next = 0
        for entry in left {
            while next < right.count, right[next].value < entry.value {
                result.append(right[next])
                next += 1
            }
            var sum = entry
            if next < right.count, right[next].value == entry.value {
                sum.count += right[next].count
                next += 1
            }
            result.append(sum)
        }
        return result + right[next...]
    }
}

extension [Int64] {
    /// The values in ascending order.
    ///
    /// By digits of eleven bits, as many as the greatest value has: comparing takes five times as long, and nothing else can go on when
    /// an export ends with it.
    fileprivate func sortedByDigits() -> [Int64] {
        guard count > 2048, let least = self.min(), let greatest = self.max(), least >= 0 else { return sorted() }
        var from = self
        var to = [Int64](repeating: 0, count: count)
        var shift: Int64 = 0
        while greatest >> shift > 0 {
            var starts = [Int](repeating: 0, count: 2049)
            for value in from { starts[Int(value >> shift & 2047) + 1] += 1 }
            for digit in 0..<2048 { starts[digit + 1] += starts[digit] }
            for value in from {
                let digit = Int(value >> shift & 2047)
                to[starts[digit]] = value
                starts[digit] += 1
            }
            swap(&from, &to)
            shift += 11
        }
        return from
    }
}
