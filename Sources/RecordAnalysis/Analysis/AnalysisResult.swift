package import AuditModel
package import BundleFormat
package import RecordIntake

/// What came out of reading and analysing records.
package struct AnalysisResult: Sendable {
    package let sums: IntakeSums
    package let reconciliation: Reconciliation
    package let sources: [SourceSummary]
    package let metrics: Metrics
    /// Derived findings by row, then those on all.
    let derivedFindings: [Finding]
    /// The intake findings that are listed.
    let intakeFindings: ShownFindings
    /// How many findings there are, listed or not.
    package let counts: [BundleDescription.FindingCount]
    package let asOf: Timestamp
    package let asOfSource: String
    /// The records that were rejected, by position.
    package let rejections: ShownRejections
    /// Contradicting records.
    package let conflicts: [ConflictRecord]

    /// Calls `body` with each finding: derived ones by row, then those on all, then the intake findings that are listed.
    ///
    /// There may be millions, most of which are made here.
    package func forEachFinding(_ body: (Finding) throws -> Void) rethrows {
        try derivedFindings.forEach(body)
        for finding in intakeFindings { try body(finding) }
    }

    /// The same as a list.
    package var findings: [Finding] { derivedFindings + intakeFindings }

    /// Calls `body` with each element of `rejected.json`.
    package func forEachRejected(_ body: ([UInt8]) throws -> Void) rethrows {
        for record in rejections { try body(record.element) }
        for conflict in conflicts { try body(conflict.element) }
    }

    /// The number of findings of a severity.
    package func count(_ severity: Severity) -> Int {
        counts.filter { $0.severity == severity }.reduce(0) { $0 + $1.count }
    }
}
