package import AuditModel
package import BundleFormat
package import RecordIngest

/// How records came: what the intake files of a bundle say.
package struct IntakeSummary: Sendable {
    /// What became of the records that came, and the number of deployments.
    package let sums: IntakeSums
    /// The sources with the outcome of their records.
    package let sources: [SourceSummary]
    /// The records that were rejected.
    package let rejections: ShownRejections
    /// Contradicting records.
    package let conflicts: [ConflictRecord]
    /// The intake findings that are listed.
    package let findings: ShownFindings
    /// How many intake findings there are by code, those included that are counted and not listed.
    package let findingCounts: [FindingCode: Int]
    /// Whether a filter decided what is shown.
    package let isFiltered: Bool

    /// The sums of all that came, and of single records and sources what a bundle shows.
    package init(sums: IntakeSums, sources: [SourceSummary], shown: ShownIntake) {
        self.sums = sums
        self.sources = sources.map(shown.source)
        rejections = ShownRejections(
            single: shown.rejections.sorted { ($0.position, $0.sha256) < ($1.position, $1.sha256) }, read: shown.read)
        conflicts = shown.conflicts
        findings = ShownFindings(single: shown.findings, read: shown.read)
        findingCounts = shown.findingCounts
        isFiltered = shown.isFiltered
    }
}

/// Receives what sources and single records say about how they arrived.
package protocol IntakeNotes {
    mutating func add(_ finding: Finding)

    /// Counts and keeps a record that could not be read.
    mutating func reject(_ record: RejectedRecord)

    /// The same for those of a batch, with a finding on each.
    mutating func reject(_ list: RejectionList, source: Int, firstLine: Int, keepsRaw: Bool)
}

/// The rejected records that a bundle shows, by position, then SHA-256; those of files are made as they are asked for.
package struct ShownRejections: Sequence, Sendable {
    fileprivate let single: [RejectedRecord]
    fileprivate let read: ReadRejections

    package var count: Int { single.count + read.count }

    package func makeIterator() -> some IteratorProtocol<RejectedRecord> {
        Merged(single, read.records()) { ($0.position, $0.sha256) < ($1.position, $1.sha256) }
    }
}

/// The intake findings that a bundle lists, in order; those on rejected records of files are made as they are asked for.
package struct ShownFindings: Sequence, Sendable {
    fileprivate let single: [Finding]
    fileprivate let read: ReadRejections

    package func makeIterator() -> some IteratorProtocol<Finding> {
        Merged(single, read.findings(), by: IntakeFindings.precedes)
    }
}
