package import AuditModel
package import BundleFormat
package import RecordIngest

/// What became of every record, and of how many deployments; parts of disjoint deployments merge.
package struct RecordOutcomes: Sendable {
    /// Counts of all records.
    ///
    /// With a filter the findings and records in it are those of the deployment at hand alone; what is shown of them moves
    /// on with ``count(_:_:after:)``.
    package var tally: Tally
    private var shown: ShownIntake
    package var reconciliation = Reconciliation()
    /// Deployments with at least one accepted record.
    package var deployments = 0

    package init(sources: Int, showing scope: IntakeScope) {
        tally = Tally(sources: sources)
        shown = ShownIntake(scope)
    }

    /// Counts the deployment that was assembled, which goes to a destination.
    ///
    /// - Parameters:
    ///   - dossier: the deployment.
    ///   - destination: where it goes.
    ///   - after: numbers of its deployment records and transitions after the period, which the dossier is without.
    package mutating func count(
        _ dossier: Dossier, _ destination: Selection.Destination, after: (records: Int, transitions: Int)
    ) {
        if shown.isFiltered { shown.take(from: &tally, isInBundle: destination == .inBundle) }
        deployments += 1
        reconciliation.deploymentRecords[destination.rawValue] += dossier.recordCount
        // Of a deployment that is not in the bundle all records have its destination.
        let later = destination == .inBundle ? Selection.Destination.after : destination
        reconciliation.deploymentRecords[later.rawValue] += after.records
        reconciliation.transitions[destination.rawValue] += dossier.transitions.count
        reconciliation.transitions[Selection.Destination.after.rawValue] += after.transitions
    }

    package mutating func merge(_ other: RecordOutcomes) {
        tally.merge(other.tally)
        shown.merge(other.shown)
        reconciliation.merge(other.reconciliation)
        deployments += other.deployments
    }

    /// Lets go of contradicting records, which nobody sees where no bundle is made; counts and findings stay.
    package mutating func forgetConflicts() {
        tally.conflicts = []
        shown.forgetConflicts()
    }

    /// Lets what the intake says of deployments in the bundle be shown.
    package mutating func showAlso(_ deployments: [ExactString]) { shown.include(deployments) }

    /// What a bundle shows of the intake.
    package var shownIntake: ShownIntake {
        var all = shown
        var rest = tally
        // With a filter nothing is left here that a deployment in the bundle was assembled with.
        all.take(from: &rest, isInBundle: !shown.isFiltered)
        return all
    }

    /// What a bundle may show of an intake that was reviewed before: nothing yet.
    package var emptyIntake: ShownIntake { shown.emptied }
}

extension RecordOutcomes: IntakeNotes {
    package mutating func add(_ finding: Finding) { shown.add(finding) }

    package mutating func reject(_ record: RejectedRecord) {
        tally.sources[record.position.source].rejected += 1
        shown.add(record)
    }

    package mutating func reject(_ list: RejectionList, source: Int, firstLine: Int, keepsRaw: Bool) {
        guard shown.isFiltered else {
            tally.sources[source].rejected += list.count
            return shown.add(list, source: source, firstLine: firstLine, keepsRaw: keepsRaw)
        }
        for rejection in list {
            let position = SourcePosition(
                source: source, line: firstLine + rejection.position.line, offset: rejection.position.offset)
            let record = RejectedRecord(rejection, at: position, keepsRaw: keepsRaw)
            reject(record)
            add(record.finding)
        }
    }
}
