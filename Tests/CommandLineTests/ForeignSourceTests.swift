import Foundation
import StrictJSON
import Testing

@Suite("Sources of other shapes, through the whole program")
struct ForeignSourceTests {
    @Test("a member of an envelope that was not read is an error, and keeps its period from being sealed")
    func unreadMember() throws {
        let place = try CommandFolder()
        #expect(try place.run("init", "site", "--begin", "2026-02").status == 0)
        _ = try place.write(HostileInputTests.good + "\n", to: "site/spool/a.ndjson")
        let envelope = #"{"success":true,"deployments":[],"items":[\#(HostileInputTests.good)]}"#
        let path = try place.write(envelope, to: "site/spool/b.json")
        let validated = try place.run("validate", path, "--json")
        #expect(validated.status == 65 || validated.status == 1)
        let whole = try place.run("validate", "site/spool", "--json")
        #expect(whole.status == 1 && whole.output.contains("unread-member") && whole.output.contains("items"))
        for _ in 0..<2 {
            let ran = try place.run(["run", "--config", "site/cartulary.yaml", "--now", "2026-03-05T00:00:00Z"])
            #expect([15, 65].contains(ran.status), "\(ran.status) \(ran.messages)")
            #expect(!FileManager.default.fileExists(atPath: "\(place.path)/site/archive/2026/audit-2026-02.zip"))
        }
    }

    @Test(
        "a text that could hold records is an error in every encoding, and keeps its period from being sealed",
        arguments: [
            "csv", "bom", "text of text", "cut", "base64", "in a record",
        ])
    func hiddenText(_ form: String) throws {
        let json = "[\(HostileInputTests.good)]"
        func quoted(_ text: String) -> String { String(decoding: JSONValue.string(text).bytes, as: UTF8.self) }
        let csv = "DeploymentId,Status,Timestamp\na,Queued,2026-02-01T00:00:00Z\n"
        let text: String =
            switch form {
            case "csv": csv
            case "bom": "\u{FEFF}" + json
            case "text of text": quoted(quoted(json))
            case "cut": String(json.dropLast(12))
            case "base64": Data(json.utf8).base64EncodedString()
            default: json
            }
        let envelope =
            form == "in a record"
            ? #"{"deploymentId":"d","currentStatus":"Queued","old":\#(quoted(text))}"#
            : #"{"success":true,"deployments":[],"payload":\#(quoted(text))}"#
        let place = try CommandFolder.withKey()
        #expect(try place.run("init", "site", "--begin", "2026-02").status == 0)
        _ = try place.write(HostileInputTests.good + "\n", to: "site/spool/a.ndjson")
        let path = try place.write(envelope, to: "site/spool/b.json")
        let validated = try place.run("validate", "site/spool")
        #expect(validated.status == 1 && validated.output.contains("error: unread-member"), "\(validated.output)")
        let exported = try place.run("export", "site/spool", "--key", "key", "--out", "out")
        #expect(exported.status == 0, "\(exported.messages)")
        #expect(try place.run("verify", "out/\(place.bundles[0])", "--trust", "key.allowed_signers").status == 0)
        #expect(try place.run("ingest", path, "--ledger", "other", "--key", "key").status == 0)
        let ran = try place.run(["run", "--config", "site/cartulary.yaml", "--now", "2026-03-05T00:00:00Z"])
        #expect(ran.status == 65 && ran.messages.contains("b.json"), "\(ran.status) \(ran.messages)")
        #expect(!FileManager.default.fileExists(atPath: "\(place.path)/site/archive/2026/audit-2026-02.zip"))
        #expect(FileManager.default.fileExists(atPath: "\(place.path)/site/spool/failed/b.json"))
    }

    @Test("an unreadable file of a spool ends a run and its dry run with 74", .enabled(if: CommandFolder.canBeNobody))
    func unreadableFile() throws {
        let place = try CommandFolder()
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: place.path)
        #expect(try place.run(["init", "site", "--begin", "2026-02"], asNobody: true).status == 0)
        let path = "\(place.path)/site/spool/a.ndjson"
        _ = try place.run(["keygen", "--out", "other", "-q"], asNobody: true)
        #expect(
            FileManager.default.createFile(
                atPath: path, contents: Data((HostileInputTests.good + "\n").utf8),
                attributes: [.posixPermissions: 0o000]))
        for more in [["--dry-run"], []] {
            let ran = try place.run(
                ["run", "--config", "site/cartulary.yaml", "--now", "2026-03-05T00:00:00Z"] + more, asNobody: true)
            #expect(ran.status == 74 && ran.messages.contains("a.ndjson"), "\(ran.status) \(ran.messages)")
        }
        #expect(FileManager.default.fileExists(atPath: path))
    }

    @Test("a spool that files cannot be moved in is told by config check, a dry run and a run alike")
    func unusableSpool() throws {
        for name in ["done", "failed"] {
            let place = try CommandFolder()
            #expect(try place.run("init", "site", "--begin", "2026-02").status == 0)
            _ = try place.write(HostileInputTests.good + "\n", to: "site/spool/a.ndjson")
            try? FileManager.default.removeItem(atPath: "\(place.path)/site/spool/\(name)")
            _ = try place.write("", to: "site/spool/\(name)")
            let at = ["--config", "site/cartulary.yaml"]
            for command in [["config", "check"], ["run", "--dry-run"], ["run"]] {
                let ran = try place.run(command + at)
                #expect(ran.status == 73 && ran.messages.contains("spool/\(name)"), "\(command) \(ran.messages)")
            }
        }
    }

    @Test("config check says that an archive expects no source")
    func noExpectation() throws {
        let place = try CommandFolder()
        #expect(try place.run("init", "site", "--begin", "2026-02").status == 0)
        let text = try place.read("site/cartulary.yaml")
        #expect(text.contains("    begin: "))
        let line = text.split(separator: "\n").first { $0.hasPrefix("    begin: ") } ?? ""
        _ = try place.write(text.replacing(line, with: line + "\n    expect: []"), to: "site/cartulary.yaml")
        let checked = try place.run("config", "check", "--config", "site/cartulary.yaml")
        #expect(checked.status == 0 && (checked.output + checked.messages).contains("expects no source"), "\(checked)")
    }

    @Test("a bundle among the inputs is refused by name, and what its reason says to do works")
    func bundle() throws {
        let place = try CommandFolder.withKey()
        #expect(try place.export().status == 0)
        let zip = "out/\(place.bundles[0])"
        let refused = try place.run("validate", zip)
        #expect(refused.status == 1)
        #expect(refused.output.contains("a bundle, expected JSON, NDJSON or CSV"), "\(refused.output)")
        let unpack = Process()
        unpack.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        unpack.arguments = ["-m", "zipfile", "-e", "\(place.path)/\(zip)", "\(place.path)/unpacked"]
        try unpack.run()
        unpack.waitUntilExit()
        let name = zip.dropFirst(4).dropLast(4)
        let trail = "unpacked/\(name)/data/audit-trail.json"
        let read = try place.run("validate", trail, "--json").json["counts"]
        #expect(read?["accepted"]?.integer == 241 && read?["rejected"]?.integer == 0)
    }

    @Test("the reason of an envelope that failed is shown")
    func failure() throws {
        let place = try CommandFolder()
        for (text, words) in [
            (#"{"success":false,"errorMessage":"timeout"}"#, "timeout"),
            (#"{"title":"Unauthorized","status":401}"#, "Unauthorized"),
        ] {
            let path = try place.write(text, to: "a.json")
            let ran = try place.run("validate", path)
            #expect(ran.status == 1 && (ran.output + ran.messages).contains(words), "\(ran.output) \(ran.messages)")
        }
    }

    @Test("what an envelope says does not reach a terminal as a command to it")
    func escapes() throws {
        let place = try CommandFolder()
        let path = try place.write(
            #"{"success":false,"errorMessage":"\u001b[2Jgone"}"# + "\n" + #"{"success":true,"\u001b[31mx":[1]}"# + "\n",
            to: "a.json")
        let ran = try place.run("validate", path)
        #expect(ran.status == 1 || ran.status == 65)
        #expect(!(ran.output + ran.messages).contains("\u{1B}"))
    }
}
