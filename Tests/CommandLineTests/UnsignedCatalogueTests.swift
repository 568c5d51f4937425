import FileSystem
import Foundation
import Testing

/// What an unsigned file of an archive's folder says reaches neither a terminal nor a command as it is.
@Suite("Unsigned catalogues at the terminal")
struct UnsignedCatalogueTests {
    /// Replaces a text in a catalogue by one that wants to be a command, to move the cursor or to turn the line.
    private static func forge(_ site: SealedSite, _ name: String) throws {
        let text = try site.folder.read("site/archive/\(name)")
        let forged = text.replacingOccurrences(of: #""label":"2026-01""#, with: #""label":"2026-05; touch X #\u202e""#)
            .replacingOccurrences(of: #""path":"2026/"#, with: #""path":"2026/\u001b[2J"#)
        _ = try site.folder.write(forged, to: "site/archive/\(name)")
    }

    private static func isPlain(_ ran: Ran) -> Bool {
        !(ran.output + ran.messages).contains { $0 == "\u{1B}" || $0 == "\u{202E}" } && !ran.messages.contains("touch")
    }

    @Test("no command repeats a forged label or path", arguments: [true, false])
    func forged(isLost: Bool) throws {
        let site = try SealedSite()
        for name in ["catalogue.json", "2026/catalogue.json"] { try Self.forge(site, name) }
        let config = ["--config", "site/cartulary.yaml"]
        for words in [["catalogue", "--archive", "site/archive"], ["status"] + config] {
            #expect(!(try site.folder.run(words).output.contains("\u{1B}")))
        }
        if isLost {
            try FileManager.default.removeItem(atPath: site.folder.path + "/site/archive/2026/audit-2026-01.zip")
        }
        for words in [
            ["run", "--dry-run"] + config, ["run", "-v"] + config, ["repair"] + config, ["status"] + config,
        ] {
            let ran = try site.folder.run(words)
            #expect(Self.isPlain(ran), "\(words): \(ran.output)\(ran.messages)")
        }
        #expect(!site.exists("X"))
        let verified = try site.folder.run(
            "verify", "--archive", "site/archive", "--trust", "site/archive-key.allowed_signers")
        #expect(!verified.output.contains("\u{1B}") && !verified.output.contains("\u{202E}"), "\(verified.output)")
        #expect(try !site.folder.read("site/archive/catalogue.html").contains("touch"))
        #expect(try site.run("2026-02-03").status != 13)
    }
}

@Suite("What a dry run finds before a run does")
struct DryRunTests {
    @Test("a dry run beside a run ends with 75, as a run does; it makes no lock")
    func locked() throws {
        let site = try SealedSite()
        let lock = try FileLock(site.folder.path + "/site/records.ledger.run.lock")
        #expect(try lock.acquire())
        let dry = ["run", "--config", "site/cartulary.yaml", "--now", "2026-02-03T00:00:00Z", "--dry-run"]
        #expect(try site.folder.run(dry).status == 75)
        #expect(try site.run("2026-02-03").status == 75)
        lock.release()
        #expect(try site.folder.run(dry).status == 0)
    }

    @Test("a dry run without a ledger proposes no command on it")
    func noLedger() throws {
        let folder = try CommandFolder()
        #expect(try folder.run("init", "site", "--begin", "2026-01").status == 0)
        _ = try folder.write("nonsense\n", to: "site/spool/b.ndjson")
        let ran = try folder.run(
            "run", "--config", "site/cartulary.yaml", "--now", "2026-02-03T00:00:00Z", "--dry-run")
        #expect(ran.messages.contains("rejected") && !ran.messages.contains("quarantine --ledger"), "\(ran.messages)")
    }

    @Test("a lost bundle of before a rotation is put back by the hint")
    func formerKey() throws {
        let site = try SealedSite()
        let path = site.folder.path + "/site/archive/2026/audit-2026-01.zip"
        let before = try site.folder.bytes(path)
        #expect(try site.folder.run("key", "rotate", "--key", "site/archive-key").status == 0)
        try site.record("b", month: "02")
        #expect(try site.run("2026-03-02").status == 0)
        try FileManager.default.removeItem(atPath: path)
        let ran = try site.run("2026-03-03")
        let hint = try #require(ran.messages.split(separator: "\n").first { $0.hasPrefix("cartulary: hint: ") })
        let typed = try site.folder.shell(String(hint.dropFirst("cartulary: hint: ".count)))
        #expect(ran.status == 66 && typed.status == 0, "\(ran.messages)\(typed.messages)")
        #expect(try site.folder.bytes(path) == before)
    }

    @Test("the hint on a damaged coverage file keeps a listing open of which a page is missing")
    func openListing() throws {
        let folder = try CommandFolder()
        #expect(try folder.run("init", "site", "--begin", "2026-01").status == 0)
        let yaml = try folder.read("site/cartulary.yaml")
        _ = try folder.write(
            #"{"success":true,"generatedAt":"2026-02-01T00:00:00Z","page":1,"pageSize":1,"totalPages":2,"totalCount":2,"deployments":[{"deploymentId":"d","currentStatus":"Queued","createdAt":"2026-01-10T10:00:00Z","statusHistory":[{"id":"1","deploymentId":"d","status":"Queued","timestamp":"2026-01-10T10:00:00Z"}]}]}"#,
            to: "site/spool/a.json")
        _ = try folder.write("2026-01\n", to: "site/records-cover")
        func run() throws -> Ran {
            try folder.run("run", "--config", "site/cartulary.yaml", "--now", "2026-02-06T00:00:00Z")
        }
        let first = try run()
        #expect(first.messages.contains("misses 1"), "\(yaml)\(first.messages)")
        _ = try folder.write("{", to: "site/records.ledger.coverage.json")
        let ran = try run()
        let hint = try #require(ran.messages.split(separator: "\n").first { $0.hasPrefix("cartulary: hint: ") })
        #expect(try folder.shell(String(hint.dropFirst("cartulary: hint: ".count))).status == 0, "\(ran.messages)")
        let again = try run()
        #expect(again.status == 15 && again.messages.contains("misses 1"), "\(again.messages)")
    }
}
