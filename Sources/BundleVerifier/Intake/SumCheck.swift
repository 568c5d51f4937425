import AuditModel
import BundleFormat

/// Sums and reconciliation: they add up, fit the trail, and leave nothing out without a reason.
struct SumCheck {
    let sums: IntakeSums
    let ledger: LedgerPart?
    let filters: BundleFilters
    let isFiltered: Bool
    let hasPeriod: Bool
    private let deploymentRecords: Kind
    private let transitions: Kind
    private var problems: [String] = []

    /// What is stated of the records of one kind.
    private struct Kind {
        let name: String
        let counts: ReconciliationClaims.Counts
        /// The sum of those that were accepted, and those that other sources of the ledger brought.
        let sum: String
        let accepted: Int
        let earlier: Int
    }

    /// Throws the problem of the first member that is not in form.
    init(_ description: DescriptionClaims) throws(FormProblem) {
        sums = try description.sums.get()
        let reconciliation = try description.reconciliation.get()
        ledger = try description.ledger.get()
        filters = try description.filters.get()
        isFiltered = try description.isFiltered.get()
        hasPeriod = try description.period.get() != nil
        deploymentRecords = Kind(
            name: "deploymentRecords", counts: reconciliation.deploymentRecords, sum: "acceptedDeploymentRecords",
            accepted: sums.acceptedDeploymentRecords, earlier: ledger?.earlierDeploymentRecords ?? 0)
        transitions = Kind(
            name: "transitions", counts: reconciliation.transitions, sum: "acceptedTransitions",
            accepted: sums.acceptedTransitions, earlier: ledger?.earlierTransitions ?? 0)
    }

    /// Compares everything; without `totals` nothing with the trail.
    mutating func run(_ totals: ContentChecks.Totals?) -> [String] {
        require(sums.read, sums.accepted + sums.duplicates + sums.conflicts + sums.rejected, of: "read")
        require(sums.accepted, sums.acceptedDeploymentRecords + sums.acceptedTransitions, of: "accepted")
        require(sums.inBundleTransitions, sums.inHistory + sums.repeats + sums.refused, of: "transitions in the bundle")
        for kind in [deploymentRecords, transitions] {
            require(kind.counts.accepted, kind.counts.sum, of: "reconciliation of \(kind.name)")
            require(kind.accepted + kind.earlier, kind.counts.sum, of: kind.sum)
            requireNothingLeftOut(kind)
        }
        if let totals { compare(totals) }
        return problems
    }

    private mutating func require(_ found: Int, _ expected: Int, of what: String) {
        if found != expected { problems.append("\(what): \(found), expected \(expected)") }
    }

    /// What no filter, no period and no ledger leaves out must be nothing.
    private mutating func requireNothingLeftOut(_ kind: Kind) {
        for destination in Selection.Destination.allCases
        where destination.isFilter && filters.isEmpty(for: destination) {
            require(kind.counts[destination], 0, of: "\(kind.name) \(destination.name) without such a filter")
        }
        if ledger == nil { require(kind.counts[.superseded], 0, of: "\(kind.name) superseded without a ledger") }
        guard !hasPeriod else { return }
        for destination in [Selection.Destination.before, .after, .notAssignable] {
            require(kind.counts[destination], 0, of: "\(kind.name) \(destination.name) without a period")
        }
    }

    private mutating func compare(_ totals: ContentChecks.Totals) {
        if !hasPeriod, !isFiltered { require(sums.deployments, totals.rows, of: "deployments") }
        if sums.deployments < totals.rows { problems.append("fewer deployments than the bundle holds") }
        require(deploymentRecords.counts[.inBundle], totals.recordCount, of: "deployment records in the bundle")
        require(
            transitions.counts[.inBundle], totals.dispositions.reduce(0, +), of: "transitions in the bundle")
        if deploymentRecords.counts[.after] < totals.afterPeriod {
            problems.append("fewer deployment records of after the period than deployments that have only such")
        }
        require(sums.inHistory, totals.count(.inHistory), of: "inHistory")
        require(sums.repeats, totals.count(.repeat), of: "repeats")
        require(sums.refused, totals.count(.refused), of: "refused")
    }
}
