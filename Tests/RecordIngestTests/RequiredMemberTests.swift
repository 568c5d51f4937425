import AuditModel
import RecordIngest
import Testing

@Suite("What makes an object a record")
struct RequiredMemberTests {
    @Test(
        "an object with an identifier alone is no deployment, and the reason says what is missing",
        arguments: [
            #"{"deploymentId":"d"}"#, #"{"deploymentId":"d","history":[{"a":1}]}"#,
            #"{"deploymentId":"d","eventId":"e","eventType":3,"stage":2,"occurredAt":"2026-02-01T00:00:00Z"}"#,
            #"{"deploymentId":"d","finalState":4,"tokenStandard":"ASA","network":"n","events":[{"eventId":"e"}]}"#,
            #"{"deploymentId":"d","currentStatus":null,"statusHistory":null}"#,
            #"{"deploymentId":"d","stage":9,"outcome":1,"isSimulatedEvidence":true,"telemetryEvents":[{"a":1}]}"#,
        ])
    func noDeployment(_ text: String) throws {
        for source in [text, "[\(text)]", text + "\n\(text)\n"] {
            let seen = try Source.read(source)
            #expect(Set(seen.records.map(\.kind)) == ["x"])
            #expect(seen.reasons[0].hasPrefix("currentStatus or statusHistory missing; its members are deploymentId"))
            #expect(seen.rejections[0].deploymentID == "d")
        }
    }

    @Test(
        "a deployment has a current status or a history, be they as they may",
        arguments: [
            #"{"deploymentId":"d","currentStatus":"Queued"}"#, #"{"deploymentId":"d","statusHistory":[]}"#,
            #"{"deploymentId":"d","currentStatus":7}"#, #"{"deploymentId":"d","current\u0053tatus":7}"#,
        ])
    func deployment(_ text: String) throws {
        #expect(try Source.read(text).counts == ["d": 1])
    }

    @Test(
        "what is missing is said before what is wrong, with a name that looks as if it were meant",
        arguments: [
            (
                #"{"deployment_id":"d","status":"Queued","timestamp":"2026-02-01T00:00:00Z"}"#,
                "deploymentId missing, found deployment_id: only the service's own names are read"
            ),
            (
                #"{"DeploymentId":"d","Status":"Queued","Timestamp":"2026-02-01T00:00:00Z"}"#,
                "neither a deployment nor a transition: deploymentId missing, found DeploymentId: "
                    + "only the service's own names are read"
            ),
            (
                #"{"Success":true,"Deployments":[]}"#,
                "neither a deployment nor a transition: success missing, found Success: "
                    + "only the service's own names are read"
            ),
            (
                #"{"transactions":[],"timestamp":1700000000,"chain":1}"#,
                "deploymentId missing; status missing; its members are transactions, timestamp, chain"
            ),
            (
                #"{"deploymentId":"d","timestamp":1700000000}"#,
                "status missing; its members are deploymentId, timestamp"
            ),
            (#"{"deploymentId":"d","status":"Odd"}"#, "timestamp missing; its members are deploymentId, status"),
            (#"{"status":null,"timestamp":7}"#, "deploymentId missing; status missing; its members are timestamp"),
            (
                #"{"deploymentId":"d","current_status":"Queued"}"#,
                "currentStatus or statusHistory missing, found current_status: only the service's own names are read"
            ),
            (#"{"deploy\u001bment_id":"d"}"#, "neither a deployment nor a transition: deploymentId missing"),
            (#"{"a":1}"#, "neither a deployment nor a transition: deploymentId missing; its members are a"),
            (
                #"{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"\u001b":1}"#,
                "neither a deployment nor a transition: deploymentId missing; its members are a, b, c, d, e, f, g, h "
                    + "and more"
            ),
        ])
    func missing(_ text: String, _ reason: String) throws {
        #expect(try Source.read(text).reasons == [reason])
    }

    @Test("an entry of a history needs a status and a time, but no identifier of its deployment")
    func entries() throws {
        let text = Text.deployment("d", history: [#"{"status":0}"#, #"{"timestamp":7}"#, #"{"note":"x"}"#])
        #expect(
            try Source.read(text).reasons == [
                "timestamp missing; its members are status", "status missing; its members are timestamp",
                "status missing; timestamp missing; its members are note",
            ])
    }

    @Test("a list of objects under an unknown name is told apart from other unknown members")
    func lists() throws {
        let text = Text.deployment("d").dropLast() + #","a":[{"b":1}],"c":{"e":[1,{}]},"f":[1,[2]],"g":{"h":{}},"i":1}"#
        let seen = try Source.read(String(text))
        #expect(seen.unreadLists == ["a": 1, "c": 1])
        #expect(seen.unknownMembers == ["f": 1, "g": 1, "i": 1])
    }

    @Test(
        "evidence that is marked as simulated is noted wherever the mark stands, unless it denies it",
        arguments: [
            ("true", 1), ("1", 1), (#""true""#, 1), (#""yes""#, 1), ("false", 0), ("null", 0), (#""false""#, 0),
            (#""False""#, 0),
        ])
    func simulated(_ value: String, _ count: Int) throws {
        let marks = ["isSimulatedEvidence", "isSimulated", "IsSimulated", "is_simulated"].map { "\"\($0)\":\(value)" }
        for mark in marks {
            for text in [
                Text.transition("a", more: "," + mark), Text.transition("a", more: ",\"metadata\":{\(mark)}"),
                Text.transition("a", more: ",\"errorDetails\":{\"context\":{\(mark)}}"),
                Text.transition("a", more: ",\"complianceChecks\":[{\"context\":{\(mark)}}]"),
                Text.deployment("d").dropLast() + ",\(mark)}",
            ] {
                let notes = try Source.read(text).notes
                let marked = notes.filter { $0.code == .simulatedEvidence }
                #expect(marked.count == count && notes.count == count, "\(text)")
                #expect(notes.allSatisfy { $0.deploymentID == "d" })
            }
            let envelope = try Source.read("{\"success\":true,\(mark)}").envelopes
            #expect(envelope.count { $0.simulation != nil } == count)
        }
    }

    @Test(
        "a line of a bundle's audit trail that does not hold its records whole is refused by name",
        arguments: [
            (#""snapshotAfterPeriod":true,"derived":{"disputed":false,"recordCount":1}"#, "changed after the period"),
            (#""derived":{"disputed":true,"recordCount":1}"#, "disputed"), (#""derived":{}"#, "disputed"),
        ])
    func trailLine(_ members: String, _ reason: String) throws {
        let transition = #"{"disposition":"in-history","inPeriod":true,"record":\#(Text.transition("a"))}"#
        let text =
            #"{"deployment":{"deploymentId":"d"},"deploymentId":"d",\#(members),"row":0,"transitions":[\#(transition)]}"#
        let seen = try Source.read("[\n\(text)\n]\n")
        #expect(seen.counts == ["x": 1])
        #expect(seen.reasons[0].contains("a bundle's audit-trail.json") && seen.reasons[0].contains(reason))
    }
}
