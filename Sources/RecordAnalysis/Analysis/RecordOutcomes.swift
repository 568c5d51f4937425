package import AuditModel
package import BundleFormat
package import RecordIntake

/// What became of every record, and of how many deployments; parts of disjoint deployments merge.
package struct RecordOutcomes: Sendable {
    /// Counts of all records.
    ///
    /// With a filter the findings and records in it are those of the deployment at hand alone; what is shown of them moves
    /// on with ``count(_:_:)``.
    var tally: Tally
    private var shown: ShownIntake
    package var reconciliation = Reconciliation()
    /// Deployments with at least one accepted record.
    var deployments = 0

    package init(sources: Int, showing scope: IntakeScope) {
        tally = Tally(sources: sources)
        shown = ShownIntake(scope)
    }

    /// Counts the deployment that was assembled, which goes to a destination.
    mutating func count(_ assembler: DossierAssembler, _ destination: Selection.Destination) {
        if shown.isFiltered { shown.take(from: &tally, isInBundle: destination == .inBundle) }
        deployments += 1
        reconciliation.deploymentRecords[destination.rawValue] += assembler.dossier.recordCount
        // Of a deployment that is not in the bundle all records have its destination.
        let after = destination == .inBundle ? Selection.Destination.after : destination
        reconciliation.deploymentRecords[after.rawValue] += assembler.recordsAfter
        reconciliation.transitions[destination.rawValue] += assembler.dossier.transitions.count
        reconciliation.transitions[Selection.Destination.after.rawValue] += assembler.transitionsAfter
    }

    mutating func merge(_ other: RecordOutcomes) {
        tally.merge(other.tally)
        shown.merge(other.shown)
        reconciliation.merge(other.reconciliation)
        deployments += other.deployments
    }

    /// Lets what the intake says of deployments in the bundle be shown.
    mutating func showAlso(_ deployments: [ExactString]) { shown.include(deployments) }

    /// What a bundle shows of the intake.
    var shownIntake: ShownIntake {
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
}
