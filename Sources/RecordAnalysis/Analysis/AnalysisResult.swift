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

extension IntakeSums {
    /// Adds every sum of another.
    mutating func add(_ other: IntakeSums) {
        for (_, path) in IntakeSums.all { self[keyPath: path] += other[keyPath: path] }
    }

    /// Adds what became of the records of a source, as its summary says.
    package mutating func add(_ source: SourceSummary) {
        read += source.read
        accepted += source.accepted
        duplicates += source.duplicates
        conflicts += source.conflicts
        rejected += source.rejected
    }

    mutating func add(_ dispositions: (inHistory: Int, repeats: Int, refused: Int)) {
        inHistory += dispositions.inHistory
        repeats += dispositions.repeats
        refused += dispositions.refused
        inBundleTransitions = inHistory + repeats + refused
    }
}

/// Counts findings by code and severity.
enum FindingCounts {
    static func count(_ derived: [Finding], intake: [FindingCode: Int]) -> [BundleDescription.FindingCount] {
        var counts: [FindingCode: [Severity: Int]] = [:]
        for finding in derived { counts[finding.code, default: [:]][finding.severity, default: 0] += 1 }
        for (code, count) in intake { counts[code, default: [:]][code.severity, default: 0] += count }
        return FindingCode.allCases.flatMap { code in
            Severity.allCases.reversed().compactMap { severity in
                counts[code]?[severity].map {
                    BundleDescription.FindingCount(code: code, severity: severity, count: $0)
                }
            }
        }
    }
}
