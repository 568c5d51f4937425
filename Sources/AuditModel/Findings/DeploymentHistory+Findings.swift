extension DeploymentHistory {
    /// What is wrong or doubtful in the deployment's records, in the fixed order of docs/domain.md, section 6.
    ///
    /// Findings are data: nothing in the records makes this fail.
    ///
    /// - Parameters:
    ///   - asOf: the time that stands for now; an open deployment is stuck by it.
    ///   - thresholds: the limits in force. Where they differ from the defaults, a finding is made at both.
    ///   - reusedTransitionIDs: the identifiers of transitions that other deployments have too; see
    ///     ``reusedTransitionIDs(among:)``.
    /// - Returns: the findings; empty if there is nothing to say.
    public func findings(
        asOf: Timestamp, thresholds: Thresholds = .defaults, reusedTransitionIDs: Set<ExactString> = []
    ) -> [Finding] {
        var findings: [Finding] = []
        DeploymentRules(thresholds: thresholds, asOf: asOf).evaluate(
            dossier, history,
            isReused: { index in
                guard !reusedTransitionIDs.isEmpty else { return false }
                return reusedTransitionIDs.contains(ExactString(dossier.bytes.text(dossier.transitions[index].id)))
            }, into: &findings)
        return findings
    }

    /// The identifiers that transitions of more than one deployment have.
    ///
    /// - Parameter histories: one history a deployment.
    /// - Returns: the identifiers, for ``findings(asOf:thresholds:reusedTransitionIDs:)`` of each of them.
    public static func reusedTransitionIDs(among histories: some Sequence<DeploymentHistory>) -> Set<ExactString> {
        var seen: Set<ExactString> = []
        var reused: Set<ExactString> = []
        for history in histories {
            let own = Set(history.dossier.transitions.map { ExactString(history.dossier.bytes.text($0.id)) })
            reused.formUnion(own.intersection(seen))
            seen.formUnion(own)
        }
        return reused
    }
}
