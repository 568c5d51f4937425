import AuditModel
import RecordContent
import StrictJSON
import Testing

@Suite("Records that are rejected, and what is noted")
struct RecordRejectionTests {
    static func transition(_ replacements: [String: String?]) -> String {
        var members: [String: String?] = [
            "id": "\"t-1\"", "deploymentId": "\"d-1\"", "status": "\"Queued\"",
            "timestamp": "\"2026-02-19T10:17:01Z\"",
        ]
        for (name, value) in replacements { members[name] = .some(value) }
        return "{" + members.compactMap { name, value in value.map { "\"\(name)\":\($0)" } }.joined(separator: ",")
            + "}"
    }

    static let cases: [(name: String, value: String?, code: FindingCode?)] = [
        ("status", nil, .malformedRecord), ("status", "null", .malformedRecord), ("status", "[]", .malformedRecord),
        ("status", "{}", .malformedRecord), ("status", "true", .malformedRecord), ("status", "\"\"", .unknownStatus),
        ("status", "\"queued\"", .unknownStatus), ("status", "\"Done\"", .unknownStatus),
        ("status", "8", .unknownStatus),
        ("status", "-1", .unknownStatus), ("status", "0.5", .unknownStatus), ("status", "1e0", nil),
        ("status", "30e-1", nil),
        ("status", "\"3\"", .unknownStatus), ("status", "8.0", .unknownStatus),
        ("status", "99999999999999999999999", .unknownStatus), ("status", "\"Queued\\u0000\"", .unknownStatus),
        ("timestamp", nil, .malformedRecord), ("timestamp", "null", .malformedRecord),
        ("timestamp", "1770033600", .malformedRecord), ("timestamp", "\"\"", .malformedRecord),
        ("timestamp", "\"2026-02-31T00:00:00Z\"", .malformedRecord),
        ("timestamp", "\"2026-02-19T24:00:00Z\"", .malformedRecord),
        ("timestamp", "\"0001-01-01T00:00:00Z\"", nil),
        ("deploymentId", nil, .invalidIdentifier), ("deploymentId", "\"\"", .invalidIdentifier),
        ("deploymentId", "7", .malformedRecord), ("deploymentId", "\"a\\u0000\"", .invalidIdentifier),
        ("deploymentId", "\"a\\nb\"", .invalidIdentifier), ("deploymentId", "\"\\u007f\"", .invalidIdentifier),
        ("deploymentId", "\"\\u0085\"", .invalidIdentifier), ("deploymentId", "\"\u{9F}\"", .invalidIdentifier),
        ("deploymentId", "\"\\u00a0\"", nil), ("deploymentId", "\" \"", nil), ("deploymentId", "\"\u{202E}\"", nil),
        ("deploymentId", "\"" + String(repeating: "x", count: 256) + "\"", nil),
        ("deploymentId", "\"" + String(repeating: "x", count: 257) + "\"", .invalidIdentifier),
        ("deploymentId", "\"" + String(repeating: "\u{E9}", count: 128) + "\"", nil),
        ("deploymentId", "\"" + String(repeating: "\\u00e9", count: 129) + "\"", .invalidIdentifier),
        ("id", nil, nil), ("id", "null", nil), ("id", "\"\"", .invalidIdentifier), ("id", "7", .malformedRecord),
        ("id", "\"\\t\"", .invalidIdentifier), ("id", "\"" + String(repeating: "x", count: 256) + "\"", nil),
        ("id", "\"" + String(repeating: "x", count: 257) + "\"", .invalidIdentifier),
        ("errorDetails", "{\"timestamp\":\"yesterday\"}", nil), ("errorDetails", "{\"timestamp\":7}", nil),
        ("complianceChecks", "[{\"checkedAt\":\"2026-02-30T00:00:00Z\"}]", nil),
        ("transactionHash", "7", nil), ("message", "{}", nil), ("metadata", "[]", nil),
        ("confirmedRound", "\"x\"", nil),
    ]

    @Test("a transition is rejected for what cannot be read, and for nothing else", arguments: cases.indices)
    func rejected(_ row: Int) {
        let (name, value, code) = Self.cases[row]
        #expect(Reading.problem(Self.transition([name: value])) == code, "\(name): \(value?.prefix(60) ?? "absent")")
    }

    @Test("an entry under another deployment is rejected, byte for byte")
    func parents() {
        #expect(Reading.problem(Self.transition([:]), parent: "d-1") == nil)
        #expect(Reading.problem(Self.transition([:]), parent: "d-2") == .malformedRecord)
        #expect(
            Reading.problem(Self.transition(["deploymentId": "\"\u{E9}\""]), parent: "e\u{301}") == .malformedRecord)
        #expect(Reading.problem(Self.transition(["deploymentId": "null"]), parent: "") == .invalidIdentifier)
    }

    @Test("identifiers that differ in bytes alone stay different")
    func exactIdentifiers() throws {
        let composed = try Reading.transition(Self.transition(["id": "\"\u{E9}\""]))
        let decomposed = try Reading.transition(Self.transition(["id": "\"e\\u0301\""]))
        #expect(Array(composed.id.utf8) == [0xC3, 0xA9])
        #expect(Array(decomposed.id.utf8) == [0x65, 0xCC, 0x81])
    }

    @Test("a rejected record leaves nothing behind")
    func arenaIsLeft() throws {
        let text = #"{"complianceChecks":[{"checkName":"K"}],"deploymentId":"d","timestamp":"2026-02-19T10:17:01Z"}"#
        let bytes = Array(text.utf8)
        var parser = JSONParser()
        try parser.parseDocument(bytes.span, 0..<bytes.count)
        var reader = RecordReader()
        var arena = RecordArena()
        arena.bytes = [1, 2, 3]
        #expect(throws: RecordProblem.self) {
            _ = try reader.transition(0, parser.tape, in: bytes.span, parent: nil, into: &arena)
        }
        #expect(arena.bytes == [1, 2, 3])
        #expect(arena.checks.isEmpty)
        let other = Array(#"{"createdAt":"2026-02-19T10:17:01Z","deploymentId":7}"#.utf8)
        try parser.parseDocument(other.span, 0..<other.count)
        #expect(throws: RecordProblem.self) { _ = try reader.deployment(0, parser.tape, in: other.span, into: &arena) }
        #expect(arena.bytes == [1, 2, 3])
    }

    @Test(
        "a time without zone is noted, wherever it stands",
        arguments: [
            (#""metadata":{"at":"2026-02-19T10:17:01"}"#, false),
            (#""errorDetails":{"timestamp":"2026-02-19T10:17:01"}"#, true),
            (#""errorDetails":{"timestamp":"2026-02-19T10:17:01Z"}"#, false),
            (#""complianceChecks":[{"checkedAt":"2026-02-19T10:17:01"}]"#, true),
        ])
    func zones(_ member: String, _ isNoted: Bool) throws {
        #expect(try Reading.transition(Reading.with(member)).notes.hasTimeWithoutZone == isNoted)
    }

    @Test("members that are not known are noted and carried, those of the other kind of record too")
    func unknownMembers() throws {
        let record = try Reading.transition(Reading.with(#""zz":1,"network":"x","nothing":null,"actor":2,"\u0061b":3"#))
        #expect(record.unknownMembers == ["\\u0061b", "actor", "network", "zz"])
        #expect(record.content.contains(#""ab":3,"actor":2,"#))
        let deployment = try Reading.deployment(#"{"deploymentId":"d","status":"Queued","decimals":6,"id":"x"}"#)
        #expect(deployment.unknownMembers == ["decimals", "id", "status"])
    }

    static let received: [(text: String, kept: String)] = [
        ("2026-02-19T10:17:01.8270367Z", ""), ("2026-02-19T10:17:01Z", ""), ("2026-02-19T10:17:01.0Z", ""),
        ("2026-02-19T10:17:01.827Z", ""), ("2026-02-19T10:17:01", "2026-02-19T10:17:01"),
        ("2026-02-19t10:17:01Z", "2026-02-19t10:17:01Z"), ("2026-02-19T10:17:01z", "2026-02-19T10:17:01z"),
        ("2026-02-19T10:17:01+00:00", "2026-02-19T10:17:01+00:00"),
        ("2026-02-19T11:17:01+01:00", "2026-02-19T11:17:01+01:00"), ("2016-12-31T23:59:60Z", ""),
        ("2026-02-19T10:17:01.827036700Z", ""),
        ("2026-02-19T10:17:01\\u002B00:00", "2026-02-19T10:17:01+00:00"), ("2026-02-19T10:17:01\\u005a", ""),
    ]

    @Test("the text of a time is kept when it says more than the canonical text", arguments: received.indices)
    func receivedTimes(_ row: Int) throws {
        let (text, kept) = Self.received[row]
        #expect(try Reading.transition(Self.transition(["timestamp": "\"\(text)\""])).received == kept)
    }
}
