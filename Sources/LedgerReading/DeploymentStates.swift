package import AuditModel
package import RecordAnalysis
package import RecordIntake
package import RecordStore

/// Derives what a ledger keeps of its deployments beside their entries: one way for ingest, decisions, reading and check.
package struct DeploymentStates {
    private var assembler: DossierAssembler
    /// What became of the records of all deployments so far.
    package private(set) var tally: Tally
    /// The source that stands for what the ledger holds.
    private let heldSource: Int
    /// Rows of the deployment at hand for which a record with an identifier stands now.
    private var superseded = 0

    /// Derives states of a set whose last source is what the ledger holds; later times than `futureAfter` are a finding.
    package init(_ records: RecordSet, futureAfter: Timestamp? = nil) {
        assembler = DossierAssembler(
            records: records, period: nil, detail: .members, conflicts: .firstArrival, futureAfter: futureAfter)
        tally = Tally(sources: records.sourceCount)
        heldSource = records.sourceCount - 1
    }

    /// Puts a deployment together.
    package mutating func assemble(_ deployment: Int) {
        let before = tally.sources[heldSource].duplicates
        assembler.assemble(deployment, &tally)
        superseded = tally.sources[heldSource].duplicates - before
    }

    /// The records of the deployment at hand that are accepted.
    package var accepted: (transitions: [RecordReference], deployments: [RecordReference]) { assembler.accepted }

    /// The state of the deployment at hand.
    package var state: LedgerWriter.DeploymentState {
        let dossier = assembler.dossier
        let created = dossier.members.createdAt ?? assembler.earliest
        let day = created.map { Int($0.date.daysSinceYearOne) }
        var activity: [Int: Int] = [:]
        for transition in dossier.transitions { activity[Int(transition.time.date.daysSinceYearOne), default: 0] += 1 }
        let isSpread = day.map { day in activity.keys.contains { $0 < day } } ?? !activity.isEmpty
        if let day { activity[day, default: 0] += 0 }
        func text(_ slice: ByteSlice) -> [UInt8]? { slice.isEmpty ? nil : Array(dossier.bytes[slice.range]) }
        return LedgerWriter.DeploymentState(
            day: day, isSpread: isSpread, records: dossier.recordCount,
            transitions: dossier.transitions.count + superseded, superseded: superseded,
            network: text(dossier.members.network), tokenType: text(dossier.members.tokenType),
            deployedBy: text(dossier.members.deployedBy), activity: activity)
    }

    /// The state of a deployment.
    package mutating func derive(_ deployment: Int) -> LedgerWriter.DeploymentState {
        assemble(deployment)
        return state
    }
}
