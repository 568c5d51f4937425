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
    /// Contradicting records, as `rejected.json` has them.
    package let conflicts: [[UInt8]]
    /// The intake findings that are listed.
    package let findings: [Finding]
    /// How many intake findings there are by code, those included that are counted and not listed.
    package let findingCounts: [FindingCode: Int]

    package init(
        sums: IntakeSums, sources: [SourceSummary], rejections: [RejectedRecord], conflicts: [[UInt8]],
        findings: [Finding], findingCounts: [FindingCode: Int]
    ) {
        self.sums = sums
        self.sources = sources
        self.rejections = rejections
        self.conflicts = conflicts
        self.findings = findings
        self.findingCounts = findingCounts
    }
}

extension IntakeSummary {
    /// The same with further findings on sources.
    func adding(_ further: [Finding]) -> IntakeSummary {
        guard !further.isEmpty else { return self }
        return IntakeSummary(
            sums: sums, sources: sources, rejections: rejections, conflicts: conflicts,
            findings: (findings + further).sorted(by: IntakeFindings.precedes),
            findingCounts: further.reduce(into: findingCounts) { $0[$1.code, default: 0] += 1 })
    }
}

/// Where records came from: files that were read now, or a ledger that remembers.
package protocol Intake: Sendable {
    /// What each source says of itself, in the order of the summary's sources.
    var claims: [[String: String]] { get }

    /// How the records came, once it is known what became of all.
    func summary(of outcomes: RecordOutcomes) -> IntakeSummary
}

/// Files that were read now.
struct SourceIntake: Intake {
    private let sources: [LoadedSource]

    init(_ sources: [LoadedSource]) { self.sources = sources }

    var claims: [[String: String]] { sources.map(\.summary.claims) }

    func summary(of outcomes: RecordOutcomes) -> IntakeSummary {
        let tally = outcomes.tally
        return IntakeSummary(
            sums: sums(outcomes), sources: summaries(tally),
            rejections: tally.rejections.sorted { ($0.position, $0.sha256) < ($1.position, $1.sha256) },
            conflicts: tally.conflicts.map(\.element), findings: tally.findings.sorted(),
            findingCounts: tally.findings.total)
    }

    private func sums(_ outcomes: RecordOutcomes) -> IntakeSums {
        var sums = IntakeSums()
        for counts in outcomes.tally.sources {
            sums.acceptedTransitions += counts.acceptedTransitions
            sums.acceptedDeploymentRecords += counts.acceptedDeployments
            sums.duplicates += counts.duplicates
            sums.conflicts += counts.conflicts
            sums.rejected += counts.rejected
        }
        sums.accepted = sums.acceptedTransitions + sums.acceptedDeploymentRecords
        sums.read = sources.reduce(0) { $0 + $1.summary.read }
        sums.deployments = outcomes.deployments
        return sums
    }

    private func summaries(_ tally: Tally) -> [SourceSummary] {
        zip(sources, tally.sources).map { source, counts in
            var summary = source.summary
            summary.accepted = counts.acceptedTransitions + counts.acceptedDeployments
            summary.duplicates = counts.duplicates
            summary.conflicts = counts.conflicts
            summary.rejected = counts.rejected
            return summary
        }
    }
}
