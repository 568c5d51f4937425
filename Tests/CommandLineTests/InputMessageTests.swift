import Foundation
import StrictJSON
import Testing

/// What a newcomer reads whose file is not of the form that is expected.
@Suite("Messages on input say what was found and what was expected")
struct InputMessageTests {
    static let allowed = "Queued, Submitted, Pending, Confirmed, Completed, Failed, Indexed or Cancelled"

    static func transition(_ members: String) -> String {
        #"{"deploymentId":"d","status":"Queued","timestamp":"2026-02-10T00:00:00Z"}"# + "\n"
            + #"{"deploymentId":"d",\#(members)}"# + "\n"
    }

    @Test(
        "a record that is rejected names its line, the member, what stands there and what is expected",
        arguments: [
            (
                transition(#""status":"queued","timestamp":"2026-02-10T00:00:00Z""#),
                #"status is "queued", expected \#(allowed), or its number from 0 to 7"#
            ),
            (
                transition(#""status":8,"timestamp":"2026-02-10T00:00:00Z""#),
                "status is the number 8, expected \(allowed)"
            ),
            (
                transition(#""status":"Queued","timestamp":1739145600"#),
                #"timestamp is the number 1739145600, expected an RFC 3339 time such as "2026-02-10T09:30:00Z" "#
                    + "(as seconds since 1970 it would be 2025-02-10T00:00:00Z)"
            ),
            (
                transition(#""status":"Queued","timestamp":1739145600123"#),
                "(as milliseconds since 1970 it would be 2025-02-10T00:00:00.123Z)"
            ),
            (
                transition(#""status":"Queued","timestamp":"1739145600.5""#),
                "(as seconds since 1970 it would be 2025-02-10T00:00:00.5Z)"
            ),
            (
                transition(#""status":"Queued","timestamp":"10.02.2026""#),
                #"timestamp is "10.02.2026", expected an RFC 3339 time such as "2026-02-10T09:30:00Z"; it has a "#
            ),
            (transition(#""status":"Queued","timestamp":"2026-02-10T24:00:00Z""#), "; it has an hour over 23"),
            (
                transition(#""status":"Queued","timestamp":"2026-02-10T10:00:00+24:00""#),
                "; it has an offset hour over 23"
            ),
            (transition(#""status":"Queued","timestamp":"2026-02-10T10:00:00ZZ""#), "; it has a text after the zone"),
            (
                transition(#""status":"Queued","time":"2026-02-10T00:00:00Z""#),
                "timestamp missing; its members are deploymentId, status, time"
            ),
            (
                transition(#""status":"Queued","time_stamp":"2026-02-10T00:00:00Z""#),
                "timestamp missing, found time_stamp: only the service's own names are read"
            ),
            (#"{"deploymentId":"d","currentStatus":"Queued"}"# + "\n5\n", "the number 5, expected an object"),
            (
                #"{"deploymentId":"d","currentStatus":"Queued"}"# + "\n{'a':1}\n",
                #"a character that JSON does not allow there at byte 1: found "'""#
            ),
        ])
    func record(_ text: String, _ reason: String) throws {
        let place = try CommandFolder()
        _ = try place.write(text, to: "r.ndjson")
        let ran = try place.run("validate", "r.ndjson")
        #expect(ran.status == 1)
        #expect(ran.output.contains(" r.ndjson:2: ") && ran.output.contains(reason), "\(ran.output)")
    }

    @Test(
        "a CSV whose header is not read says once what is missing, and which columns it has",
        arguments: [
            (
                "deploymentId,status,timestamp\nd,Queued,2026-02-10T00:00:00Z\n",
                "column DeploymentId missing, found deploymentId; column Status missing, found status; "
                    + "column Timestamp missing, found timestamp: only the service's own names are read"
            ),
            (
                "\u{FEFF}id;state;time\nd;Queued;2026-02-10T00:00:00Z\n",
                "neither JSON nor CSV: column DeploymentId missing; column Status missing; column Timestamp missing; "
                    + "its columns are id, state, time"
            ),
            (
                "DeploymentId,State,Time\nd,Queued,x\ne,Queued,y\n",
                "column Status missing; column Timestamp missing; its columns are DeploymentId, State, Time"
            ),
            ("deployments:\n  - id: 1\n", #"neither JSON nor CSV: a text that begins with "deployments:", expected "#),
            (
                "sep=|\nDeploymentId|Status|Timestamp\n",
                "a CSV whose first line names a separator that does not separate the columns of its header"
            ),
        ])
    func header(_ text: String, _ reason: String) throws {
        let place = try CommandFolder()
        _ = try place.write(text, to: "r.csv")
        let ran = try place.run("validate", "r.csv", "--json")
        #expect(ran.status == 1)
        let findings = ran.json["findings"]?.array ?? []
        #expect(findings.count == 1, "\(ran.output)")
        #expect(findings[0]["message"]?.string?.contains("Found: \(reason)") == true, "\(ran.output)")
    }

    @Test("a CSV of semicolons behind a byte order mark is read, and a status in it may be its number")
    func semicolons() throws {
        let place = try CommandFolder()
        let text =
            "\u{FEFF}DeploymentId;Status;Timestamp\r\nd;0;2026-02-10T00:00:00Z\r\nd;Submitted;2026-02-10T00:00:01Z\r\n"
        _ = try place.write(text, to: "r.csv")
        let ran = try place.run("validate", "r.csv", "--json", "--fail-on", "never")
        #expect(ran.status == 0)
        #expect(ran.json["counts"]?["inHistory"]?.integer == 2, "\(ran.output)")
    }

    @Test("a member that looks as if it were meant is named without -v, with the name that is read")
    func meant() throws {
        let place = try CommandFolder()
        let line =
            #"{"deploymentId":"d","status":"Queued","timestamp":"2026-02-10T00:00:00Z","confirmed_round":5,"network":"n","x":1}"#
        _ = try place.write(line + "\n", to: "r.ndjson")
        let ran = try place.run("validate", "r.ndjson", "--fail-on", "never")
        #expect(ran.status == 0)
        #expect(ran.output.contains(#"Expected: "confirmedRound". Found: "confirmed_round" in 1 record."#))
        #expect(ran.output.contains(#"Expected: it in the record of the deployment. Found: "network" in 1 record."#))
        #expect(!ran.output.contains("\"x\""))
    }

    @Test("a claim that is a number in the place of a time says what it would be")
    func claim() throws {
        let place = try CommandFolder()
        let details = #""errorDetails":{"timestamp":1739145600}"#
        _ = try place.write(
            #"{"deploymentId":"d","status":"Failed","timestamp":"2026-02-10T00:00:00Z",\#(details)}"# + "\n",
            to: "r.ndjson")
        let output = try place.run("validate", "r.ndjson").output
        #expect(output.contains("(as seconds since 1970 it would be 2025-02-10T00:00:00Z)"), "\(output)")
        #expect(output.contains("Found: errorDetails.timestamp: 1739145600."), "\(output)")
    }

    @Test("a mistyped option is named with the one that is meant, and its hint is the command put right")
    func option() throws {
        let place = try CommandFolder()
        _ = try place.write(Self.transition(#""status":"Queued","timestamp":"2026-02-10T00:00:01Z""#), to: "r.ndjson")
        let ran = try place.run("validate", "--fial-on", "never", "r.ndjson")
        #expect(ran.status == 64)
        #expect(ran.messages.contains("unknown option --fial-on, did you mean --fail-on?"))
        #expect(ran.messages.contains("hint: cartulary validate --fail-on never r.ndjson"), "\(ran.messages)")
        let other = try place.run("export", "--perid=2026-02", "--", "--perid")
        #expect(other.messages.contains("hint: cartulary export --period=2026-02 -- --perid"), "\(other.messages)")
    }
}
