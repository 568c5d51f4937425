package import AuditModel
package import BundleFormat

/// What came out of reading and analysing records.
package struct AnalysisResult: Sendable {
    package let sums: IntakeSums
    package let reconciliation: Reconciliation
    package let sources: [SourceSummary]
    package let metrics: Metrics
    /// Derived findings by row, then those on all, then the intake findings that are listed.
    package let findings: [Finding]
    /// How many findings there are, listed or not.
    package let counts: [BundleDescription.FindingCount]
    package let asOf: Timestamp
    package let asOfSource: String
    /// The records that were rejected, by position.
    package let rejections: [RejectedRecord]
    /// Contradicting records.
    package let conflicts: [ConflictRecord]

    /// The elements of `rejected.json`.
    package var rejected: [[UInt8]] { rejections.map(\.element) + conflicts.map(\.element) }

    /// The number of findings of a severity.
    package func count(_ severity: Severity) -> Int {
        counts.filter { $0.severity == severity }.reduce(0) { $0 + $1.count }
    }
}
