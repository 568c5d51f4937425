package import AuditModel
package import BundleFormat

/// How records came: what the intake files of a bundle say.
package struct IntakeSummary: Sendable {
    /// What became of the records that came, and the number of deployments.
    package let sums: IntakeSums
    /// The sources with the outcome of their records.
    package let sources: [SourceSummary]
    /// The records that were rejected, by position.
    package let rejections: [RejectedRecord]
    /// Contradicting records.
    package let conflicts: [ConflictRecord]
    /// The intake findings that are listed.
    package let findings: [Finding]
    /// How many intake findings there are by code, those included that are counted and not listed.
    package let findingCounts: [FindingCode: Int]
    /// Whether a filter decided what is shown.
    package let isFiltered: Bool

    /// The sums of all that came, and of single records and sources what a bundle shows.
    package init(sums: IntakeSums, sources: [SourceSummary], shown: ShownIntake) {
        self.sums = sums
        self.sources = sources.map(shown.source)
        rejections = shown.rejections.sorted { ($0.position, $0.sha256) < ($1.position, $1.sha256) }
        conflicts = shown.conflicts
        findings = shown.findings
        findingCounts = shown.findingCounts
        isFiltered = shown.isFiltered
    }
}

/// Receives what sources and single records say about how they arrived.
package protocol IntakeNotes {
    mutating func add(_ finding: Finding)

    /// Counts and keeps a record that could not be read.
    mutating func reject(_ record: RejectedRecord)
}
