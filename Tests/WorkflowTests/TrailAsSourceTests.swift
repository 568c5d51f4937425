import AuditModel
import BundleExport
import BundleFormat
import RecordAnalysis
import Testing

@Suite("The audit trail of a bundle as a source")
struct TrailAsSourceTests {
    static let inputs: [[String]] = [
        ["audit-trail-bulk.json"], ["audit-trail-bulk.csv"], ["deployments.ndjson", "transitions.ndjson"],
        ["audit-trail-bulk.csv", "deployments.ndjson", "audit-trail.json"],
    ]

    @Test("its records give the same bundle again", arguments: inputs.indices)
    func again(_ row: Int) async throws {
        let first = try await MadeBundle.make(Self.inputs[row].flatMap { Repository.records($0) })
        let second = try await MadeBundle.make(texts: [first.text("audit-trail.json")])
        #expect(second.content == first.content)
        #expect(second.result.analysis.sums.rejected == 0)
        #expect(second.result.analysis.sums.accepted == first.result.analysis.sums.accepted)
    }

    @Test("times as they came, several records and columns of rows beside them come through")
    func details() async throws {
        let texts = [
            Text.lines(
                Text.deployment("d", #","tokenName":"old","updatedAt":"2026-02-11T00:00:00Z""#),
                Text.deployment("d", #","tokenSymbol":"S","updatedAt":"2026-02-12T00:00:00Z""#),
                Text.transition("q", "d", "Queued", "2026-02-10T11:00:00+01:00", #","extra":{"a":[1]}"#)),
            Text.header + Text.row("d", "Submitted", "2026-02-10T10:00:01Z", network: "from-row")
                + Text.row("e", "Queued", "2026-02-10T10:00:01Z", network: "n"),
        ]
        let first = try await MadeBundle.make(texts: texts)
        let trail = first.text("audit-trail.json")
        for member in ["timestampAsReceived", "snapshots", "rowMembers", "assignedId"] {
            #expect(trail.contains(member))
        }
        #expect(try await MadeBundle.make(texts: [trail]).content == first.content)
        let both = try await MadeBundle.make(texts: texts + [trail])
        #expect(both.content == first.content, "beside its own sources it changes nothing")
    }

    @Test("a disputed deployment is not read from it as if nothing contradicted it")
    func disputed() async throws {
        let first = try await MadeBundle.make(texts: [
            Text.lines(Text.transition("q"), Text.transition("q", "d", "Submitted"), Text.transition("x", "e"))
        ])
        let result = try await Analysed.texts([first.text("audit-trail.json")])
        #expect(result.sums.rejected == 1 && result.sums.acceptedTransitions == 1)
        #expect(Array(result.rejections)[0].deploymentID == "d")
    }

    @Test("what a record says by itself is found again, a time without zone by the text that it came as")
    func findings() async throws {
        let first = try await MadeBundle.make(texts: [
            Text.lines(
                Text.transition("q", "d", "Queued", "2026-02-10T10:00:00"),
                Text.transition("s", "d", "Submitted", "2026-02-10T10:00:01Z", #","isSimulated":1,"reasonCode":5"#))
        ])
        let trail = first.text("audit-trail.json")
        let second = try await MadeBundle.make(texts: [trail])
        for code in [FindingCode.timestampWithoutZone, .simulatedEvidence, .unreadableMember] {
            #expect(second.result.analysis.intake[code] == 1, "\(code)")
        }
        let other = trail.replacing(
            #""timestampAsReceived":"2026-02-10T10:00:00""#, with: #""timestampAsReceived":"soon""#)
        let result = try await Analysed.texts([other])
        #expect(result.intake[.malformedRecord] == 1 && result.sums.acceptedTransitions == 1)
    }

    private static let single = #"{"deploymentId":"d","currentStatus":"Queued","tokenName":"SECRET"}"#

    /// A line of a trail with one transition, and with what it says besides.
    private static func line(
        _ members: String, derived: String = #""attempts":1,"disputed":false,"recordCount":1,"state":"Queued""#,
        transitions: String? = nil
    ) -> String {
        let record =
            #"{"disposition":"in-history","inPeriod":true,"record":{"deploymentId":"d","id":"q","status":"Queued","#
            + #""timestamp":"2026-02-10T10:00:00.0000000Z"}}"#
        return
            #"{\#(members),"deploymentId":"d","derived":{\#(derived)},"row":0,"transitions":[\#(transitions ?? record)]}"#
            + "\n"
    }

    @Test(
        "a line that agrees with itself is read",
        arguments: [
            line(#""deployment":\#(single)"#),
            line(
                #""deployment":{"deploymentId":"d","currentStatus":"Queued","tokenName":"T","updatedAt":"2026-02-10T10:00:00Z"},"#
                    + #""snapshots":[{"deploymentId":"d","currentStatus":"Failed","tokenName":"T"},"#
                    + #"{"deploymentId":"d","currentStatus":"Queued","updatedAt":"2026-02-10T10:00:00Z"}]"#,
                derived: #""attempts":1,"disputed":false,"recordCount":2,"state":"Queued""#),
            line(#""deployment":\#(single)"#, derived: #""disputed":false,"recordCount":0"#),
        ])
    func agreeing(_ line: String) async throws {
        let result = try await Analysed.texts([line])
        #expect(result.sums.rejected == 0 && result.sums.acceptedTransitions == 1, "\(Array(result.rejections))")
    }

    /// Lines that contradict themselves, what the message says, and whether the transition is read all the same.
    static let contradicting: [(line: String, reason: String, isRead: Bool)] = [
        (line(#""deployment":\#(single),"snapshots":[]"#), "whose snapshots are an empty list", false),
        (
            line(#""deployment":\#(single)"#, derived: #""disputed":false,"recordCount":99"#),
            "whose recordCount is the number 99, expected 1", false
        ),
        (
            line(#""deployment":\#(single)"#, derived: #""disputed":false,"recordCount":"1""#),
            #"whose recordCount is "1", expected 1"#, false
        ),
        (
            line(#""deployment":\#(single),"rowMembers":{"deploymentId":"d","network":"n"}"#),
            "with rowMembers but without snapshots", false
        ),
        (
            line(#""deployment":\#(single),"snapshots":[{"deploymentId":"d","currentStatus":"Queued"}]"#),
            "whose deployment is not what its snapshots give", true
        ),
        (
            line(#""deployment":\#(single)"#, derived: #""disputed":false,"recordCount":1,"state":"Failed""#),
            #"whose state is "Failed", expected Queued by its transitions"#, true
        ),
        (
            line(#""deployment":\#(single)"#, derived: #""attempts":3,"disputed":false,"recordCount":1"#),
            "whose attempts is the number 3, expected 1 by its transitions", true
        ),
        (
            line(
                #""deployment":\#(single)"#,
                derived: #""disputed":false,"lastTransitionAt":"2026-02-10T10:00:00.0000000Z","recordCount":1"#,
                transitions: ""), "expected none, as no transition is in its history", false
        ),
    ]

    @Test("a line that contradicts itself loses nothing without a word", arguments: contradicting.indices)
    func contradicted(_ row: Int) async throws {
        let (line, reason, isRead) = Self.contradicting[row]
        let result = try await Analysed.texts([line + Text.transition("o", "other") + "\n"])
        #expect(result.sums.rejected == 1 && result.intake[.malformedRecord] == 1)
        #expect(Array(result.rejections)[0].reason.contains(reason), "\(Array(result.rejections)[0].reason)")
        #expect(result.sums.acceptedTransitions == (isRead ? 2 : 1))
    }
}
