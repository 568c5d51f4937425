package import AuditModel
package import StrictJSON

/// The entry of a decision that settles a dispute; a record that it accepts is the entry behind it.
package struct DecisionEntry: Sendable, Equatable {
    package var deploymentID: String
    /// nil for deployment records.
    package var transitionID: String?
    /// Numbers in quarantine that are settled.
    package var settles: [Int]
    /// Entries that the accepted record stands for from now on; empty when what was there stays.
    package var replaces: [Int]
    /// SHA-256 of the canonical content that stays or is accepted, in hexadecimal.
    package var accepted: String
    package var reason: String
    /// Who decided, as they call themselves.
    package var by: String
    package var received: Timestamp

    package init(
        deploymentID: String, transitionID: String?, settles: [Int], replaces: [Int], accepted: String, reason: String,
        by: String, received: Timestamp
    ) {
        self.deploymentID = deploymentID
        self.transitionID = transitionID
        self.settles = settles
        self.replaces = replaces
        self.accepted = accepted
        self.reason = reason
        self.by = by
        self.received = received
    }

    package init?(_ value: JSONValue) {
        guard let deploymentID = value["deploymentId"]?.string, let accepted = value["accepted"]?.string,
            let reason = value["reason"]?.string, let by = value["by"]?.string,
            let received = LedgerEntry.time(value["received"]), let settles = value["settles"]?.array,
            let replaces = value["replaces"]?.array
        else { return nil }
        self.init(
            deploymentID: deploymentID, transitionID: value["transitionId"]?.string,
            settles: settles.compactMap { $0.integer.map(Int.init) },
            replaces: replaces.compactMap { $0.integer.map(Int.init) }, accepted: accepted, reason: reason, by: by,
            received: received)
    }

    package var body: [UInt8] {
        func list(_ numbers: [Int]) -> JSONValue { .array(numbers.map { .integer(Int64($0)) }) }
        var members: [String: JSONValue] = [
            "accepted": .string(accepted), "by": .string(by), "deploymentId": .string(deploymentID),
            "reason": .string(reason), "received": .string(received.text), "replaces": list(replaces),
            "settles": list(settles), "type": .string("decision"),
        ]
        members["transitionId"] = transitionID.map(JSONValue.string)
        return JSONValue.object(members).bytes
    }
}
