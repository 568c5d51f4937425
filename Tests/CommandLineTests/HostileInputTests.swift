import Foundation
import StrictJSON
import TestSupport
import Testing

@Suite("Texts that are no records, through the whole program")
struct HostileInputTests {
    /// Three bytes that once kept every reader from ending, and their like.
    static let surplusClosers = [
        "{}}", "[]]", "{}]", "[]}", "}", "]", "[,", ":", "{\"deploymentId\":\"d\"}}",
        "{\"deploymentId\":\"d\"}]", "{\"success\":true,\"data\":[]}}", "{\"success\":true,\"deployments\":[]}]",
        "[{\"deploymentId\":\"d\"}]]",
    ]

    static let good = #"{"id":"q","deploymentId":"good","status":"Queued","timestamp":"2026-02-10T10:00:00Z"}"#

    /// Every command that reads records, each with the statuses that docs/exit-codes.md has for inputs that are none.
    static func commands(_ inputs: String) -> [[String]] {
        [
            ["validate", inputs], ["metrics", inputs], ["export", inputs, "--key", "key", "--out", "out"],
            ["ingest", inputs, "--key", "key", "--ledger", "records.ledger"],
        ]
    }

    static let statuses: Set<Int32> = [0, 1, 65]

    /// Writes texts into a folder, with a good record beside them.
    private func write(_ texts: [(name: String, bytes: Data)], _ place: CommandFolder) throws {
        try FileManager.default.createDirectory(atPath: "\(place.path)/in", withIntermediateDirectories: true)
        for (name, bytes) in texts {
            _ = FileManager.default.createFile(atPath: "\(place.path)/in/\(name)", contents: bytes)
        }
        _ = try place.write(Self.good + "\n", to: "in/good.ndjson")
    }

    /// Each command reads the folder to its end, and takes the good record.
    private func read(_ place: CommandFolder, sources: Int) throws {
        for command in Self.commands("in") {
            let ran = try place.run(command)
            #expect(Self.statuses.contains(ran.status), "\(command): \(ran.status) \(ran.messages.suffix(500))")
        }
        let summary = try place.run("validate", "in", "--json").json["counts"]
        #expect(summary?["accepted"]?.integer ?? 0 >= 1)
        let (read, parts) = (
            summary?["read"]?.integer ?? -1,
            ["accepted", "duplicates", "conflicts", "rejected"].map { summary?[$0]?.integer ?? 0 }
        )
        #expect(read == parts.reduce(0, +) && read >= Int64(sources))
        #expect(try place.run("verify", "out/audit-all.zip", "--trust", "key.allowed_signers").status == 0)
        #expect(try place.run("ledger", "check", "--ledger", "records.ledger", "--full").status == 0)
    }

    @Test("records of 50,000 members are read, merged and verified without comparing each with each")
    func manyMembers() throws {
        let place = try CommandFolder.withKey()
        let members = (0..<50_000).map { "\"m\($0)\":1" }.joined(separator: ",")
        let records = ["a", "b"].map {
            "{\"deploymentId\":\"good\",\"statusHistory\":[],\"tokenName\":\"\($0)\",\(members)}\n"
        }
        try write([("many.ndjson", Data(records.joined().utf8)), ("none.json", Data("{\(members)}".utf8))], place)
        for command in Self.commands("in") {
            let ran = try place.run(command, limit: 60)
            #expect(Self.statuses.contains(ran.status), "\(command): \(ran.status) \(ran.messages.suffix(500))")
        }
        let verify = ["verify", "out/audit-all.zip", "--trust", "key.allowed_signers"]
        #expect(try place.run(verify, limit: 60).status == 0)
    }

    @Test("a closing bracket too many never keeps a command from ending", arguments: ["validate", "metrics", "export"])
    func surplusCloser(_ command: String) throws {
        let place = try CommandFolder.withKey()
        for (number, text) in Self.surplusClosers.enumerated() {
            let path = try place.write(text, to: "\(number).json")
            let more = command == "export" ? ["--key", "key", "--out", "out", "--name", "n\(number)"] : []
            let ran = try place.run([command, path] + more, limit: 20)
            #expect(Self.statuses.contains(ran.status), "\(text): \(ran.status)")
        }
    }

    @Test("a closing bracket too many is taken in by a scheduled run, and the ledger is free again")
    func scheduled() throws {
        let place = try CommandFolder()
        #expect(try place.run("init", "site", "--begin", "2026-02").status == 0)
        for (number, text) in Self.surplusClosers.enumerated() {
            _ = try place.write(text, to: "site/spool/\(number).json")
        }
        let ran = try place.run(["run", "--config", "site/cartulary.yaml", "--now", "2026-03-05T00:00:00Z"], limit: 60)
        #expect([1, 15, 65].contains(ran.status), "\(ran.status) \(ran.messages)")
        let again = try place.run(
            ["run", "--config", "site/cartulary.yaml", "--now", "2026-03-05T00:00:00Z"], limit: 60)
        #expect(again.status != 75 && again.status < 128, "\(again.status) \(again.messages)")
    }

    @Test("small texts of structure alone are read to their end by every command")
    func smallTexts() throws {
        let place = try CommandFolder.withKey()
        try write(Self.surplusClosers.enumerated().map { ("\($0).json", Data($1.utf8)) }, place)
        try read(place, sources: Self.surplusClosers.count)
    }

    /// How a text of the corpus comes: as a file, and at each place of a record or answer where a value may stand.
    static let places: [(name: String, wrap: @Sendable (Data) -> Data)] = [
        ("raw", { $0 }), ("line", { text("{\"deploymentId\":\"d\",\"metadata\":", $0, "}\n\(good)\n") }),
        ("record", { text("{\"deploymentId\":\"d\",\"statusHistory\":[", $0, "]}") }),
        ("array", { text("[\(good),", $0, "]") }), ("envelope", { text("{\"success\":true,\"data\":[", $0, "]}") }),
        ("value", { text("{\"success\":true,\"data\":", $0, "}") }),
        ("closed", { text("", $0, "}]") }),
        (
            "string",
            { bytes in
                var quoted: [UInt8] = []
                let content = String(decoding: bytes, as: UTF8.self)
                JSONString.write(Array(content.utf8).span, 0..<content.utf8.count, into: &quoted)
                return text("{\"success\":true,\"data\":", Data(quoted), "}")
            }
        ),
    ]

    private static func text(_ before: String, _ bytes: Data, _ after: String) -> Data {
        Data(before.utf8) + bytes + Data(after.utf8)
    }

    @Test(
        "every text of JSONTestSuite is read to its end by every command, raw and at each place of a record",
        .enabled(if: PublicSuite.jsonTestSuite.isPresent, "\(PublicSuite.jsonTestSuite.absence)"),
        arguments: places.map(\.name))
    func corpus(_ name: String) throws {
        let suite = PublicSuite.jsonTestSuite
        let names = try suite.files()
        #expect(names.count == 318)
        let wrap = try #require(Self.places.first { $0.name == name }).wrap
        let place = try CommandFolder.withKey()
        try write(try names.map { ($0, wrap(Data(try suite.bytes($0)))) }, place)
        try read(place, sources: 1)
    }
}
