/// The history of one deployment: its transitions in order, and what the state machine makes of each.
///
/// A history is a function of the set of transitions, never of their order of arrival. They go by time; of equal times
/// the order counts in which the state machine refuses the fewest (docs/domain.md, section 3). What it refuses is kept
/// as evidence and marked.
///
///     let history = DeploymentHistory(
///         of: DeploymentRecord(id: "d-1", network: "testnet"),
///         transitions: [TransitionRecord(id: "t-1", status: .queued, time: try Timestamp("2026-02-02T12:00:00Z"))])
///     history.state                                                      // .queued
///     history.findings(asOf: try Timestamp("2026-03-01T00:00:00Z"))      // it is stuck
public struct DeploymentHistory: Sendable {
    /// One transition of a history, and what became of it.
    public struct Step: Sendable, Hashable {
        /// The record.
        public let transition: TransitionRecord
        /// Whether the transition moved the state, repeats it, or was refused.
        public let disposition: Disposition
        /// What the state machine said; a time before 2009 is refused without asking it.
        public let outcome: LifecycleStateMachine.Outcome
        /// The state before the transition; nil at the beginning.
        public let stateBefore: DeploymentStatus?
        /// The attempt that the transition belongs to, from 0.
        public let attempt: Int
    }

    let dossier: Dossier
    let history: History

    /// Builds the history of a deployment.
    ///
    /// Each transition is given once: repeated and contradicting records are a matter of intake.
    ///
    /// - Parameters:
    ///   - deployment: the deployment's own members.
    ///   - transitions: its transitions in any order; their texts together under 4 GiB.
    ///   - isDisputed: whether two records of this deployment contradict each other; metrics count such deployments.
    /// - Complexity: O(n log n) for n transitions of different times.
    public init(of deployment: DeploymentRecord, transitions: [TransitionRecord], isDisputed: Bool = false) {
        var dossier = Dossier()
        dossier.adopt(deployment)
        self.init(dossier, transitions, isDisputed: isDisputed)
    }

    /// Builds the history of a deployment of which there is no record; that is the finding `orphan-transition`.
    ///
    /// - Parameters:
    ///   - deploymentID: the identifier that the transitions name.
    ///   - transitions: the transitions in any order, each given once.
    ///   - isDisputed: whether two records of this deployment contradict each other.
    public init(deploymentID: String, transitions: [TransitionRecord], isDisputed: Bool = false) {
        var dossier = Dossier()
        dossier.adopt(DeploymentRecord(id: deploymentID))
        dossier.members = DeploymentMembers()
        dossier.recordCount = 0
        self.init(dossier, transitions, isDisputed: isDisputed)
    }

    private init(_ dossier: Dossier, _ transitions: [TransitionRecord], isDisputed: Bool) {
        var dossier = dossier
        dossier.isDisputed = isDisputed
        for transition in transitions { dossier.append(transition) }
        self.init(dossier)
    }

    private init(_ dossier: Dossier) {
        var dossier = dossier
        var history = History()
        history.build(&dossier)
        self.dossier = dossier
        self.history = history
    }

    /// The deployment's identifier.
    public var deploymentID: String { dossier.idText }

    /// The state that the transitions lead to; nil without a transition in history.
    public var state: DeploymentStatus? { history.state }

    /// The number of attempts, each from one Queued in history to the next; 0 without a transition in history.
    public var attempts: Int { history.attempts }

    /// Milliseconds from the first to the last transition of a completed deployment, truncated.
    ///
    /// nil for any other deployment, and for one whose history does not begin with Queued.
    public var durationMs: Int64? { dossier.durationMs(history) }

    /// The transitions in the order of the history, each with what became of it.
    ///
    /// - Complexity: O(n) with an allocation for each text; keep the array rather than ask again.
    public var steps: [Step] {
        history.entries.indices.map { index in
            let entry = history.entries[index]
            return Step(
                transition: dossier.record(at: index), disposition: entry.disposition, outcome: entry.outcome,
                stateBefore: entry.before, attempt: Int(entry.attempt))
        }
    }

    /// The history as it was known before a time: later transitions are left out, and what a later record states.
    ///
    /// This is how a bundle of a period sees a deployment (docs/domain.md, section 9). The members that never change
    /// stay: network, token type and creation.
    ///
    /// - Parameter end: the end of the period; what lies at `end` is left out.
    /// - Returns: the history until then.
    public func asKnown(before end: Timestamp) -> DeploymentHistory {
        let isLater = dossier.members.updatedAt.map { $0 >= end } ?? false
        guard isLater || dossier.transitions.contains(where: { $0.time >= end }) else { return self }
        var known = dossier
        known.removeTransitions(from: end)
        known.removeUnusedChecks()
        if isLater {
            known.snapshotAfterPeriod = true
            known.members.statedStatus = nil
            known.members.updatedAt = nil
            known.members.complianceSummary = .none
        }
        return DeploymentHistory(known)
    }

    /// Whether the deployment was created or has a transition in a period.
    ///
    /// This is how a bundle of a period chooses its deployments, unless it goes by creation (docs/domain.md, section 9).
    ///
    /// - Parameter period: the period.
    /// - Returns: whether the deployment belongs to it.
    public func belongs(to period: Period) -> Bool { belongs(to: period, basis: .activity) }

    /// Whether the deployment was created in a period.
    ///
    /// It was created at `createdAt`, else at its first transition that is not before 2009.
    ///
    /// - Parameter period: the period.
    /// - Returns: whether its creation lies in it.
    public func isCreated(in period: Period) -> Bool { belongs(to: period, basis: .created) }

    private func belongs(to period: Period, basis: Basis) -> Bool {
        var selection = Selection()
        selection.period = period
        selection.basis = basis
        let known = asKnown(before: period.to)
        let earliest = dossier.transitions.lazy.filter(\.isPlausible).map(\.time).min()
        return selection.destination(of: known.dossier, known.history, earliest: earliest) == .inBundle
    }
}
