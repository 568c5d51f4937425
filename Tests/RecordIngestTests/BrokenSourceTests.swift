import AuditModel
import RecordContent
import RecordIngest
import Testing

@Suite("Broken sources")
struct BrokenSourceTests {
    static let brokenLines = [
        "garbage", "{", "}", "{\"deploymentId\":\"x\"", "{\"deploymentId\":\"x\",\"status\":}",
        "{\"deploymentId\":\"x}",
        "{\"deploymentId\":\"x\"}}", "[1,2", "]", "{\"a\":1,\"a\":2}", "{\"deploymentId\":\"\u{1}\"}", "null", "7",
        "{\"deploymentId\":\"x\",\"metadata\":{\"a\":[}", "{} {}", "\"text", "{'deploymentId':'x'}",
    ]

    @Test("a line that is no JSON between good ones is one rejected record", arguments: brokenLines)
    func brokenLine(_ line: String) throws {
        let text = Text.transition("a") + "\n" + line + "\n" + Text.transition("b") + "\n" + Text.transition("c") + "\n"
        let seen = try Source.read(text)
        #expect(seen.of("t").map(\.id) == ["a", "b", "c"])
        #expect(seen.of("x").map(\.line) == [2])
        #expect(seen.rejections.first?.raw == Array(line.utf8))
    }

    @Test(
        "a line that is no JSON at the beginning of NDJSON is one rejected record",
        arguments: brokenLines.filter { $0.hasPrefix("{") })
    func brokenFirstLine(_ line: String) throws {
        for gap in ["\n", "\r\n", "\n\n"] {
            let text = line + gap + Text.transition("b") + "\n" + Text.transition("c") + "\n"
            let seen = try Source.read(text)
            #expect(seen.of("t").map(\.id) == ["b", "c"], "gap \(gap.debugDescription)")
            #expect(seen.of("x").count == 1 || line == "{} {}", "gap \(gap.debugDescription)")
        }
    }

    /// Every text of up to five of the characters that give JSON its structure, and some that do not.
    static let smallTexts: [String] = {
        let alphabet = ["{", "}", "[", "]", ",", ":", "\"", "7", "\n"]
        var all: [String] = []
        var last = [""]
        for _ in 0..<5 {
            last = last.flatMap { text in alphabet.map { text + $0 } }
            all += last
        }
        return all
    }()

    @Test("reading ends, and tells of every text that is not read to its end", .timeLimit(.minutes(5)))
    func everySmallText() throws {
        for text in Self.smallTexts {
            let seen = try Source.read(text)
            let isEmpty = text.filter { $0 != "\n" }.replacing("[]", with: "").isEmpty
            #expect(seen.records.isEmpty == isEmpty, "\(text.debugDescription)")
        }
    }

    @Test(
        "what stands behind a value that ends too early is rejected as one rest",
        arguments: [
            "{}}", "[]]", "{}]", "[]}", "[]:", "{},", "}", "]", ":", ",", "[[]]]", "{\"success\":true,\"data\":[]}}",
        ])
    func surplusCloser(_ text: String) throws {
        for (before, after) in [("", ""), ("", "\n"), ("\n", " "), ("", "\n]]"), ("", " \(Text.transition("a"))")] {
            let seen = try Source.read(before + text + after)
            #expect(
                seen.rejections.contains { $0.problem.reason.contains("nothing after it was read") } || after == "\n")
            #expect(!seen.rejections.isEmpty)
        }
        let record = Text.transition("a")
        let seen = try Source.read(record + text)
        #expect(seen.of("x").count >= 1, "a record with something behind it on its line is told")
    }

    @Test("a first line that does not look like JSON does not hide the lines of JSON behind it")
    func garbageFirstLine() throws {
        let seen = try Source.read("garbage\n" + Text.transition("b") + "\n" + Text.transition("c") + "\n")
        #expect(seen.of("t").map(\.id) == ["b", "c"])
        #expect(seen.of("x").count == 1)
    }

    @Test("a broken first line does not hide the lines behind it in a source over 16 MiB")
    func brokenFirstLineOfLongSource() throws {
        let message = String(repeating: "m", count: 100_000)
        let seen = try Source.read(pieces: 200) { number in
            if number == 0 { return Array("{\"deploymentId\":\"x\",\"status\":\n".utf8) }
            return Array((Text.transition("t\(number)", more: ",\"message\":\"\(message)\"") + "\n").utf8)
        }
        #expect(seen.counts == ["x": 1, "t": 199])
    }

    @Test("the last line needs no line end")
    func lastLine() throws {
        for text in [Text.transition("a"), Text.transition("a") + "\n" + Text.transition("b")] {
            #expect(try Source.read(text).rejections.isEmpty)
        }
        let cut = String((Text.transition("a") + "\n" + Text.transition("b")).dropLast(5))
        let seen = try Source.read(cut)
        #expect(seen.counts == ["t": 1, "x": 1])
    }

    @Test("JSON that is cut short gives the records before the cut and one rejected rest")
    func truncated() throws {
        let records = (0..<5).map { Text.transition("t\($0)") }
        let text = "[" + records.joined(separator: ",") + "]"
        for end in stride(from: 1, to: text.utf8.count, by: 3) {
            let cut = Array(text.utf8.prefix(end))
            let seen = try Source.read(cut)
            let whole = records.indices.filter { index in
                1 + records[...index].map(\.utf8.count).reduce(0, +) + index <= end
            }
            #expect(seen.of("t").map(\.id) == whole.map { "t\($0)" }, "cut at \(end)")
            #expect(seen.of("x").count == 1, "cut at \(end)")
        }
        let envelope = "{\"success\":true,\"data\":" + Text.quoted(text)
        #expect(try Source.read(envelope).of("x").count == 1)
    }

    @Test(
        "an element that is no record is rejected alone",
        arguments: [
            "7", "\"x\"", "null", "{\"a\":}", "{\"deploymentId\":7}", "[]", "{\"a\":1,\"a\":1}", "tru",
        ])
    func brokenElement(_ element: String) throws {
        let text = "[\(Text.transition("a")),\(element),\(Text.transition("b"))]"
        let seen = try Source.read(text)
        #expect(seen.of("t").map(\.id) == ["a", "b"])
        #expect(seen.of("x").count == 1)
    }

    @Test(
        "an array that is not JSON as a whole is not read as if it were",
        arguments: [
            "[,\(Text.transition("a"))]", "[\(Text.transition("a")),]",
            "[\(Text.transition("a")) \(Text.transition("b"))]",
            "[\(Text.transition("a"))", "[\(Text.transition("a"))}",
            "[\(Text.transition("a")),,\(Text.transition("b"))]",
            "[\(Text.transition("a"))] x",
        ])
    func brokenArray(_ text: String) throws {
        let seen = try Source.read(text)
        #expect(seen.of("t").first?.id == "a")
        #expect(seen.of("x").count >= 1, "what JSON does not allow is told")
    }

    @Test("an entry of a history that is no object, or under another deployment, is rejected alone")
    func history() throws {
        let entries = [
            Text.transition("a"), "7", "null", Text.transition("b", "other"), "{\"status\":0}", Text.transition("c"),
        ]
        let seen = try Source.read(Text.deployment("d", history: entries))
        #expect(seen.of("t").map(\.id) == ["a", "c"])
        #expect(seen.of("x").count == 4)
        #expect(seen.of("d").count == 1)
    }

    @Test("a deployment whose own members cannot be read does not take its history with it")
    func brokenDeployment() throws {
        let text = Text.deployment("d", history: [Text.transition("a")]).replacing(
            "\"network\"", with: "\"createdAt\":\"soon\",\"network\"")
        let seen = try Source.read(text)
        #expect(seen.counts == ["x": 1, "t": 1])
    }

    static let badRows = [
        "\"x\",\"y\"", "\"d\"x,\"\"", "d\"d,e", "\"unclosed", "\"a\"\"b\"c\",\"\"",
        Array(repeating: "\"\"", count: 17).joined(separator: ","), "plain",
    ]

    @Test(
        "a row with bad quotation marks or cells is one rejected record, and the next rows are read", arguments: badRows
    )
    func badRow(_ bad: String) throws {
        let rows = [
            SourceShapeTests.row("d", "Queued"), bad, SourceShapeTests.row("e", "Queued"),
            SourceShapeTests.row("f", "Queued"),
        ]
        let seen = try Source.read(SourceShapeTests.header + "\n" + rows.joined(separator: "\n") + "\n")
        #expect(seen.of("t").map(\.deploymentID) == ["d", "e", "f"])
        #expect(seen.of("x").map(\.line) == [3])
        #expect(seen.of("t").map(\.line) == [2, 4, 5])
    }

    @Test("a row with a bad quotation mark does not hide 16 MiB of good rows behind it")
    func badRowBeforeMany() throws {
        let message = String(repeating: "m", count: 100_000)
        let seen = try Source.read(pieces: 202) { number in
            switch number {
            case 0: Array((SourceShapeTests.header + "\n").utf8)
            case 1: Array("\"bad,row\n".utf8)
            default: Array((SourceShapeTests.row("d\(number)", "Queued", message: message) + "\n").utf8)
            }
        }
        #expect(seen.counts == ["x": 1, "t": 200, "r": 200])
    }

    @Test("rows with an unknown status or a time that is none are rejected with their own reason")
    func badCells() throws {
        let rows = [
            SourceShapeTests.row("d", "Odd"), SourceShapeTests.row("", "Queued"),
            SourceShapeTests.row("d", "Queued").replacing("2026-02-19T10:17:01Z", with: "19.2.2026"),
            SourceShapeTests.row("d\u{7F}", "Queued"), SourceShapeTests.row("ok", "Queued"),
        ]
        let seen = try Source.read(SourceShapeTests.header + "\n" + rows.joined(separator: "\n") + "\n")
        #expect(seen.of("t").map(\.deploymentID) == ["ok"])
        #expect(
            seen.rejections.map(\.problem.code) == [
                .unknownStatus, .malformedRecord, .malformedRecord, .invalidIdentifier,
            ])
        #expect(
            seen.rejections.first?.raw == Array((rows[0] + "\n").utf8)
                || seen.rejections.first?.raw == Array(rows[0].utf8))
    }

    @Test("bytes that are not UTF-8 are rejected in JSON and in CSV")
    func notUTF8() throws {
        let line =
            Array(Text.transition("a").utf8) + [0x0A] + Array("{\"deploymentId\":\"".utf8) + [0xFF]
            + Array("\"}\n".utf8)
        #expect(try Source.read(line).counts == ["t": 1, "x": 1])
        let good = Array((SourceShapeTests.header + "\n" + SourceShapeTests.row("d", "Queued") + "\n").utf8)
        let bad = Array(SourceShapeTests.row("e", "Queued").utf8).map { $0 == UInt8(ascii: "e") ? 0xE9 : $0 }
        #expect(try Source.read(good + bad + [0x0A]).counts == ["t": 1, "r": 1, "x": 1])
    }
}
