import Foundation
import StrictJSON
import Testing

@Suite("Which key signs")
struct SigningKeyTests {
    @Test("the configuration alone says which key signs, under systemd too")
    func onePlace() throws {
        let site = try SealedSite()
        let folder = site.folder
        _ = try folder.run("keygen", "--out", "site/archive-key-2027", "--identity", "audit")
        // What systemd hands over: the file that the unit names.
        #expect(try folder.shell("mkdir credentials && cp -p site/archive-key credentials/").status == 0)
        let service = ["CREDENTIALS_DIRECTORY": folder.path + "/credentials"]
        let first = try site.check(service)
        #expect(first.status == 0 && first.messages.contains("credentials/archive-key (site/cartulary.yaml:"))
        try site.replace("key: archive-key", with: "key: archive-key-2027")
        // A service of an earlier version names the old key in its environment: that is refused, and nothing is signed.
        let old = service.merging(["CARTULARY_KEY": folder.path + "/credentials/archive-key"]) { $1 }
        try site.record("b", month: "02")
        let refused = try site.run("2026-03-02", old)
        #expect(
            refused.status == 64 && refused.messages.contains("only one of them can say which key signs"),
            "\(refused.messages)")
        #expect(!site.exists("site/archive/2026/audit-2026-02.zip"))
        let new = try site.check(service)
        #expect(
            new.status == 0 && new.messages.contains("site/archive-key-2027 (site/cartulary.yaml:"), "\(new.messages)")
        #expect(try site.run("2026-03-02", service).status == 0)
        let listed = try folder.shell("ssh-keygen -lf site/archive-key-2027.pub").output.split(separator: " ")
        #expect(try site.description("audit-2026-02").contains(try #require(listed.dropFirst().first)))
    }

    @Test("without a key in the configuration the environment names it")
    func environmentAlone() throws {
        let site = try SealedSite()
        try site.replace("key: archive-key\n", with: "\n")
        #expect(try site.check().status == 64)
        let ran = try site.check(["CARTULARY_KEY": "site/archive-key"])
        #expect(ran.status == 0 && ran.messages.contains("(environment, CARTULARY_KEY)"), "\(ran.messages)")
    }

    @Test(
        "a private key that others may read is refused, with the command that mends it",
        arguments: ["640", "604", "644", "660"])
    func openKey(_ mode: String) throws {
        let site = try SealedSite()
        let folder = site.folder
        #expect(try folder.shell("chmod \(mode) site/archive-key").status == 0)
        for arguments in [
            ["run", "--config", "site/cartulary.yaml"], ["config", "check", "--config", "site/cartulary.yaml"],
            ["prune", "--config", "site/cartulary.yaml"], ["key", "rotate", "--key", "site/archive-key"],
            ["export", CommandFolder.records("audit-trail-bulk.json"), "--key", "site/archive-key", "--out", "."],
        ] {
            let ran = try folder.run(arguments)
            #expect(ran.status == 77 && ran.messages.contains("has mode \(mode)"), "\(arguments): \(ran.messages)")
        }
        let hint = try #require(try site.check().line("hint: "))
        #expect(try folder.shell(hint).status == 0)
        #expect(try site.check().status == 0)
    }

    @Test(
        "config check says until when the trust file lets the key sign, and refuses one that has ended or is not listed"
    )
    func validity() throws {
        let site = try SealedSite()
        let folder = site.folder
        let trust = "site/archive-key.allowed_signers"
        #expect(try site.check().messages.contains("site/archive-key.allowed_signers:1 lets it sign without an end\n"))
        let line = try folder.read(trust)
        for (option, status, message) in [
            ("valid-before=\"99990101Z\"", 0, "lets it sign until 9999-01-01T00:00:00"),
            ("valid-before=\"20200101Z\"", 77, "line 1 ended at 2020-01-01T00:00:00"),
            ("valid-after=\"99990101Z\"", 77, "line 1 begins at 9999-01-01T00:00:00"),
        ] as [(String, Int32, String)] {
            _ = try folder.write(
                line.replacingOccurrences(of: " ssh-ed25519", with: ",\(option) ssh-ed25519"), to: trust)
            let ran = try site.check()
            #expect(ran.status == status && ran.messages.contains(message), "\(ran.messages)")
        }
        _ = try folder.run("keygen", "--out", "other")
        let other = try folder.run(
            "config", "check", "--config", "site/cartulary.yaml", "--trust", "other.allowed_signers")
        #expect(other.status == 77 && other.messages.contains("it is not listed"))
        #expect(try folder.shell("rm \(trust)").status == 0)
        #expect(try site.check().messages.contains("note: no trust file"))
    }

    @Test("a key file that is not there ends every command with 66")
    func missing() throws {
        let site = try SealedSite()
        #expect(try site.folder.shell("rm site/archive-key").status == 0)
        let records = CommandFolder.records("audit-trail-bulk.json")
        for arguments in [
            ["run", "--config", "site/cartulary.yaml"], ["run", "--config", "site/cartulary.yaml", "--dry-run"],
            ["config", "check", "--config", "site/cartulary.yaml"], ["prune", "--config", "site/cartulary.yaml"],
            ["repair", "--config", "site/cartulary.yaml"], ["key", "rotate", "--key", "site/archive-key"],
            ["export", records, "--key", "site/archive-key", "--out", "."],
            ["ingest", records, "--key", "site/archive-key", "--ledger", "l"],
        ] {
            let ran = try site.folder.run(arguments)
            #expect(
                ran.status == 66 && ran.messages.contains("cannot open \"site/archive-key\""),
                "\(arguments): \(ran.messages)")
        }
        #expect(try site.run("2026-03-02", ["CREDENTIALS_DIRECTORY": site.folder.path]).status == 66)
    }

    @Test("a trust file without the keys of before is named before a new key seals, with the command that mends it")
    func unlisted() throws {
        let site = try SealedSite()
        let folder = site.folder
        #expect(try folder.run("keygen", "--out", "site/key-2", "--identity", "audit").status == 0)
        try site.replace("key: archive-key\n", with: "key: key-2\n")
        let old = try #require(
            try folder.shell("ssh-keygen -lf site/archive-key.pub").output.split(separator: " ").dropFirst().first)
        let status = ["status", "--config", "site/cartulary.yaml", "--now", "2026-02-03T00:00:00Z"]
        let named = [try site.check(), try folder.run(status), try site.run("2026-02-03")]
        for result in named {
            #expect(result.status == 0, "\(result.messages)")
            #expect(result.messages.contains("warning: trust file \"site/key-2.allowed_signers\" does not list"))
            #expect(result.messages.contains(old))
        }
        #expect(try folder.run(status + ["--json"]).json["key"]?["warning"]?.string?.contains(old) == true)
        let hint = try #require(named[2].line("hint: "))
        #expect(try folder.shell(hint).status == 0)
        try site.record("b", month: "02")
        let ran = try site.run("2026-03-02")
        #expect(ran.status == 0 && !ran.messages.contains("warning"), "\(ran.messages)")
        #expect(try !site.check().messages.contains("warning"))
        let verified = try folder.run("verify", "--archive", "site/archive", "--trust", "site/key-2.allowed_signers")
        #expect(verified.status == 0, "\(verified.messages)")
    }

    @Test("the status names the key and until when it may sign, and a key that is gone is one problem beside all else")
    func status() throws {
        let site = try SealedSite()
        let ask = { (more: [String]) in
            try site.folder.run(
                ["status", "--config", "site/cartulary.yaml", "--now", "2026-02-02T00:00:00Z"] + more)
        }
        let endless = try ask([])
        #expect(endless.status == 0, "\(endless.messages)")
        #expect(endless.output.contains("archive-key.allowed_signers:1 lets it sign without an end"))
        let trust = "site/archive-key.allowed_signers"
        let line = try site.folder.read(trust)
        _ = try site.folder.write(
            line.replacing("namespaces=", with: "valid-before=\"20990101Z\",namespaces="), to: trust)
        #expect(try ask([]).output.contains("lets it sign until 2099-01-01T00:00:00"))
        #expect(try ask(["--json"]).json["key"]?["until"]?.string?.hasPrefix("2099-01-01T00:00:00") == true)
        _ = try site.folder.write(
            line.replacing("namespaces=", with: "valid-before=\"20200101Z\",namespaces="), to: trust)
        let ended = try ask([])
        #expect(ended.status == 15 && ended.messages.contains("ended at 2020-01-01T00:00:00"), "\(ended.messages)")
        #expect(try site.folder.shell("rm site/archive-key").status == 0)
        let gone = try ask([])
        #expect(gone.status == 15 && gone.messages.contains("archive-key\""), "\(gone.messages)")
        for row in ["last run", "ledger", "key ", "source ", "archive audit"] { #expect(gone.output.contains(row)) }
        let answer = try ask(["--json"])
        #expect(answer.status == 15 && answer.json["isWell"] == .bool(false))
        #expect(answer.json["key"]?["problem"]?.string?.contains("archive-key") == true)
        #expect(answer.json["key"]?["fingerprint"] == .null)
        #expect(answer.json["archives"]?.array?.first?["bundles"]?.integer == 1)
        #expect(answer.json["archives"]?.array?.first?["problems"]?.array?.isEmpty == true)
        #expect(!site.exists("site/archive-key"))
    }
}
