import Foundation
import GRDB

/// Deployments, in the caches.
extension LedgerWriter {
    /// Writes the state of a deployment, which gets a number if it has none; returns that.
    package func write(_ state: DeploymentState, id: [UInt8], number: Int?) throws -> Int {
        let own = number ?? deploymentCount
        if number == nil { deploymentCount += 1 } else { try count(own, by: -1) }
        try insert(state, id: id, number: own)
        if number != nil {
            try database.cachedStatement(sql: "DELETE FROM activity WHERE deployment = ?").execute(arguments: [own])
        }
        for (day, transitions) in state.activity.sorted(by: { $0.key < $1.key }) {
            try insertion.activity.bind(1, day)
            try insertion.activity.bind(2, own)
            try insertion.activity.bind(3, transitions)
            try insertion.activity.run()
        }
        tally.add(state, by: 1)
        return own
    }

    private func insert(_ state: DeploymentState, id: [UInt8], number: Int) throws {
        let row = insertion.deployment
        try row.bind(1, number)
        try row.bind(3, Int(LedgerHash.of(id)))
        try row.bind(4, state.day)
        try row.bind(5, state.isSpread ? 1 : 0)
        try row.bind(6, state.records)
        try row.bind(7, state.transitions)
        try row.bind(8, state.superseded)
        try id.withUnsafeBytes { id in
            try row.bind(2, id)
            try withBytes(state.network) { network in
                try withBytes(state.tokenType) { tokenType in
                    try withBytes(state.deployedBy) { deployedBy in
                        try row.bind(9, network)
                        try row.bind(10, tokenType)
                        try row.bind(11, deployedBy)
                        try row.run()
                    }
                }
            }
        }
    }

    private func withBytes(_ bytes: [UInt8]?, _ body: (UnsafeRawBufferPointer?) throws -> Void) rethrows {
        guard let bytes else { return try body(nil) }
        try bytes.withUnsafeBytes { try body($0) }
    }

    /// Counts the stored state of a deployment in the tally.
    private func count(_ deployment: Int, by sign: Int) throws {
        let statement = try database.cachedStatement(
            sql: "SELECT day, records, superseded FROM deployment WHERE number = ?")
        guard let row = try Row.fetchOne(statement, arguments: [deployment]) else { return }
        let activity = try reader.activity(of: deployment)
        tally.add(
            day: try row.value(0), records: try row.count(1), superseded: try row.count(2), activity: activity, by: sign
        )
    }

    /// Writes what the deployments of the run add to the tally.
    func writeTally() throws {
        for (day, counts) in tally.days.sorted(by: { $0.key < $1.key }) {
            try database.cachedStatement(
                sql: """
                    INSERT INTO tally (day, deployments, records, superseded, transitions) VALUES (?, ?, ?, ?, ?)
                    ON CONFLICT (day) DO UPDATE SET deployments = deployments + excluded.deployments,
                        records = records + excluded.records, superseded = superseded + excluded.superseded,
                        transitions = transitions + excluded.transitions
                    """
            ).execute(arguments: [day, counts.deployments, counts.records, counts.superseded, counts.transitions])
        }
        try database.execute(
            sql: "DELETE FROM tally WHERE deployments = 0 AND records = 0 AND superseded = 0 AND transitions = 0")
        tally = LedgerTally()
    }
}
