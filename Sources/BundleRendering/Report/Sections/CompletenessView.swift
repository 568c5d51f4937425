internal import AuditModel
internal import BundleFormat

/// The sums of the records, as arithmetic that a reader can follow.
struct CompletenessView {
    struct Row {
        let label: String
        let deploymentRecords: String
        let transitions: String
        let isInBundle: Bool
    }

    let isFiltered: Bool
    let read: String
    let accepted: String
    let duplicates: String
    let conflicts: String
    let rejected: String
    let deploymentRecords: String
    let transitions: String
    let deployments: String
    let inBundle: String
    let inHistory: String
    let repeats: String
    let refused: String
    let destinations: [Row]
    let agree: Bool
    let sources: String
    /// What sources of earlier bundles of the ledger brought.
    let hasEarlier: Bool
    let earlierRecords: String
    let earlierTransitions: String
    let allRecords: String
    let allTransitions: String

    init(_ input: ReportInput) {
        let sums = input.sums
        isFiltered = input.isFiltered
        read = HTML.count(sums.read)
        accepted = HTML.count(sums.accepted)
        duplicates = HTML.count(sums.duplicates)
        conflicts = HTML.count(sums.conflicts)
        rejected = HTML.count(sums.rejected)
        deploymentRecords = HTML.count(sums.acceptedDeploymentRecords)
        transitions = HTML.count(sums.acceptedTransitions)
        deployments = HTML.count(sums.deployments)
        inBundle = HTML.count(sums.inBundleTransitions)
        inHistory = HTML.count(sums.inHistory)
        repeats = HTML.count(sums.repeats)
        refused = HTML.count(sums.refused)
        hasEarlier = input.earlier.records + input.earlier.transitions > 0
        earlierRecords = HTML.count(input.earlier.records, "record")
        earlierTransitions = HTML.count(input.earlier.transitions, "transition")
        allRecords = HTML.count(sums.acceptedDeploymentRecords + input.earlier.records)
        allTransitions = HTML.count(sums.acceptedTransitions + input.earlier.transitions)
        let shown = Selection.Destination.inOrder.filter { $0 != .superseded || input.kind != "one-shot" }
        destinations = shown.map { destination in
            Row(
                label: CompletenessView.label(destination),
                deploymentRecords: HTML.count(input.reconciliation.deploymentRecords[destination.rawValue]),
                transitions: HTML.count(input.reconciliation.transitions[destination.rawValue]),
                isInBundle: destination == .inBundle)
        }
        agree = CompletenessView.agree(sums, input.reconciliation, earlier: input.earlier)
        sources = CompletenessView.sources(input.sources)
    }

    private static func agree(
        _ sums: IntakeSums, _ reconciliation: Reconciliation, earlier: (records: Int, transitions: Int)
    ) -> Bool {
        let destination = Selection.Destination.inBundle.rawValue
        return sums.addUp
            && reconciliation.deploymentRecords.reduce(0, +) == sums.acceptedDeploymentRecords + earlier.records
            && reconciliation.transitions.reduce(0, +) == sums.acceptedTransitions + earlier.transitions
            && reconciliation.transitions[destination] == sums.inBundleTransitions
    }

    private static func label(_ destination: Selection.Destination) -> String {
        switch destination {
        case .before: "before the period"
        case .after: "after the period"
        case .leftOutByNetwork: "left out by the filter on networks"
        case .leftOutByTokenType: "left out by the filter on token types"
        case .leftOutByDeployer: "left out by the filter on deployers"
        case .leftOutByStatus: "left out by the filter on states"
        case .leftOutByDeployment: "left out by the filter on deployments"
        case .leftOutByAsset: "left out by the filter on assets"
        case .leftOutByTransaction: "left out by the filter on transactions"
        case .leftOutByToken: "left out by the filter on tokens"
        case .notAssignable: "not assignable to a period, for want of a time"
        case .superseded: "superseded by another record of the same event"
        case .inBundle: "in this bundle"
        }
    }

    private static func sources(_ sources: [SourceSummary]) -> String {
        let size = sources.map(\.size).reduce(0, +)
        let text = "\(HTML.count(sources.count, "source")), \(HTML.count(size, "byte"))"
        guard let first = sources.compactMap(\.firstTime).min(), let last = sources.compactMap(\.lastTime).max() else {
            return text + "."
        }
        return text + ", with transitions from \(PeriodText.time(first)) to \(PeriodText.time(last))."
    }
}
