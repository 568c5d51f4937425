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
}
