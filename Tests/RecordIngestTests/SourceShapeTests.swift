import AuditModel
import RecordContent
import RecordIngest
import Testing

@Suite("Shapes of sources")
struct SourceShapeTests {
    static let trail = Text.deployment("d", history: [Text.transition("a"), Text.transition("b", status: "Submitted")])
    static let header =
        "DeploymentId,TokenType,TokenName,TokenSymbol,Network,DeployedBy,AssetIdentifier,TransactionHash,"
        + "Status,Timestamp,Message,ReasonCode,ActorAddress,ConfirmedRound,ErrorMessage,DurationFromPreviousMs"

    static func row(_ id: String, _ status: String, message: String = "ok") -> String {
        [id, "ASA", "T", "S", "n", "0x1", "7", "", status, "2026-02-19T10:17:01Z", message, "", "", "", "", ""]
            .map { "\"\($0)\"" }.joined(separator: ",")
    }

    /// The same three records in every shape that JSON has.
    static let shapes: [(name: String, text: String, shape: Set<String>)] = [
        ("audit trail", trail, ["audit-trail"]),
        ("array", "[\(trail)]", ["audit-trail"]),
        ("line", trail + "\n", ["audit-trail", "ndjson"]),
        (
            "lines",
            Text.deployment("d") + "\n" + Text.transition("a") + "\n"
                + Text.transition("b", status: "1").replacing("\"1\"", with: "1") + "\n",
            ["ndjson", "records"]
        ),
        ("status response", "{\"success\":true,\"deployment\":\(trail)}", ["audit-trail", "envelope"]),
        (
            "list response", "{\"success\":true,\"deployments\":[\(trail)],\"totalCount\":1}",
            ["audit-trail", "envelope"]
        ),
        (
            "bulk response", "{\"success\":true,\"data\":\(Text.quoted("[\(trail)]")),\"format\":\"Json\"}",
            ["audit-trail", "envelope"]
        ),
        ("pretty", trail.replacing(",", with: ",\n  ").replacing("[", with: "[\n "), ["audit-trail"]),
    ]

    @Test("one audit trail in any shape is the same records", arguments: shapes.indices)
    func json(_ row: Int) throws {
        let (name, text, _) = Self.shapes[row]
        let seen = try Source.read(text)
        #expect(seen.counts == ["t": 2, "d": 1], "\(name)")
        #expect(Set(seen.contents) == Set(try Source.read(Self.trail).contents), "\(name)")
        #expect(seen.rejections.isEmpty)
    }

    @Test("a source is read the same however it arrives in pieces", arguments: shapes.indices)
    func pieces(_ row: Int) throws {
        let text = Self.shapes[row].text
        let whole = try Source.read(text)
        for piece in [1, 7, 64] {
            let seen = try Source.read(text, piece: piece)
            #expect(seen.records == whole.records)
            #expect(seen.contents == whole.contents)
        }
    }

    @Test("a byte order mark is passed over, and counts in offsets", arguments: shapes.indices)
    func byteOrderMark(_ row: Int) throws {
        let text = Self.shapes[row].text
        let plain = try Source.read(text)
        let marked = try Source.read([0xEF, 0xBB, 0xBF] + Array(text.utf8))
        #expect(marked.records.map(\.offset) == plain.records.map { $0.offset + 3 })
        #expect(marked.contents == plain.contents)
    }

    @Test(
        "an empty source and one of white space hold nothing",
        arguments: ["", "\n", " \n\t\r\n", "[]", "[ ]\n", "{\"success\":true}"])
    func empty(_ text: String) throws {
        let seen = try Source.read(text)
        #expect(seen.records.isEmpty)
    }

    @Test("CSV rows are transitions without identifier, alone and inside a response")
    func csv() throws {
        let text = Self.header + "\n" + Self.row("d", "Queued") + "\n" + Self.row("d", "Submitted") + "\n"
        for source in [
            text, "{\"success\":true,\"data\":\(Text.quoted(text)),\"format\":\"Csv\"}",
            text.replacing("\n", with: "\r\n"),
        ] {
            let seen = try Source.read(source)
            #expect(seen.counts == ["t": 2, "r": 1])
            #expect(seen.shapes.contains("csv"))
            #expect(
                seen.contents.contains(
                    #"{"deploymentId":"d","message":"ok","status":"Queued","timestamp":"2026-02-19T10:17:01.0000000Z"}"#
                ))
            #expect(
                seen.contents.contains(
                    #"{"assetIdentifier":"7","deployedBy":"0x1","deploymentId":"d","network":"n","#
                        + #""tokenName":"T","tokenSymbol":"S","tokenType":"ASA"}"#
                ))
        }
    }

    @Test("what an envelope says of itself is kept beside its records")
    func claims() throws {
        let text =
            #"{"success":true,"deployments":[],"totalCount":40,"page":1,"pageSize":10,"#
            + #""totalPages":4,"isCached":false,"x":null,"y":{}}"#
        let seen = try Source.read(text)
        #expect(
            seen.claims == [
                "success": "true", "totalCount": "40", "page": "1", "pageSize": "10", "totalPages": "4",
                "isCached": "false",
            ])
    }

    @Test(
        "a value that is no record is one rejected record",
        arguments: [
            "[7]", "[null]", "[\"x\"]", "[true]", "[[]]", "[{}]", "[{\"a\":1}]", "{}", "{\"network\":\"n\"}",
        ])
    func values(_ text: String) throws {
        let seen = try Source.read(text)
        #expect(seen.counts == ["x": 1])
        #expect(seen.rejections.map(\.problem.code) == [.malformedRecord])
    }

    @Test(
        "text that is neither JSON nor such a CSV is one rejected record, whatever it holds",
        arguments: [
            "hello", "<html></html>", "a,b,c\n1,2,3\n", "\u{0}\u{1}", "deploymentid,status\n1,Queued\n", "%PDF-1.7\n",
            "DeploymentId,DeploymentId\n1,2\n", "DeploymentId,,Status\n1,2,3\n", "null", "7", "\"text\"",
        ])
    func garbage(_ text: String) throws {
        let seen = try Source.read(text)
        #expect(seen.counts == ["x": 1])
        #expect(seen.rejections.first?.byteCount == text.utf8.count)
    }

    @Test("names of members may be escaped in any shape")
    func escapedNames() throws {
        let texts = [
            trail: ["d": 1, "t": 2], "{\"succe\\u0073s\":true,\"deployment\":\(trail)}": ["d": 1, "t": 2],
            "{\"success\":true,\"d\\u0065ployment\":\(trail)}": ["d": 1, "t": 2],
            trail.replacing("statusHistory", with: "st\\u0061tusHistory"): ["d": 1, "t": 2],
            Text.transition("a").replacing("deploymentId", with: "d\\u0065ploymentId"): ["t": 1],
            Text.deployment("d").replacing("deploymentId", with: "d\\u0065ploymentId"): ["d": 1],
        ]
        for (text, counts) in texts { #expect(try Source.read(text).counts == counts, "\(text.prefix(60))") }
    }

    private var trail: String { Self.trail }
}
