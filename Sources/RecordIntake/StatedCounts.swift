package import RecordIngest

/// How many deployments the envelopes of one source say that there are.
package struct StatedCounts {
    private let recordCounts: [Int]
    private let totals: [Int]
    /// Whether an envelope lists more than its own total: what stands beside it in its source has nothing to do with it.
    private let listsMore: Bool

    /// Takes what all envelopes of a source say.
    package init(_ envelopes: [EnvelopeClaims]) {
        recordCounts = envelopes.compactMap(\.recordCount)
        totals = envelopes.compactMap(\.totalCount)
        listsMore = envelopes.contains { $0.listed > $0.totalCount ?? .max }
    }

    /// The count that a number of different deployments contradicts, as a finding expects it; nil if none does.
    ///
    /// One envelope says exactly how many it holds, several may share some. A total may be that of more pages than are here, so that
    /// fewer prove nothing; more contradict it.
    package func contradicted(by found: Int) -> String? {
        if let most = recordCounts.max(), found < most { return "recordCount \(most)" }
        if let sum = StatedCounts.sum(recordCounts), found > sum { return "recordCount \(sum)" }
        guard listsMore, let sum = StatedCounts.sum(totals), found > sum else { return nil }
        return "totalCount \(sum)"
    }

    /// The sum, or nil of none; one that no number holds is none that could be exceeded.
    private static func sum(_ counts: [Int]) -> Int? {
        guard !counts.isEmpty else { return nil }
        return counts.reduce(0) { sum, count in
            let (value, isOver) = sum.addingReportingOverflow(count)
            return isOver ? .max : value
        }
    }
}
