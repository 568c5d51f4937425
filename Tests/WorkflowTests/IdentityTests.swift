import AuditModel
import BundleFormat
import RecordAnalysis
import Testing

@Suite("Identity of records, and sums")
struct IdentityTests {
    static let deployment = Text.deployment("d", #","network":"n","tokenName":"t""#)
    static let q = Text.transition("q")
    static let row = Text.header + Text.row("d", "Queued", "2026-02-10T10:00:00Z")

    struct Case: Sendable {
        var name: String
        var texts: [String]
        var sums: String
        var transitions: Int
        var contested = 0
    }

    static let cases = [
        Case(
            name: "the same record twice", texts: [Text.lines(deployment, q), q],
            sums: "2 accepted, 1 duplicates, 0 conflicts, 0 rejected", transitions: 1),
        Case(
            name: "the same record in other words",
            texts: [
                q,
                #"{"timestamp":"2026-02-10T11:00:00.000+01:00","message":null,"status":0,"#
                    + #""deploymentId":"d","id":"\u0071"}"#,
            ],
            sums: "1 accepted, 1 duplicates, 0 conflicts, 0 rejected", transitions: 1),
        Case(
            name: "the same file twice", texts: [Text.lines(deployment, q), Text.lines(deployment, q)],
            sums: "2 accepted, 2 duplicates, 0 conflicts, 0 rejected", transitions: 1),
        Case(
            name: "another content under the same identifier", texts: [q, Text.transition("q", "d", "Submitted")],
            sums: "1 accepted, 0 duplicates, 1 conflicts, 0 rejected", transitions: 1, contested: 1),
        Case(
            name: "three contents, one of them twice",
            texts: [q, q, Text.transition("q", "d", "Submitted"), Text.transition("q", "d", "Failed")],
            sums: "1 accepted, 1 duplicates, 2 conflicts, 0 rejected", transitions: 1, contested: 1),
        Case(
            name: "the same identifier under two deployments", texts: [q, Text.transition("q", "e")],
            sums: "2 accepted, 0 duplicates, 0 conflicts, 0 rejected", transitions: 2),
        Case(
            name: "a row of an event that has an identifier", texts: [q, row],
            sums: "1 accepted, 1 duplicates, 0 conflicts, 0 rejected", transitions: 1),
        Case(
            name: "the row first", texts: [row, q], sums: "1 accepted, 1 duplicates, 0 conflicts, 0 rejected",
            transitions: 1),
        Case(
            name: "a row that disagrees in a column",
            texts: [
                Text.transition("q", "d", "Queued", "2026-02-10T10:00:00Z", #","message":"a""#),
                Text.header + Text.row("d", "Queued", "2026-02-10T10:00:00Z", message: "b"),
            ],
            sums: "2 accepted, 0 duplicates, 0 conflicts, 0 rejected", transitions: 2),
        Case(
            name: "a row of another time",
            texts: [q, Text.header + Text.row("d", "Queued", "2026-02-10T10:00:00.0000001Z")],
            sums: "2 accepted, 0 duplicates, 0 conflicts, 0 rejected", transitions: 2),
        Case(
            name: "a row whose number is a text",
            texts: [
                Text.transition(
                    "c", "d", "Confirmed", "2026-02-10T10:00:00Z", #","confirmedRound":18446744073709551615"#),
                Text.header + Text.row("d", "Confirmed", "2026-02-10T10:00:00Z", round: "18446744073709551615"),
            ],
            sums: "1 accepted, 1 duplicates, 0 conflicts, 0 rejected", transitions: 1),
        Case(
            name: "a row of a record whose line ends the source's export lost",
            texts: [
                Text.transition("q", "d", "Queued", "2026-02-10T10:00:00Z", ##","message":"a\r\n\"b\"\\n\rc""##),
                Text.header + Text.row("d", "Queued", "2026-02-10T10:00:00Z", message: #"a ""b""\nc"#),
            ],
            sums: "1 accepted, 1 duplicates, 0 conflicts, 0 rejected", transitions: 1),
        Case(
            name: "a row that kept the line ends",
            texts: [
                Text.transition("q", "d", "Queued", "2026-02-10T10:00:00Z", ##","message":"a\r\nb""##),
                Text.header + Text.row("d", "Queued", "2026-02-10T10:00:00Z", message: "a\r\nb"),
            ],
            sums: "1 accepted, 1 duplicates, 0 conflicts, 0 rejected", transitions: 1),
        Case(
            name: "a row that lost more than line ends",
            texts: [
                Text.transition("q", "d", "Queued", "2026-02-10T10:00:00Z", ##","message":"a\t\nb""##),
                Text.header + Text.row("d", "Queued", "2026-02-10T10:00:00Z", message: "a b"),
            ],
            sums: "2 accepted, 0 duplicates, 0 conflicts, 0 rejected", transitions: 2),
        Case(
            name: "a record that lost what the row has",
            texts: [
                Text.transition("q", "d", "Queued", "2026-02-10T10:00:00Z", ##","message":"a b""##),
                Text.header + Text.row("d", "Queued", "2026-02-10T10:00:00Z", message: "a\nb"),
            ],
            sums: "2 accepted, 0 duplicates, 0 conflicts, 0 rejected", transitions: 2),
        Case(
            name: "a row whose network lost its line end",
            texts: [
                Text.lines(Text.deployment("d", ##","network":"a\nb""##), q),
                Text.header + Text.row("d", "Queued", "2026-02-10T10:00:00Z", network: "a b"),
            ],
            sums: "2 accepted, 1 duplicates, 0 conflicts, 0 rejected", transitions: 1),
        Case(
            name: "the same row twice", texts: [row, row], sums: "1 accepted, 1 duplicates, 0 conflicts, 0 rejected",
            transitions: 1),
        Case(
            name: "deployment records that add to each other",
            texts: [deployment, Text.deployment("d", #","tokenName":"other","updatedAt":"2026-02-11T00:00:00Z""#)],
            sums: "2 accepted, 0 duplicates, 0 conflicts, 0 rejected", transitions: 0),
        Case(
            name: "deployment records that differ in a fixed member",
            texts: [deployment, Text.deployment("d", #","network":"other""#)],
            sums: "1 accepted, 0 duplicates, 1 conflicts, 0 rejected", transitions: 0, contested: 1),
        Case(
            name: "an entry under another deployment",
            texts: [#"{"deploymentId":"d","statusHistory":[\#(Text.transition("q", "e")),\#(q)]}"#],
            sums: "2 accepted, 0 duplicates, 0 conflicts, 1 rejected", transitions: 1),
        Case(
            name: "identifiers that differ in bytes alone",
            texts: [
                Text.lines(
                    Text.transition("\u{E9}"), Text.transition("e\u{301}"), Text.transition("q", "\u{E9}"),
                    Text.transition("q", "e\u{301}"))
            ],
            sums: "4 accepted, 0 duplicates, 0 conflicts, 0 rejected", transitions: 4),
    ]

    @Test("records are accepted, duplicates, conflicts or rejected as the domain says", arguments: cases.indices)
    func outcomes(_ row: Int) async throws {
        let example = Self.cases[row]
        for texts in [example.texts, example.texts.reversed()] {
            let result = try await Analysed.texts(texts)
            #expect(result.sumText == example.sums, "\(example.name)")
            #expect(result.sums.acceptedTransitions == example.transitions, "\(example.name)")
            #expect(result.metrics.integer("contestedDeployments") == Int64(example.contested), "\(example.name)")
            #expect(result.sums.addUp)
        }
    }

    @Test("of contradicting contents the one with the lowest SHA-256 stays, and all are kept side by side")
    func lowestDigest() async throws {
        // Written with the statuses' names, so that the texts are the canonical contents but for the digits
        // of the time.
        let texts = ["Queued", "Submitted", "Failed"].map {
            Text.transition("q", "d", $0, "2026-02-10T10:00:00.0000000Z")
        }
        let contents = ["Queued", "Submitted", "Failed"].map {
            #"{"deploymentId":"d","id":"q","status":"\#($0)","timestamp":"2026-02-10T10:00:00.0000000Z"}"#
        }
        let lowest = try #require(contents.min { Digest.hexadecimal($0) < Digest.hexadecimal($1) })
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
            let bundle = try await MadeBundle.make(texts: order.map { texts[$0] })
            #expect(bundle.text("audit-trail.json").contains("\"record\":\(lowest)"))
            let rejected = bundle.text("rejected.json")
            for content in contents { #expect(rejected.contains(content)) }
            #expect(rejected.contains("\"kept\":\(lowest)"))
            #expect(bundle.text("audit-trail.json").contains(#""disputed":true"#))
        }
    }

    @Test("members of deployment records are merged: the latest that has the member, ties by lowest SHA-256")
    func merge() async throws {
        let records = [
            Text.deployment("d", #","tokenName":"old","tokenSymbol":"S","updatedAt":"2026-02-11T00:00:00Z""#),
            Text.deployment("d", #","tokenName":"new","tokenSymbol":null,"updatedAt":"2026-02-12T00:00:00Z""#),
            Text.deployment("d", #","tokenName":"none","assetIdentifier":"7""#),
        ]
        for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
            let trail = try await MadeBundle.make(texts: order.map { records[$0] }).text("audit-trail.json")
            #expect(
                trail.contains(
                    #""deployment":{"assetIdentifier":"7","deploymentId":"d","tokenName":"new","#
                        + #""tokenSymbol":"S","updatedAt":"2026-02-12T00:00:00.0000000Z"}"#
                ))
        }
        let ties = ["a", "b", "c"].map { #"{"deploymentId":"d","tokenName":"\#($0)"}"# }
        let lowest = try #require(ties.min { Digest.hexadecimal($0) < Digest.hexadecimal($1) })
        for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
            let texts = order.map { String(ties[$0].dropLast()) + #","statusHistory":[]}"# }
            let trail = try await MadeBundle.make(texts: texts).text("audit-trail.json")
            #expect(trail.contains("\"deployment\":\(lowest)"))
        }
    }

    @Test("columns of rows rank below every deployment record, and do not count as records")
    func rows() async throws {
        let rows = Text.header + Text.row("d", "Queued", "2026-02-10T10:00:00Z", network: "from-row")
        let alone = try await Analysed.texts([rows])
        #expect(alone.group("deploymentsByNetwork") == ["from-row": 1])
        #expect(alone.sums.acceptedDeploymentRecords == 0)
        let both = try await Analysed.texts([rows, Text.deployment("d", #","tokenType":"T""#)])
        #expect(both.group("deploymentsByNetwork") == ["from-row": 1])
        #expect(both.group("deploymentsByTokenType") == ["T": 1])
        #expect(both.sums.acceptedDeploymentRecords == 1)
    }

    @Test(
        "rows that contradict each other or a record in a fixed member are told",
        arguments: [
            [
                Text.header + Text.row("d", "Queued", "2026-02-10T10:00:00Z", network: "a"),
                Text.deployment("d", #","network":"b""#),
            ],
            [
                Text.header + Text.row("d", "Queued", "2026-02-10T10:00:00Z", network: "a")
                    + Text.row("d", "Submitted", "2026-02-10T11:00:00Z", network: "b")
            ],
            [
                Text.header + Text.row("d", "Queued", "2026-02-10T10:00:00Z", network: "a"),
                Text.lines(
                    Text.deployment("d"), Text.deployment("d", #","network":"b","updatedAt":"2026-02-11T00:00:00Z""#)),
            ],
        ])
    func contradictingRows(_ texts: [String]) async throws {
        for order in [texts, texts.reversed()] {
            let result = try await Analysed.texts(order)
            #expect(result.intake[.conflictingDeployment] == 1)
            #expect(result.metrics.integer("contestedDeployments") == 1)
        }
    }

    @Test("an identifier under two deployments is told of both, byte for byte")
    func identifierReused() async throws {
        let result = try await Analysed.texts([Text.lines(Self.q, Text.transition("q", "e"), Text.transition("Q", "f"))]
        )
        let reused = result.derived.filter { $0.code == .identifierReused }
        #expect(reused.map(\.deploymentID) == ["d", "e"])
    }
}
