package import AuditModel
import BundleFormat
package import RecordIntake

/// Where records came from: files that were read now, or a ledger that remembers.
package protocol Intake: Sendable {
    /// What each source says of itself, in the order of the summary's sources.
    var claims: [[String: String]] { get }

    /// How the records came, once it is known what became of all.
    ///
    /// `findings` are further ones on its sources, made when the rows were.
    func summary(of outcomes: RecordOutcomes, noting findings: [Finding]) -> IntakeSummary
}

/// Files that were read now.
struct SourceIntake: Intake {
    private let sources: [LoadedSource]

    init(_ sources: [LoadedSource]) { self.sources = sources }

    var claims: [[String: String]] { sources.map(\.summary.claims) }

    func summary(of outcomes: RecordOutcomes, noting findings: [Finding]) -> IntakeSummary {
        var shown = outcomes.shownIntake
        for finding in findings { shown.add(finding) }
        return IntakeSummary(sums: sums(outcomes), sources: summaries(outcomes.tally), shown: shown)
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
