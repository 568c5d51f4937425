import Foundation
import StrictJSON
import Testing

@Suite("cartulary export and verify")
struct ExportCommandTests {
    @Test("export prints the bundle's path and nothing else on standard output")
    func path() throws {
        let place = try CommandFolder.withKey()
        let ran = try place.export("--period", "2026-02")
        #expect(ran.status == 0)
        #expect(ran.output == "out/audit-2026-02.zip\n")
        #expect(place.bundles == ["audit-2026-02.zip"])
        #expect(ran.messages.contains("read 241 = accepted 241"))
        #expect(
            !ran.messages.contains("\u{1B}") && !ran.messages.contains("\r"), "no terminal, no colours, no progress")
    }

    @Test("-q leaves out everything but the path")
    func quiet() throws {
        let place = try CommandFolder.withKey()
        #expect(try place.export("-q").messages == "")
    }

    @Test("making a bundle again changes nothing and is no error; other content under its name is 73")
    func again() throws {
        let place = try CommandFolder.withKey()
        let first = try place.export("--name", "mine")
        let bytes = try place.bytes("\(place.path)/out/mine.zip")
        let second = try place.export("--name", "mine")
        #expect(second.status == 0, "\(second.messages)")
        #expect(second.output == first.output)
        #expect(try place.bytes("\(place.path)/out/mine.zip") == bytes)
        let other = try place.export(
            "--name", "mine", "--network", "base-mainnet", "--allow-empty", "--as-of", "2026-03-01")
        #expect(other.status == 0, "a filtered bundle has another name")
        let clash = try place.export("--name", "mine", "--as-of", "2027-01-01")
        #expect(clash.status == 73)
        #expect(clash.output == "")
        #expect(try place.bytes("\(place.path)/out/mine.zip") == bytes)
        #expect(place.bundles == ["mine-partial.zip", "mine.zip"], "nothing else is left behind")
    }

    @Test("--json tells the result in members")
    func json() throws {
        let place = try CommandFolder.withKey()
        let first = try place.export("--json", "-q").json
        #expect(first["result"]?.string == "written")
        #expect(first["name"]?.string == "audit-all")
        #expect(first["bundle"]?.string == "out/audit-all.zip")
        #expect(first["deployments"]?.integer == 40)
        #expect(first["contentRoot"]?.string?.count == 64)
        #expect(first["key"]?.string?.hasPrefix("SHA256:") == true)
        #expect(first["sums"]?["read"]?.integer == 241)
        #expect(try place.export("--json", "-q").json["result"]?.string == "already-there")
    }

    @Test("records come from standard input as from files")
    func standardInput() throws {
        let place = try CommandFolder.withKey()
        let text = try String(contentsOfFile: CommandFolder.records("transitions.ndjson"), encoding: .utf8)
        let ran = try place.run(["export", "-", "--key", "key", "--out", "out", "-q"], input: text)
        #expect(ran.status == 0)
        let metrics = try place.run(["metrics", "-", "--json"], input: text)
        let files = try place.run("metrics", CommandFolder.records("transitions.ndjson"), "--json")
        #expect(metrics.output == files.output)
        #expect(try place.run(["metrics", "-", "-"], input: text).status == 64)
    }

    @Test("the bundle's bytes do not depend on threads, zone, locale or place")
    func environment() throws {
        let place = try CommandFolder.withKey()
        _ = try place.export("--threads", "1")
        let first = try place.bytes("\(place.path)/out/audit-all.zip")
        let other = "\(place.path)/other"
        try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: true)
        let ran = try place.run(
            [
                "export", CommandFolder.records("audit-trail-bulk.json"), "--key", "key", "--out", other, "--threads",
                "3",
            ],
            environment: ["TZ": "Pacific/Kiritimati", "LC_ALL": "tr_TR.UTF-8", "LANG": "de_DE"])
        #expect(ran.status == 0)
        #expect(try place.bytes("\(other)/audit-all.zip") == first)
    }

    @Test("a bundle verifies with its own trust file and with the public key, by both programs")
    func verify() throws {
        let place = try CommandFolder.withKey()
        _ = try place.export("-q")
        for (program, command) in [("cartulary", ["verify"]), ("cartulary-verify", [])] {
            for trust in ["key.allowed_signers", "key.pub"] {
                let ran = try place.run(command + ["out/audit-all.zip", "--trust", trust], program: program)
                #expect(ran.status == 0, "\(program) \(trust): \(ran.output)\(ran.messages)")
            }
        }
        let json = try place.run("verify", "out/audit-all.zip", "--trust", "key.pub", "--json").json
        #expect(json["verdict"]?.string == "valid")
        #expect(json["checks"]?.array?.isEmpty == false)
    }

    @Test("a strange key is 12, a changed bundle 10, no bundle 14 or a failure to read it")
    func verdicts() throws {
        let place = try CommandFolder.withKey()
        _ = try place.export("-q")
        _ = try place.run("keygen", "--out", "strange", "-q")
        #expect(try place.run("verify", "out/audit-all.zip", "--trust", "strange.pub").status == 12)
        var bytes = try place.bytes("\(place.path)/out/audit-all.zip")
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: URL(fileURLWithPath: "\(place.path)/changed.zip"))
        let changed = try place.run("verify", "changed.zip", "--trust", "key.pub")
        #expect([10, 14].contains(changed.status))
        _ = try place.write("hello", to: "none.zip")
        #expect(try place.run("verify", "none.zip", "--trust", "key.pub").status == 14)
        #expect(try place.run("verify", "missing.zip", "--trust", "key.pub").status == 66)
        #expect(try place.run("verify", "out/audit-all.zip", "--trust", "missing").status == 66)
        #expect(try place.run("verify", "out/audit-all.zip").status == 64)
    }

    @Test(
        "a name that a bundle cannot have is refused",
        arguments: [
            "", "A", "a b", "../x", "x/y", ".x", "x.", "-x", "con", "nul.txt", "x\u{E9}",
            String(repeating: "x", count: 101),
        ])
    func names(_ name: String) throws {
        let place = try CommandFolder.withKey()
        #expect(
            try place.run([
                "export", CommandFolder.records("audit-trail.json"), "--key", "key", "--out", "out", "--name=\(name)",
            ]).status == 64)
        #expect(place.bundles == [])
    }

    @Test("a declaration that cannot be true is refused, others stand in the bundle's description")
    func declarations() throws {
        let place = try CommandFolder.withKey()
        #expect(try place.export("--lei", "5493001KJTIIGC8Y1R13").status == 64)
        #expect(try place.export("--entity", "").status == 64)
        #expect(try place.export("--entity", "a\nb").status == 64)
        #expect(place.bundles == [])
        #expect(try place.export("--lei", "5493001KJTIIGC8Y1R12", "--entity", "Example Ltd").status == 0)
    }

    @Test("export without key, place or permission says which")
    func environmentErrors() throws {
        let place = try CommandFolder.withKey()
        let records = CommandFolder.records("audit-trail.json")
        #expect(try place.run("export", records, "--key", "missing", "--out", "out").status == 66)
        #expect(try place.run("export", records, "--key", "key.pub", "--out", "out").status == 77)
        #expect(try place.run("export", records, "--key", "key", "--out", "key/out").status == 73)
        #expect(try place.run("export", records, "--out", "out").status == 64)
        #expect(try place.run("export", "--key", "key", "--out", "out").status == 64)
        #expect(place.bundles == [])
    }

    @Test("a filter that matches nothing is told with what is near, and accepted with --allow-empty")
    func filters() throws {
        let place = try CommandFolder.withKey()
        let ran = try place.export("--network", "base-mainet")
        #expect(ran.status == 64)
        #expect(ran.messages.contains("cartulary: hint: --network base-mainnet"))
        #expect(try place.export("--network", "base-mainet", "--allow-empty").status == 0)
        #expect(place.bundles == ["audit-all-partial.zip"])
    }

    @Test("nothing is signed of inputs without a deployment, unless --allow-empty says so")
    func emptyInputs() throws {
        let place = try CommandFolder.withKey()
        for (name, text) in [
            ("failed.json", #"{"success":false,"errorMessage":"timeout"}"#), ("empty.json", ""), ("list.json", "[]"),
            ("rows.csv", "DeploymentId,Status,Timestamp\n"),
        ] {
            _ = try place.write(text, to: name)
            let ran = try place.run("export", name, "--key", "key", "--out", "out")
            #expect(ran.status == 64, "\(name): \(ran.messages)")
            #expect(ran.messages.contains("cartulary: hint: add --allow-empty"), "\(name)")
            #expect(ran.messages.contains("a source says that it failed") == (name == "failed.json"), "\(name)")
            #expect(place.bundles == [], "\(name)")
            let accepted = try place.run("export", name, "--key", "key", "--out", "out", "--allow-empty")
            #expect(accepted.status == 0, "\(name): \(accepted.messages)")
            try FileManager.default.removeItem(atPath: "\(place.path)/out/audit-all.zip")
        }
        let period = try place.export("--period", "2020")
        #expect(period.status == 64)
        #expect(period.messages.contains("period 2020 holds no deployment"))
        #expect(try place.export("--period", "2020", "--allow-empty").status == 0)
        #expect(place.bundles == ["audit-2020.zip"])
    }

    @Test("--fail-on makes findings an exit status, after the bundle was made")
    func failOn() throws {
        let place = try CommandFolder.withKey()
        let ran = try place.export("--fail-on", "error")
        #expect(ran.status == 1)
        #expect(ran.output == "out/audit-all.zip\n")
        #expect(place.bundles == ["audit-all.zip"])
    }

    @Test("transitions alone, as an array or an object, are records", arguments: ["[", ""])
    func shape(_ begin: String) throws {
        let text =
            begin + #"{"deploymentId":"d","status":0,"timestamp":"2026-02-10T09:00:00Z"}"#
            + (begin.isEmpty ? "" : "]\n")
        let folder = try CommandFolder.withKey()
        _ = try folder.write(text, to: "t.json")
        try folder.prepare("mkdir shapes")
        let ran = try folder.run("export", "t.json", "--key", "key", "--out", "shapes", "--name", "s")
        #expect(ran.status == 0 || ran.status == 1, "\(ran)")
        let sources = try folder.shell(
            "unzip -p shapes/s.zip s/data/sources.json; unzip -p shapes/s.zip s/data/sources.csv")
        #expect(
            sources.output.contains(#""shape":"records""#) && !sources.output.contains("empty"), "\(sources.output)")
    }
}
