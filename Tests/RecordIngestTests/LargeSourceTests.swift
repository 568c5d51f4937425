import AuditModel
import RecordIngest
import Testing

@Suite("Limits of sources", .serialized)
struct LargeSourceTests {
    static let megabyte = [UInt8](repeating: UInt8(ascii: "m"), count: 1 << 20)

    /// The beginning, 17 MiB of a string, and the end.
    static func large(_ before: String, _ after: String, megabytes: Int = 17) throws -> SeenSource {
        try Source.read(pieces: megabytes + 2) { number in
            switch number {
            case 0: Array(before.utf8)
            case megabytes + 1: Array(after.utf8)
            default: megabyte
            }
        }
    }

    static let open =
        #"{"id":"big","deploymentId":"d","status":"Queued","timestamp":"2026-02-19T10:17:01Z","message":""#

    @Test("a record over 16 MiB on a line is rejected, and the lines behind it are read", arguments: [17, 24])
    func largeLine(_ megabytes: Int) throws {
        let seen = try Self.large(
            Text.transition("a") + "\n" + Self.open,
            "\"}\n" + Text.transition("b") + "\n" + Text.transition("c") + "\n",
            megabytes: megabytes)
        #expect(seen.of("t").map(\.id) == ["a", "b", "c"])
        #expect(seen.of("x").map(\.line) == [2])
        #expect(seen.rejections.first?.raw.count == Rejection.maximumRawBytes)
    }

    @Test("a record over 16 MiB in an array is rejected, and the elements behind it are read", arguments: [17, 24])
    func largeElement(_ megabytes: Int) throws {
        let seen = try Self.large(
            "[" + Text.transition("a") + "," + Self.open, "\"}," + Text.transition("b") + "]", megabytes: megabytes)
        #expect(seen.of("t").map(\.id) == ["a", "b"])
        #expect(seen.of("x").count == 1)
    }

    @Test("a record over 16 MiB of many small members is rejected too")
    func manyMembers() throws {
        let value = String(repeating: "v", count: 1 << 16)
        let seen = try Source.read(pieces: 303) { number in
            switch number {
            case 0: Array((Text.transition("a") + "\n" + Self.open + "\"").utf8)
            case 301: Array("}\n".utf8)
            case 302: Array((Text.transition("b") + "\n").utf8)
            default: Array(",\"m\(number)\":\"\(value)\"".utf8)
            }
        }
        #expect(seen.of("t").map(\.id) == ["a", "b"])
        #expect(seen.of("x").count == 1)
    }

    @Test("a record just under 16 MiB is accepted")
    func justUnder() throws {
        let seen = try Self.large(Self.open, "\"}\n" + Text.transition("b") + "\n", megabytes: 15)
        #expect(seen.of("t").map(\.id) == ["big", "b"])
        #expect(seen.rejections.isEmpty)
    }

    static func deployment(_ number: Int) -> String {
        Text.deployment(
            "d\(number)",
            history: (0..<40).map {
                Text.transition("t\(number)-\($0)", "d\(number)", more: ",\"message\":\"padding padding padding\"")
            })
    }

    @Test("an envelope of 20 MB with deployments is cut into records, of which few are held at once")
    func largeEnvelope() throws {
        let count = 3_300
        let seen = try Source.read(
            pieces: count + 2,
            { number in
                switch number {
                case 0: Array("{\"success\":true,\"totalCount\":\(count),\"deployments\":[".utf8)
                case count + 1: Array("],\"page\":1}".utf8)
                default: Array(((number > 1 ? "," : "") + Self.deployment(number)).utf8)
                }
            }, keep: false)
        #expect(seen.counts == ["d": count, "t": count * 40])
        #expect(seen.claims["totalCount"] == "\(count)")
        #expect(seen.claims["page"] == "1")
        #expect(seen.largestArena < 16 << 20)
    }

    @Test("an envelope of 25 MB with its records in a string is cut into records, of which few are held at once")
    func largeText() throws {
        let count = 3_000
        let seen = try Source.read(
            pieces: count + 2,
            { number in
                switch number {
                case 0: Array("{\"success\":true,\"data\":\"[".utf8)
                case count + 1: Array("]\",\"format\":\"Json\",\"recordCount\":\(count)}".utf8)
                default:
                    Array((number > 1 ? "," : "").utf8)
                        + Array(Text.quoted(Self.deployment(number)).utf8.dropFirst().dropLast())
                }
            }, keep: false)
        #expect(seen.counts == ["d": count, "t": count * 40])
        #expect(seen.claims["recordCount"] == "\(count)")
        #expect(seen.largestArena < 16 << 20)
    }

    @Test("an envelope of 25 MB with CSV in a string is cut into rows")
    func largeCSVText() throws {
        let count = 50_000
        let padding = String(repeating: "p", count: 300)
        let seen = try Source.read(
            pieces: count + 2,
            { number in
                switch number {
                case 0: Array("{\"success\":true,\"data\":\"\(SourceShapeTests.header)\\n".utf8)
                case count + 1: Array("\",\"format\":\"Csv\"}".utf8)
                default:
                    Array(
                        Text.quoted(SourceShapeTests.row("d", "Queued", message: "\(padding)\(number)") + "\n").utf8
                            .dropFirst().dropLast())
                }
            }, keep: false)
        #expect(seen.of("t").count == count)
        #expect(seen.rejections.isEmpty)
        #expect(seen.largestArena < 16 << 20)
    }

    @Test("a deployment with 3,000 transitions is read as a whole")
    func longHistory() throws {
        let text = Text.deployment("d", history: (0..<3_000).map { Text.transition("t\($0)") })
        for source in [text, "[\(text)]", text + "\n"] {
            #expect(try Source.read(source).counts == ["d": 1, "t": 3_000])
        }
    }

    @Test(
        "a deployment over 16 MiB is read entry by entry; entries before its identifier are rejected, not lost",
        arguments: [true, false])
    func largeDeployment(_ first: Bool) throws {
        let message = String(repeating: "m", count: 1 << 16)
        let entry = { (number: Int) in
            #"{"id":"t\#(number)","status":"Queued","timestamp":"2026-02-19T10:17:01Z","message":"\#(message)"}"#
        }
        let seen = try Source.read(
            pieces: 302,
            { number in
                switch number {
                case 0: Array((first ? "{\"deploymentId\":\"d\",\"statusHistory\":[" : "{\"statusHistory\":[").utf8)
                case 301: Array((first ? "],\"network\":\"n\"}" : "],\"deploymentId\":\"d\",\"network\":\"n\"}").utf8)
                default: Array(((number > 1 ? "," : "") + entry(number)).utf8)
                }
            }, keep: false)
        #expect(seen.of("t").count == (first ? 300 : 0))
        #expect(seen.of("t").allSatisfy { $0.deploymentID == "d" })
        #expect(seen.of("d").map(\.deploymentID) == ["d"])
        #expect(seen.of("x").count == (first ? 0 : 300))
    }

    @Test("of more than 50,000 transitions in one history the rest is rejected")
    func tooManyTransitions() throws {
        let entries = (0..<50_003).map { #"{"id":"\#($0)","status":0,"timestamp":"2026-02-19T10:17:01Z"}"# }
        let seen = try Source.read(Text.deployment("d", history: entries))
        #expect(seen.counts == ["d": 1, "t": 50_000, "x": 3])
    }

    @Test("transitions that go back in time inside one history are noted, elsewhere they are not")
    func outOfOrder() throws {
        let times = ["10", "12", "11", "11", "09"]
        let entries = times.enumerated().map { place, hour in
            #"{"id":"\#(place)","deploymentId":"d","status":0,"timestamp":"2026-02-19T\#(hour):00:00Z"}"#
        }
        let history = try Source.read(Text.deployment("d", history: entries))
        #expect(history.notes.map(\.code) == [.outOfOrderRecord, .outOfOrderRecord])
        #expect(history.notes.map(\.transitionID) == ["2", "4"])
        #expect(try Source.read(entries.joined(separator: "\n")).notes.isEmpty)
    }
}
