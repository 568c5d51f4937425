import Foundation
import StrictJSON
import Testing

@Suite("cartulary validate and metrics")
struct ValidateCommandTests {
    static let good = #"{"id":"q","deploymentId":"d","status":"Queued","timestamp":"2026-02-10T10:00:00Z"}"# + "\n"

    @Test("validate --json has every finding, however many there are, as one line of canonical JSON")
    func manyFindings() throws {
        let place = try CommandFolder()
        for count in [0, 1, 3_000] {
            let path = try place.write(String(repeating: "{}\n", count: count) + Self.good, to: "r\(count).ndjson")
            let ran = try place.run("validate", path, "--json", "--fail-on", "never")
            #expect(ran.status == 0)
            let text = Array(ran.output.utf8)
            let value = try JSONValue(parsing: Array(text.dropLast()))
            #expect(value.file == text)
            let codes = (value["findings"]?.array ?? []).filter { $0["code"]?.string == "malformed-record" }
            #expect(codes.count == count)
        }
        let empty = try place.write("", to: "empty.ndjson")
        let ran = try place.run("validate", empty, "--json")
        #expect(ran.output.contains(#""findings":[],"format":"cartulary-answer/1"}"#), "\(ran.output)")
    }

    @Test("validate --json has exactly the members that are promised")
    func shape() throws {
        let place = try CommandFolder()
        let path = try place.write(Self.good + "{\n" + Self.good, to: "r.ndjson")
        let ran = try place.run("validate", path, "--json")
        #expect(ran.status == 1)
        let value = ran.json
        #expect(Set(value.object?.keys.map { $0 } ?? []) == ["counts", "findings", "format"])
        let counts = try #require(value["counts"]?.object)
        #expect(
            counts.mapValues(\.integer) == [
                "read": 3, "accepted": 1, "duplicates": 1, "conflicts": 0, "rejected": 1, "transitions": 1,
                "inHistory": 1,
                "repeats": 0, "refused": 0, "deployments": 1,
            ])
        let findings = try #require(value["findings"]?.array)
        #expect(findings.count >= 3)
        for finding in findings {
            let members = try #require(finding.object)
            #expect(
                Set(members.keys) == ["code", "severity", "deploymentId", "transitionId", "source", "message"])
            #expect(members["message"]?.string?.isEmpty == false)
        }
        let rejected = try #require(findings.first { $0["code"]?.string == "malformed-record" })
        #expect(rejected["severity"]?.string == "error")
        #expect(rejected["deploymentId"] == .null)
        #expect(
            rejected["source"]
                == .object([
                    "file": .string("r.ndjson"), "line": .integer(2), "offset": .integer(Int64(Self.good.utf8.count)),
                ]))
        let orphan = try #require(findings.first { $0["code"]?.string == "orphan-transition" })
        #expect(orphan["source"] == .null)
        #expect(orphan["deploymentId"]?.string == "d")
        let duplicate = try #require(findings.first { $0["code"]?.string == "duplicate-record" })
        #expect(duplicate["transitionId"]?.string == "q")
    }

    @Test(
        "the exit status of validate follows --fail-on",
        arguments: [
            ([], 0), (["--fail-on", "warning"], 1), (["--fail-on", "never"], 0), (["--fail-on", "error"], 0),
            (["--fail-on", "x"], 64),
        ] as [([String], Int32)])
    func failOn(_ more: [String], _ status: Int32) throws {
        let place = try CommandFolder()
        let path = try place.write(
            #"{"deploymentId":"e","status":"Queued","timestamp":"2026-02-10T10:00:00Z"}"# + "\n"
                + #"{"deploymentId":"e","status":"Cancelled","timestamp":"2026-02-10T10:00:00Z"}"# + "\n"
                + (0..<30).map { completed($0) }.joined(), to: "r.ndjson")
        #expect(try place.run(["validate", path] + more).status == status)
    }

    private func completed(_ number: Int) -> String {
        let steps = ["Queued", "Submitted", "Pending", "Confirmed", "Completed"].enumerated().map { place, status in
            #"{"id":"\#(number)-\#(place)","status":"\#(status)","#
                + #""timestamp":"2026-02-10T10:0\#(place):00Z","transactionHash":"0x1","confirmedRound":1}"#
        }
        return #"{"deploymentId":"c\#(number)","statusHistory":[\#(steps.joined(separator: ","))]}"# + "\n"
    }

    @Test("metrics --json has the members of metrics.json")
    func metrics() throws {
        let place = try CommandFolder()
        let ran = try place.run("metrics", CommandFolder.records("audit-trail-bulk.json"), "--json")
        #expect(ran.status == 0)
        #expect(ran.json["totalDeployments"]?.integer == 40)
        #expect(ran.json["successRate"] == .double(67.5))
        #expect(ran.json["medianDurationMs"]?.integer == 612_165)
        #expect(ran.json["averageDurationByTransition"]?["Queued->Submitted"]?.integer != nil)
        let text = try place.run("metrics", CommandFolder.records("audit-trail-bulk.json"))
        #expect(text.output.contains("67.50 %"))
    }

    static let usage: [[String]] = [
        ["validate"], ["validate", "--nonsense", "x"], ["nonsense"], ["metrics", "-", "--period", "2026-13"],
        ["metrics", "-", "--period", "2026", "--from", "2026-01-01", "--to", "2026-02-01"],
        ["metrics", "-", "--from", "2026-01-01"],
        ["metrics", "-", "--from", "2026-02-01", "--to", "2026-01-01"], ["metrics", "-", "--basis", "x"],
        ["metrics", "-", "--status", "completed"], ["validate", "-", "--threshold", "x=1"],
        ["validate", "-", "--threshold", "success-rate"], ["validate", "-", "--threshold", "success-rate=-1"],
        ["validate", "-", "--as-of", "yesterday"], ["validate", "-", "--threads", "0"], ["validate", "-", "-q", "-v"],
        ["state-machine", "--json", "--dot"], ["keygen"],
    ]

    @Test("a mistake on the command line is 64, and says so on standard error alone", arguments: usage)
    func usageErrors(_ arguments: [String]) throws {
        let ran = try CommandFolder().run(arguments, input: Self.good)
        #expect(ran.status == 64)
        #expect(ran.output == "")
        #expect(!ran.messages.isEmpty)
    }

    @Test("missing input is 66, unreadable input 65", arguments: ["export", "metrics"])
    func inputs(_ command: String) throws {
        let place = try CommandFolder.withKey()
        let more = command == "export" ? ["--key", "key", "--out", "out"] : []
        let missing = try place.run([command, "missing.json"] + more)
        #expect(missing.status == 66)
        #expect(missing.messages.contains("cartulary: error: cannot open \"missing.json\": No such file or directory"))
        try FileManager.default.createDirectory(atPath: "\(place.path)/empty", withIntermediateDirectories: true)
        #expect(try place.run([command, "empty"] + more).status == 66)
        _ = try place.write("garbage\n", to: "garbage")
        #expect(try place.run([command, "garbage"] + more).status == 65)
        _ = try place.write("\u{1F}\u{0}", to: "x")
        let gzip = Data([0x1F, 0x8B, 0x08, 0x00, 0x01])
        try gzip.write(to: URL(fileURLWithPath: "\(place.path)/broken.gz"))
        #expect(try place.run([command, "broken.gz"] + more).status == 65)
        #expect(place.bundles == [])
    }

    @Test("validate tells of unreadable records instead of failing")
    func unreadable() throws {
        let ran = try CommandFolder().run(["validate", "-", "--json"], input: "garbage\n")
        #expect(ran.status == 1)
        #expect(ran.json["counts"]?["rejected"]?.integer == 1)
    }

    @Test("colours and progress are for terminals alone, and NO_COLOR or not makes no difference then")
    func colours() throws {
        let place = try CommandFolder()
        for environment in [["NO_COLOR": "1"], ["TERM": "xterm-256color"], ["TERM": "dumb"], ["CLICOLOR_FORCE": "1"]] {
            let ran = try place.run(
                ["validate", CommandFolder.records("audit-trail-bulk.json")], environment: environment)
            #expect(ran.status == 1)
            #expect(!(ran.output + ran.messages).contains("\u{1B}"))
            #expect(!(ran.output + ran.messages).contains("\r"))
        }
    }

    @Test("text from records cannot steer a terminal")
    func controlCharacters() throws {
        let place = try CommandFolder()
        let path = try place.write(
            #"{"id":"\u202Ex","deploymentId":"\u202E\u2066d","status":"Queued","#
                + #""timestamp":"2026-02-10T10:00:00Z","\u001b[31m":1}"#,
            to: "r")
        let ran = try place.run("validate", path, "-v")
        #expect(!ran.output.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{202E}" || $0 == "\u{2066}" })
    }

    @Test("SOURCE_DATE_EPOCH stands for now, and --as-of before it")
    func asOf() throws {
        let place = try CommandFolder()
        let records = CommandFolder.records("audit-trail.json")
        let epoch = try place.run(["metrics", records, "--json"], environment: ["SOURCE_DATE_EPOCH": "1800000000"])
        #expect(epoch.json["calculatedAt"]?.string == "2027-01-15T08:00:00.0000000Z")
        let option = try place.run(
            ["metrics", records, "--json", "--as-of", "2026-05-01"], environment: ["SOURCE_DATE_EPOCH": "1"])
        #expect(option.json["calculatedAt"]?.string == "2026-05-01T00:00:00.0000000Z")
    }

    @Test("the state machine is printed as text, JSON and a graph")
    func stateMachine() throws {
        let place = try CommandFolder()
        #expect(try place.run("state-machine").output.contains("Confirmed  -> Indexed, Completed, Failed"))
        let states = try place.run("state-machine", "--json").json["states"]?.array ?? []
        #expect(states.count == 8)
        #expect(states.compactMap { $0["sourceNumber"]?.integer } == [0, 1, 2, 3, 6, 4, 5, 7])
        #expect(try place.run("state-machine", "--dot").output.hasPrefix("digraph"))
    }

    @Test(
        "help and version are results",
        arguments: [["--help"], ["export", "--help"], ["--version"], ["help", "verify"]])
    func help(_ arguments: [String]) throws {
        let ran = try CommandFolder().run(arguments)
        #expect(ran.status == 0)
        #expect(!ran.output.isEmpty)
        #expect(ran.messages == "")
    }
}
