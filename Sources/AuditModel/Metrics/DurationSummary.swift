/// Count, mean and percentiles of durations in whole milliseconds; all 0 when there is none.
package struct DurationSummary: Sendable {
    /// Each value with the number of those up to it, ascending.
    private let ranks: [(value: Int64, upTo: Int64)]
    /// At most what 64 bits hold, which forty thousand durations of eight thousand years reach.
    package let sum: Int64

    package init(_ durations: Durations) {
        var count: Int64 = 0
        var sum: Int64 = 0
        ranks = durations.counts.map { entry in
            count += entry.count
            sum = sum.clampedSum(entry.value.clampedProduct(entry.count))
            return (entry.value, count)
        }
        self.sum = sum
    }

    package var count: Int64 { ranks.last?.upTo ?? 0 }
    /// Truncated.
    package var average: Int64 { count == 0 ? 0 : sum / count }
    package var fastest: Int64 { ranks.first?.value ?? 0 }
    package var slowest: Int64 { ranks.last?.value ?? 0 }

    /// The middle, or the truncated mean of the two middles.
    package var median: Int64 {
        guard count > 0 else { return 0 }
        return count % 2 == 1 ? value(count / 2 + 1) : (value(count / 2) + value(count / 2 + 1)) / 2
    }

    /// The nearest-rank percentile: the value at rank ⌈p · n / 100⌉.
    package func percentile(_ percent: Int64) -> Int64 { count == 0 ? 0 : value((percent * count + 99) / 100) }

    /// The value at a rank, from 1.
    private func value(_ rank: Int64) -> Int64 {
        var low = 0
        var high = ranks.count - 1
        while low < high {
            let middle = (low + high) / 2
            if ranks[middle].upTo < rank { low = middle + 1 } else { high = middle }
        }
        return ranks[low].value
    }

    var members: [ExactString: MetricValue] {
        [
            "count": .integer(count), "averageMs": .integer(average), "medianMs": .integer(median),
            "p90Ms": .integer(percentile(90)), "p95Ms": .integer(percentile(95)), "p99Ms": .integer(percentile(99)),
            "fastestMs": .integer(fastest), "slowestMs": .integer(slowest),
        ]
    }
}

extension Int64 {
    /// The sum, or the nearest number of 64 bits.
    func clampedSum(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        guard overflow else { return sum }
        return other < 0 ? .min : .max
    }

    /// The product, or the nearest number of 64 bits.
    func clampedProduct(_ other: Int64) -> Int64 {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        guard overflow else { return product }
        return (self < 0) == (other < 0) ? .max : .min
    }
}
