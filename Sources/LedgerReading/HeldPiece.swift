import AuditModel
package import RecordAnalysis
import RecordContent
package import RecordIngest
package import RecordStore

/// Some deployments of a ledger, parsed.
package struct HeldPiece: Sendable {
    /// A deployment as it is stored.
    package struct Stored: Sendable {
        var number: Int
        var id: [UInt8]
        var records: [LedgerReader.StoredRecord]
        /// What is cached of it; nil where that is not compared.
        var state: LedgerWriter.DeploymentState?

        package init(
            number: Int, id: [UInt8], records: [LedgerReader.StoredRecord], state: LedgerWriter.DeploymentState?
        ) {
            self.number = number
            self.id = id
            self.records = records
            self.state = state
        }
    }

    /// Their records, sorted by deployment.
    private(set) var batch = RecordBatch()
    /// What the deployments are counted as in the ledger's tally.
    private(set) var tally = LedgerTally()

    /// Parses deployments and compares them with their leaves and states; throws ``LedgerError``, `broken`.
    ///
    /// Those that cannot belong to the days are left out.
    package init(_ stored: [Stored], days: LedgerDays?, acceptances: Acceptances) throws {
        var held = HeldRecords(batch: 0, comparing: acceptances)
        let stored = stored.filter { !$0.records.isEmpty || $0.state != nil }
        let owners = try stored.map { try held.load($0.records) }
        batch = held.finish()
        var states = DeploymentStates(RecordSet(held: batch, groups: RecordGroups.of(owners, batch, number: 0)))
        var kept: [HeldRecords.Owned] = []
        for (index, own) in owners.enumerated() {
            try batch.requireOwner(stored[index].id, of: own, deployment: stored[index].number)
            let state = states.derive(index)
            if let cached = stored[index].state, cached != state {
                throw LedgerError(
                    .broken, "deployment \(stored[index].number): its cached state is not that of its entries")
            }
            guard days?.mayHold(state) ?? true else { continue }
            tally.add(state, by: 1)
            kept.append(own)
        }
        if kept.count < owners.count { batch.keep(kept) }
        batch.sortByDeployment()
    }
}

extension RecordBatch {
    /// Leaves out the records of other deployments than these.
    fileprivate mutating func keep(_ owners: [HeldRecords.Owned]) {
        let all = (transitions: transitions, deployments: deployments)
        transitions = owners.flatMap { $0.transitions.map { all.transitions[Int($0.index)] } }
        deployments = owners.flatMap { $0.deployments.map { all.deployments[Int($0.index)] } }
    }

    /// Requires that a deployment holds records, all of which name it.
    package func requireOwner(_ id: [UInt8], of own: HeldRecords.Owned, deployment: Int) throws(LedgerError) {
        let identifiers =
            own.transitions.map { transitions[Int($0.index)].deploymentID }
            + own.deployments.map { deployments[Int($0.index)].deploymentID }
        guard identifiers.isEmpty || identifiers.contains(where: { !arena.bytes[$0.range].elementsEqual(id) }) else {
            return
        }
        throw LedgerError(.broken, "deployment \(deployment): holds entries of another deployment, or none")
    }
}

extension RecordGroups {
    /// Groups of what deployments hold in one batch.
    package static func of(_ owners: [HeldRecords.Owned], _ batch: RecordBatch, number: Int) -> RecordGroups {
        var groups = RecordGroups()
        for own in owners {
            let identifier =
                own.transitions.first.map { batch.transitions[Int($0.index)].deploymentID }
                ?? own.deployments.first.map { batch.deployments[Int($0.index)].deploymentID } ?? .none
            groups.identifiers.append(IdentifierSlice(number, identifier))
            groups.transitions.append(own.transitions)
            groups.deployments.append(own.deployments)
        }
        return groups
    }
}
