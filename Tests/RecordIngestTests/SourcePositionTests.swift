import AuditModel
import RecordContent
import RecordIngest
import StrictJSON
import Testing

@Suite("Positions of records")
struct SourcePositionTests {
    static func positions(_ seen: SeenSource) -> [String] {
        seen.records.map { "\($0.line) \($0.offset)" }.sorted()
    }

    /// What every `{"deploymentId"` and `{"id"` stands at.
    static func expected(_ text: String, _ markers: [String] = ["{\"deploymentId\"", "{\"id\""]) -> [String] {
        markers.flatMap { Text.offsets(of: $0, in: text) }.map { "\(Text.line($0, in: text)) \($0)" }.sorted()
    }

    @Test("in NDJSON each record stands on its line, at its first byte")
    func lines() throws {
        let text = [
            Text.transition("a"), "", "  " + Text.deployment("d"),
            Text.deployment("e", history: [Text.transition("b", "e")]),
            Text.transition("c"),
        ].joined(separator: "\n")
        let seen = try Source.read(text)
        #expect(seen.counts == ["t": 3, "d": 2])
        #expect(Self.positions(seen) == Self.expected(text))
    }

    @Test("in a pretty array each record stands on its own line, at its first byte")
    func pretty() throws {
        let text =
            "\n[\n  "
            + (0..<5).map {
                Text.deployment(
                    "d\($0)",
                    history: [Text.transition("a\($0)", "d\($0)"), "\n    " + Text.transition("b\($0)", "d\($0)")])
            }
            .joined(separator: ",\n  ").replacing("[{", with: "[\n{") + "\n]\n"
        let seen = try Source.read(text)
        #expect(seen.counts == ["d": 5, "t": 10])
        #expect(Self.positions(seen) == Self.expected(text))
        #expect(try Self.positions(Source.read(text, piece: 5)) == Self.expected(text))
    }

    @Test("in a response each record stands at its first byte")
    func envelopes() throws {
        for text in [
            "{\"success\":true,\n \"deployment\":\n  \(Text.deployment("d", history: [Text.transition("a")]))}",
            "{\"success\":true,\"deployments\":[\n\(Text.deployment("d")),\n\n\(Text.deployment("e"))],\"page\":1}",
        ] {
            #expect(try Self.positions(Source.read(text)) == Self.expected(text))
        }
    }

    @Test("a record inside the text of a response stands at its first byte in the file")
    func nested() throws {
        let inner =
            "[\n  " + Text.deployment("d", history: [Text.transition("a\u{F6}"), Text.transition("b")]) + ",\n"
            + Text.deployment("e\u{1F602}") + "\n]"
        let text = "{\n \"success\": true,\n \"data\": \(Text.quoted(inner))\n}"
        let seen = try Source.read(text)
        #expect(seen.counts == ["d": 2, "t": 2])
        #expect(Self.positions(seen) == Self.expected(text, ["{\\u0022deploymentId\\u0022", "{\\u0022id\\u0022"]))
        let escaped = text.replacing("\u{1F602}", with: "\\ud83d\\ude02").replacing("\u{F6}", with: "\\u00F6")
        #expect(
            try Self.positions(Source.read(escaped))
                == Self.expected(escaped, ["{\\u0022deploymentId\\u0022", "{\\u0022id\\u0022"]))
    }

    @Test("a CSV row stands on the line it begins on, also behind line breaks in quotation marks")
    func csv() throws {
        let rows = [
            SourceShapeTests.row("d", "Queued", message: "one\ntwo\r\nthree"),
            SourceShapeTests.row("e", "Queued", message: "a \"\"b\"\""),
            SourceShapeTests.row("f", "Queued"),
        ]
        let text = SourceShapeTests.header + "\n" + rows.joined(separator: "\n") + "\n"
        let seen = try Source.read(text)
        let offsets = ["\"d\"", "\"e\"", "\"f\""].compactMap { Text.offsets(of: "\n" + $0, in: text).first }.map {
            $0 + 1
        }
        #expect(seen.of("t").map(\.offset) == offsets)
        #expect(seen.of("t").map(\.line) == [2, 5, 6])
        #expect(seen.contents.contains { $0.contains(#""message":"one\ntwo\r\nthree""#) })
        #expect(seen.contents.contains { $0.contains(#""message":"a \"b\"""#) })
    }

    @Test("a CSV row inside the text of a response stands at its first byte in the file")
    func nestedCSV() throws {
        let csv =
            SourceShapeTests.header + "\n" + SourceShapeTests.row("d", "Queued") + "\n"
            + SourceShapeTests.row("e", "Queued") + "\n"
        let text = "{\"success\":true,\n\"data\":\(Text.quoted(csv))}"
        let seen = try Source.read(text)
        #expect(seen.of("t").map(\.line) == [2, 2])
        #expect(
            seen.of("t").map(\.offset)
                == ["d", "e"].compactMap { Text.offsets(of: "\\u0022\($0)\\u0022,", in: text).first })
    }

    @Test("positions stay exact over many stretches of a long source")
    func long() throws {
        let padding = String(repeating: "x", count: 900)
        let line = { (number: Int) in
            Array((Text.transition("t\(number)", more: ",\"message\":\"\(padding)\"") + "\n").utf8)
        }
        let seen = try Source.read(pieces: 12_000, line)
        #expect(seen.records.count == 12_000)
        var offset = 0
        var wrong = 0
        for (number, record) in seen.records.enumerated() {
            if record.line != number + 1 || record.offset != offset || record.id != "t\(number)" { wrong += 1 }
            offset += line(number).count
        }
        #expect(wrong == 0)
    }

    @Test("a rejected record keeps its position, digest, length and first bytes")
    func rejected() throws {
        let bad = #"{"id":"x","deploymentId":"d","status":"Odd","timestamp":"2026-02-19T10:17:01Z"}"#
        let text = "[\(Text.transition("a")),\n \(bad)]"
        let rejection = try #require(try Source.read(text).rejections.first)
        #expect(rejection.problem.code == .unknownStatus)
        #expect(rejection.position.offset == Text.offsets(of: "{\"id\":\"x\"", in: text).first)
        #expect(rejection.raw == Array(bad.utf8))
        #expect(rejection.byteCount == bad.utf8.count)
        #expect(rejection.sha256 == ContentDigest.hexadecimal(of: Array(bad.utf8)))
        #expect(rejection.deploymentID == "d")
        let long =
            #"{"deploymentId":"d","status":"Odd","timestamp":"x","#
            + #""message":"\#(String(repeating: "y", count: 70_000))"}"#
        let kept = try #require(try Source.read(long + "\n").rejections.first)
        #expect(kept.raw == Array(long.utf8.prefix(65_536)))
        #expect(kept.byteCount == long.utf8.count)
        #expect(kept.sha256 == ContentDigest.hexadecimal(of: Array(long.utf8)))
    }
}
