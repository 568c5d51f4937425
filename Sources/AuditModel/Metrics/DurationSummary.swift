/// Count, mean and percentiles of durations in whole milliseconds; all 0 when there is none.
package struct DurationSummary: Sendable {
    private let sorted: [Int64]
    package let sum: Int64

    package init(_ samples: [Int64]) {
        sorted = samples.sortedByDigits()
        sum = samples.reduce(0, +)
    }

    package var count: Int64 { Int64(sorted.count) }
    /// Truncated.
    package var average: Int64 { sorted.isEmpty ? 0 : sum / count }
    package var fastest: Int64 { sorted.first ?? 0 }
    package var slowest: Int64 { sorted.last ?? 0 }

    /// The middle, or the truncated mean of the two middles.
    package var median: Int64 {
        guard !sorted.isEmpty else { return 0 }
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    /// The nearest-rank percentile: the value at rank ⌈p · n / 100⌉.
    package func percentile(_ percent: Int) -> Int64 {
        sorted.isEmpty ? 0 : sorted[(percent * sorted.count + 99) / 100 - 1]
    }

    var members: [ExactString: MetricValue] {
        [
            "count": .integer(count), "averageMs": .integer(average), "medianMs": .integer(median),
            "p90Ms": .integer(percentile(90)), "p95Ms": .integer(percentile(95)), "p99Ms": .integer(percentile(99)),
            "fastestMs": .integer(fastest), "slowestMs": .integer(slowest),
        ]
    }
}

extension [Int64] {
    /// The values in ascending order.
    ///
    /// By digits of eleven bits, as many as the greatest value has: an export sorts a million and a half durations while
    /// nothing else can go on, and comparing took five times as long.
    fileprivate func sortedByDigits() -> [Int64] {
        guard count > 2048, let least = self.min(), let greatest = self.max(), least >= 0 else { return sorted() }
        var (from, to) = (self, [Int64](repeating: 0, count: count))
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
