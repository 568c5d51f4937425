import Foundation
import StrictJSON
import Testing

/// docs/json.md, held against what the programs print.
@Suite("Answers with --json")
struct JSONAnswerTests {
    /// The documented commands, with the cell that names their members.
    private static let documented: [String: String] = {
        let text = (try? String(contentsOf: CommandFolder.root.appending(path: "docs/json.md"), encoding: .utf8)) ?? ""
        var commands: [String: String] = [:]
        for line in text.split(separator: "\n") where line.hasPrefix("| `cartulary") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            for name in cells[0].matches(of: /`([^`]+)`/) { commands[String(name.1)] = cells[1] }
        }
        return commands
    }()

    /// The documented members of a command.
    private static func members(_ command: String) throws -> Set<String> {
        let cell = try #require(documented[command], "\(command) is not in docs/json.md")
        return Set(cell.matches(of: /`([A-Za-z]+)`/).map { String($0.1) } + ["format"])
    }

    private static func commands(_ command: JSONValue, _ path: String) -> [String] {
        let names = (command["arguments"]?.array ?? []).flatMap { $0["names"]?.array ?? [] }
        let own = names.contains { $0["name"]?.string == "json" } ? [path] : []
        return own
            + (command["subcommands"]?.array ?? []).flatMap {
                commands($0, "\(path) \($0["commandName"]?.string ?? "")")
            }
    }

    @Test("the commands that answer with --json are those of docs/json.md")
    func list() throws {
        let folder = try CommandFolder()
        var found: Set<String> = []
        for program in ["cartulary", "cartulary-verify"] {
            let help = try folder.run(["--experimental-dump-help"], program: program)
            let command = try #require(try JSONValue(parsing: Array(help.output.utf8))["command"])
            found.formUnion(Self.commands(command, program))
        }
        let documented = Self.documented.keys.map { $0.components(separatedBy: " --")[0] }
        #expect(found == Set(documented))
    }

    /// Runs a command with `--json` and compares the members of each line with those that are documented.
    @discardableResult
    private static func check(
        _ folder: CommandFolder, _ words: [String], as command: String? = nil, program: String = "cartulary",
        status: Int32 = 0, members: Set<String>? = nil
    ) throws -> JSONValue {
        let ran = try folder.run(words + ["--json"], program: program)
        #expect(ran.status == status, "\(words): \(ran.messages)")
        let line = try #require(ran.output.split(separator: "\n").last)
        let value = try JSONValue(parsing: Array(line.utf8))
        let name = command ?? "\(program) \(words[0])"
        #expect(try Set((value.object ?? [:]).keys) == members ?? Self.members(name), "\(name)")
        if name != "cartulary catalogue" { #expect(value["format"]?.string == "cartulary-answer/1") }
        return value
    }

    @Test("what is documented of a site is what its commands answer")
    func site() throws {
        let site = try SealedSite()
        let folder = site.folder
        let config = ["--config", "site/cartulary.yaml"]
        let set = try Self.check(folder, ["config", "show"] + config, as: "cartulary config show")
        #expect(set["ledger"]?["origin"]?.string?.hasPrefix("site/cartulary.yaml:") == true)
        #expect(set["archives"]?.array?.first?["period"]?.string == "month")
        let checked = try Self.check(folder, ["config", "check"] + config, as: "cartulary config check")
        #expect(checked["isValid"] == .bool(true) && checked["key"]?["fingerprint"]?.string != nil)
        let wrong = try Self.check(
            folder, ["config", "check", "--config", "none.yaml"], as: "cartulary config check", status: 66)
        #expect(wrong["isValid"] == .bool(false) && wrong["problems"]?.array?.count == 1)
        try Self.check(folder, ["status", "--now", "2026-02-02T00:00:00Z"] + config)
        let catalogue = try JSONValue(parsing: Array(folder.bytes(folder.path + "/site/archive/catalogue.json")))
        try Self.check(
            folder, ["catalogue", "--archive", "site/archive"],
            members: Set((catalogue.object ?? [:]).keys).union(["bundles", "format"]))
        let trust = ["--trust", "site/archive-key.allowed_signers"]
        for program in ["cartulary", "cartulary-verify"] {
            let verify = program == "cartulary" ? ["verify"] : []
            let name = (["cartulary"] + verify).joined(separator: " ")
            let own = program == "cartulary" ? name : program
            try Self.check(folder, verify + ["site/archive/2026/audit-2026-01.zip"] + trust, as: own, program: program)
            try Self.check(
                folder, verify + ["--archive", "site/archive"] + trust, as: own + " --archive", program: program)
        }
        let refused = try folder.run(["prune", "--json"] + config)
        #expect(refused.status == 64 && refused.output.isEmpty, "a command that fails answers nothing")
        _ = try folder.write(
            try folder.read("site/cartulary.yaml").replacing(
                "    begin:", with: "    retention: {keep-years: 5}\n    begin:"),
            to: "site/cartulary.yaml")
        _ = try folder.shell("rm site/archive/2026/audit-2026-01.zip")
        let repaired = try Self.check(folder, ["repair", "--dry-run"] + config)
        let made = try #require(repaired["outcomes"]?.array?.first)
        #expect(made["outcome"]?.string == "made" && made["path"]?.string == "2026/audit-2026-01.zip")
        #expect(repaired["isDryRun"] == .bool(true) && made["hint"] == .null)
        try Self.check(folder, ["repair"] + config)
        let drill = try Self.check(
            folder, ["ledger", "restore-drill"] + config, as: "cartulary ledger restore-drill")
        #expect(drill["isWell"] == .bool(true) && drill["ways"]?.array == [] && drill["unread"]?.array == [])
        #expect(drill["archives"]?.array?.first?["sealed"]?.integer == 1)
        let pruned = try Self.check(folder, ["prune", "--dry-run"] + config)
        let bundle = try #require(pruned["archives"]?.array?.first?["bundles"]?.array?.first)
        #expect(bundle["state"]?.string == "keep" && bundle["path"]?.string == "2026/audit-2026-01.zip")
    }

    @Test("what is documented of records, keys and ledgers is what their commands answer")
    func ledger() throws {
        let folder = try CommandFolder()
        let made = try Self.check(folder, ["keygen", "--out", "key"])
        #expect(made["files"]?.array?.count == 4)
        let records = ["x", "y"].map {
            #"{"id":"1","deploymentId":"d","status":"Queued","timestamp":"2026-02-10T10:00:00Z","message":"\#($0)"}"#
        }
        _ = try folder.write(records[0] + "\n{\"id\":\"2\"}\n", to: "first.ndjson")
        _ = try folder.write(records[1] + "\n", to: "second.ndjson")
        _ = try folder.shell("mkdir out copy")
        try Self.check(folder, ["validate", "first.ndjson", "--fail-on", "never"])
        let export = ["export", "first.ndjson", "--key", "key", "--out", "out"]
        let exported = try Self.check(folder, export)
        let path = try #require(exported["bundle"]?.string)
        let metrics = try folder.shell("unzip -p \(path) '*/data/metrics.json'").output
        let own = try #require(try JSONValue(parsing: Array(metrics.utf8)).object)
        try Self.check(folder, ["metrics", "first.ndjson"], members: Set(own.keys).union(["format"]))
        try Self.check(
            folder, ["metrics", "first.ndjson", "--as-source"],
            members: Set((own["asSource"]?.object ?? [:]).keys).union(["format"]))
        try Self.check(folder, ["state-machine"])
        let ledger = ["--ledger", "l"]
        let signed = ledger + ["--key", "key"]
        try Self.check(folder, ["ingest", "first.ndjson"] + signed)
        try Self.check(folder, ["ingest", "second.ndjson"] + signed)
        try Self.check(folder, ["list", "networks"] + ledger)
        for name in ["status", "check"] {
            try Self.check(folder, ["ledger", name] + ledger, as: "cartulary ledger \(name)")
        }
        try Self.quarantine(folder)
        let backup = try Self.check(
            folder, ["ledger", "backup"] + ledger + ["--to", "copy/l"], as: "cartulary ledger backup")
        #expect(backup["files"]?.array?.compactMap(\.string) == ["copy/l", "copy/l.checkpoint"])
        let recovered = try Self.check(
            folder,
            [
                "ledger", "recover", "--journal", "l.journal", "--sources", "first.ndjson", "--sources",
                "second.ndjson",
                "--ledger", "again", "--key", "key",
            ], as: "cartulary ledger recover")
        let status = try folder.run(["ledger", "status", "--json"] + ledger).json
        #expect(recovered["root"] == status["root"] && status["root"]?.string != nil)
        let declared = try Self.check(
            folder,
            [
                "ledger", "declare-break", "--checkpoint", "l.checkpoint", "--reason", "r", "--by", "b", "--ledger",
                "n",
                "--key", "key",
            ], as: "cartulary ledger declare-break")
        #expect(declared["breaks"]?.array?.first?["root"] == status["root"])
        let rotated = try Self.check(folder, ["key", "rotate", "--key", "key"], as: "cartulary key rotate")
        #expect(rotated["oldKey"]?["fingerprint"] == made["key"]?["fingerprint"])
        let site = try Self.check(folder, ["init", "site", "--begin", "2026-01"])
        for file in site["files"]?.array ?? [] {
            #expect(FileManager.default.fileExists(atPath: file.string ?? ""), "\(file)")
        }
    }

    /// A rejected record, and a dispute before and after it is settled.
    private static func quarantine(_ folder: CommandFolder) throws {
        let command = ["ledger", "quarantine", "--ledger", "l"]
        let open = try check(folder, command, as: "cartulary ledger quarantine")["entries"]?.array ?? []
        let conflict = try #require(open.first { $0["kind"]?.string == "conflict" })
        let rejected = try #require(open.first { $0["kind"]?.string == "rejected" })
        #expect(conflict["isSettled"] == .bool(false) && rejected["isSettled"] == .null)
        #expect(conflict["positions"]?.array?.first?["file"]?.string == "second.ndjson")
        #expect(rejected["positions"]?.array?.first?["file"]?.string == "first.ndjson")
        #expect(rejected["positions"]?.array?.first?["line"]?.integer == 2)
        #expect(rejected["record"]?["source"] == nil && rejected["record"]?["file"]?.string == "first.ndjson")
        #expect(try folder.run(command).output.contains("open      second.ndjson:1: transition 1 of deployment d"))
        let number = "\(conflict["number"]?.integer ?? 0)"
        try check(
            folder,
            [
                "ledger", "resolve", number, "--accept", "0", "--reason", "r", "--by", "b", "--ledger", "l", "--key",
                "key",
            ], as: "cartulary ledger resolve")
        let settled = try check(folder, command, as: "cartulary ledger quarantine")["entries"]?.array ?? []
        #expect(settled.first { $0["kind"]?.string == "conflict" }?["isSettled"] == .bool(true))
        #expect(try folder.run(command).output.contains("settled   second.ndjson:1"))
    }
}
