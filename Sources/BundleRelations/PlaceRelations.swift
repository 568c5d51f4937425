package import AuditModel
package import BundleFormat

/// What `bundle.json` counts of a ledger's records, beside the places that the log gives them.
package struct PlaceRelations: Sendable {
    /// The records of the log by place, and those of them that decisions accepted.
    package let counted: Reconciliation
    package let decided: Reconciliation
    package let logStart: Int
    /// Deployments that the log names; nil if it hides some.
    package let deployments: Int?

    package init(counted: Reconciliation, decided: Reconciliation, logStart: Int, deployments: Int?) {
        self.counted = counted
        self.decided = decided
        self.logStart = logStart
        self.deployments = deployments
    }

    /// Everything that does not fit: of a whole log each count is exact, else the entries before the position limit it.
    package func problems(_ stated: ReconciliationClaims, _ sums: IntakeSums, ledger: LedgerPart) -> [String] {
        var problems: [String] = []
        let kinds: [(String, ReconciliationClaims.Counts, KeyPath<Reconciliation, [Int]>, Int)] = [
            ("transitions", stated.transitions, \.transitions, ledger.earlierTransitions),
            (
                "deploymentRecords", stated.deploymentRecords, \.deploymentRecords, ledger.earlierDeploymentRecords
            ),
        ]
        for (name, counts, path, earlier) in kinds {
            for place in Selection.Destination.allCases {
                let count = counted[keyPath: path][place.rawValue]
                guard logStart == 0 ? counts[place] != count : counts[place] < count else { continue }
                problems.append("\(name) \(place.name): the log has \(count), bundle.json says \(counts[place])")
            }
            let own = decided[keyPath: path].reduce(0, +)
            if logStart == 0 ? earlier != own : earlier < own {
                problems.append("\(name) that other sources brought: \(earlier), the log has \(own) of decisions")
            }
        }
        let earlier = NumberLimits.sum([ledger.earlierTransitions, ledger.earlierDeploymentRecords]) ?? Int.max
        let decisions = (decided.transitions + decided.deploymentRecords).reduce(0, +)
        // A log that has records has a key and the end of a run, too.
        if earlier - decisions > max(logStart - 2, 0) {
            problems.append(
                "\(earlier) records that other sources brought, and \(logStart) entries before the position")
        }
        let records = NumberLimits.sum([stated.transitions.accepted, stated.deploymentRecords.accepted]) ?? 0
        let most = logStart == 0 ? deployments ?? records : records
        let isExact = logStart == 0 && deployments != nil
        if isExact ? sums.deployments != most : sums.deployments > most {
            problems.append("\(sums.deployments) deployments, the records are of \(isExact ? "" : "at most ")\(most)")
        }
        return problems
    }
}
