package import RecordIngest

/// How many deployments the envelopes of one source say that there are.
package struct StatedCounts {
    private let recordCounts: [Int]
    /// Empty unless every envelope states a total: the deployments of one that does not would be beside it.
    private let totals: [Int]

    /// Takes what all envelopes of a source say.
    package init(_ envelopes: [EnvelopeClaims]) {
        recordCounts = envelopes.compactMap(\.recordCount)
        let totals = envelopes.compactMap(\.totalCount)
        self.totals = totals.count == envelopes.count ? totals : []
    }

    /// The count that a number of different deployments contradicts, as a finding expects it; nil if none does.
    ///
    /// One envelope says exactly how many it holds, several may share some. A total may be that of more pages than are here, so that
    /// fewer prove nothing; more contradict it.
    package func contradicted(by found: Int) -> String? {
        if let most = recordCounts.max(), found < most { return "recordCount \(most)" }
        if let sum = StatedCounts.sum(recordCounts), found > sum { return "recordCount \(sum)" }
        guard let sum = StatedCounts.sum(totals), found > sum else { return nil }
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
