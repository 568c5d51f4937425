import Foundation
import StrictJSON
import Testing

/// A ledger that is older than what its sources gave, and copies of a whole site.
@Suite("Archives that were kept with another ledger, or elsewhere")
struct ArchivePlaceTests {
    /// A site whose files stay in `in`; nothing is sealed yet, and one file is in the ledger.
    private static func site() throws -> SealedSite {
        let site = try SealedSite()
        let begun = try site.folder.shell(
            "rm -r site/archive site/records.ledger* site/spool/* site/spool/.ledger.json && mkdir site/archive site/in"
                + " && sed -i 's/spool: spool$/files: in/' site/cartulary.yaml")
        #expect(begun.status == 0, "\(begun.messages)")
        try file("a", site)
        let ran = try site.run("2026-01-20")
        #expect(ran.status == 0 && !site.exists("site/archive/2026"), "\(ran.messages)")
        return site
    }

    private static func file(_ id: String, _ site: SealedSite) throws {
        let line =
            #"{"id":"\#(id)","deploymentId":"d\#(id)","status":"Queued","timestamp":"2026-01-10T10:00:00Z"}"#
        _ = try site.folder.write(line + "\n", to: "site/in/\(id).ndjson")
    }

    /// Every command that looks at a plan refuses it, and nothing is sealed.
    private static func refuse(_ site: SealedSite, _ text: String) throws {
        for words in [
            ["run", "--now", "2026-02-02T00:00:00Z"], ["run", "--now", "2026-02-02T00:00:00Z", "--dry-run"],
            ["config", "check"], ["ledger", "restore-drill"],
        ] {
            let ran = try site.folder.run(words + ["--config", "site/cartulary.yaml"])
            #expect(ran.status == 13, "\(words): \(ran.messages)")
            #expect(ran.messages.contains("archive audit in ") && ran.messages.contains(text), "\(ran.messages)")
        }
        #expect(!site.exists("site/archive/2026"))
    }

    @Test("before the first seal an older copy of the ledger is refused beside files: that may be gone")
    func olderLedger() throws {
        let site = try Self.site()
        #expect(try site.folder.shell("mkdir kept newest && cp -a site/records.ledger* kept").status == 0)
        try Self.file("b", site)
        #expect(try site.run("2026-01-21").status == 0)
        #expect(
            try site.folder.shell(
                "cp -a site/records.ledger* newest; rm site/in/b.ndjson site/records.ledger*; cp -a kept/. site"
            ).status == 0)
        try Self.refuse(site, "it is an older copy")
        // The newest copy goes on, and has what is gone from the folder.
        #expect(try site.folder.shell("rm site/records.ledger*; cp -a newest/. site").status == 0)
        let ran = try site.run("2026-02-02")
        #expect(ran.status == 0, "\(ran.messages)")
        let listed = try site.folder.run("catalogue", "--archive", "site/archive")
        #expect(listed.output.contains("2 deployments"), "\(listed.output)")
    }

    @Test(
        "a ledger that is lost, or another one, is refused, and what the drill says leads on", arguments: [true, false])
    func otherLedger(isLost: Bool) throws {
        let site = try Self.site()
        #expect(try site.folder.shell("rm site/records.ledger*").status == 0)
        if !isLost {
            let ingest = try site.folder.run(
                [
                    "ingest", "site/in", "--ledger", "site/records.ledger", "--key", "site/archive-key", "--received",
                    "2026-01-20T00:00:00Z",
                ], environment: ["CARTULARY_LEDGER_IDENTITY": "fedcba9876543210"])
            #expect(ingest.status == 0, "\(ingest.messages)")
        }
        try Self.refuse(site, isLost ? "is not there or has no entries" : "another ledger than")
        let drill = try site.folder.run("ledger", "restore-drill", "--json", "--config", "site/cartulary.yaml")
        let ways = (drill.json["ways"]?.array ?? []).compactMap { $0["command"]?.string }
        let command = try #require(ways.first { $0.hasPrefix("rm ") }, "\(drill.output)")
        #expect(try site.folder.shell(command).status == 0)
        #expect(try site.run("2026-02-02").status == 0 && site.exists("site/archive/2026/audit-2026-01.zip"))
        #expect(try site.verify().status == 0)
    }

    @Test(
        "of a site and its copy the copy seals nothing before somebody says that the other one is not used",
        arguments: [false, true])
    func copied(isSealed: Bool) throws {
        let site = try Self.site()
        if isSealed { #expect(try site.run("2026-02-02").status == 0) }
        let day = isSealed ? "2026-03-02" : "2026-02-02"
        let bundle = isSealed ? "audit-2026-02" : "audit-2026-01"
        #expect(try site.folder.shell("cp -a site copy").status == 0)
        for more in [["--dry-run"], []] {
            let ran = try site.folder.run(
                ["run", "--config", "copy/cartulary.yaml", "--now", "\(day)T00:00:00Z"] + more)
            #expect(ran.status == 64, "\(ran.messages)")
            #expect(
                ran.messages.contains("archive audit was kept in \"")
                    && ran.messages.contains("/site/archive\" until now"), "\(ran.messages)")
            #expect(
                ran.messages.contains("hint: cartulary run --config copy/cartulary.yaml --confirm-copy\n"),
                "\(ran.messages)")
            #expect(!site.exists("copy/archive/2026/\(bundle).zip"))
        }
        #expect(try site.folder.run("config", "check", "--config", "copy/cartulary.yaml").status == 64)
        #expect(try site.folder.run("ledger", "restore-drill", "--config", "copy/cartulary.yaml").status == 0)
        // The original is in nobody's way.
        #expect(try site.run(day).status == 0 && site.exists("site/archive/2026/\(bundle).zip"))
        let confirmed = try site.folder.run(
            "run", "--config", "copy/cartulary.yaml", "--now", "\(day)T00:00:00Z", "--confirm-copy")
        #expect(confirmed.status == 0 && site.exists("copy/archive/2026/\(bundle).zip"), "\(confirmed.messages)")
        let again = try site.folder.run("run", "--config", "copy/cartulary.yaml", "--now", "\(day)T00:00:00Z")
        #expect(again.status == 0, "\(again.messages)")
    }

    @Test("a site that moves, or is put back where it was, goes on without a question")
    func moved() throws {
        let site = try Self.site()
        #expect(try site.folder.shell("mv site moved").status == 0)
        func run(_ day: String) throws -> Ran {
            try site.folder.run("run", "--config", "moved/cartulary.yaml", "--now", "\(day)T00:00:00Z")
        }
        #expect(try run("2026-02-02").status == 0)
        #expect(try site.folder.shell("cp -a moved kept && rm -r moved && cp -a kept moved").status == 0)
        let ran = try run("2026-03-02")
        #expect(ran.status == 0 && site.exists("moved/archive/2026/audit-2026-02.zip"), "\(ran.messages)")
    }

    @Test("the same path on another machine is asked about")
    func otherMachine() throws {
        let site = try Self.site()
        let name = "site/records.ledger.archive-audit.place"
        let text = try site.folder.read(name)
        let machine = try #require(
            (try? JSONValue(parsing: Array(text.utf8.dropLast())))?["machine"]?.string, "\(text)")
        guard !machine.isEmpty else { return }
        _ = try site.folder.write(text.replacingOccurrences(of: machine, with: "0123456789abcdef"), to: name)
        // The folder itself moved along, as a disk does.
        #expect(try site.folder.shell("cp -a site/archive a && rm -r site/archive && mv a site/archive").status == 0)
        let ran = try site.run("2026-02-02")
        #expect(ran.status == 64 && ran.messages.contains("on another machine until now"), "\(ran.messages)")
    }
}

/// What sources left open where they were before, when the file that tells of it is lost.
@Suite("A lost coverage file, and former places of sources")
struct LostCoverageTests {
    /// A file failed in the spool that its source left, so that February waits.
    private static func site(isGone: Bool) throws -> SealedSite {
        let site = try SealedSite()
        #expect(try site.folder.shell("cp site/records.ledger.coverage.json before").status == 0)
        _ = try site.folder.write(#"{"success":false,"errorMessage":"timeout"}"#, to: "site/spool/x.json")
        #expect(try site.run("2026-02-20").status == 65)
        #expect(try site.folder.shell("mkdir site/other").status == 0)
        try site.replace("spool: spool\n", with: "spool: other\n")
        if isGone { try site.replace("name: records\n", with: "name: api\n") }
        let ran = try site.run("2026-03-02")
        #expect(ran.status == (isGone ? 64 : 15), "\(ran.messages)")
        return site
    }

    @Test(
        "what waited is not sealed when the file is gone, or an older one is in its place, until it is put back or a reason is given",
        arguments: [false, true], [false, true])
    func lost(isGone: Bool, isOlder: Bool) throws {
        let site = try Self.site(isGone: isGone)
        let coverage = "site/records.ledger.coverage.json"
        #expect(
            try site.folder.shell("mv \(coverage) newest" + (isOlder ? " && cp before \(coverage)" : "")).status == 0)
        // The first run writes a file that knows of nothing, and the second one is not taken in by it.
        for more in [["--dry-run"], [], []] {
            let ran = try site.folder.run(
                ["run", "--config", "site/cartulary.yaml", "--now", "2026-03-02T00:00:00Z"] + more)
            #expect([15, 64, 66].contains(ran.status), "\(ran.messages)")
            #expect(isOlder || ran.status == 66, "\(ran.messages)")
            #expect(
                isOlder || ran.messages.contains("coverage.json\" is gone, or an older one: archive audit waited"),
                "\(ran.messages)")
            #expect(!site.exists("site/archive/2026/audit-2026-02.zip"))
        }
        #expect(try site.check().status != 0)
        #expect(try site.folder.shell("cp newest \(coverage)").status == 0)
        let back = try site.run("2026-03-02")
        #expect(back.status == (isGone ? 64 : 15) && back.messages.contains("x.json"), "\(back.messages)")
        #expect(try site.folder.shell("rm \(coverage)").status == 0)
        let sealed = try site.folder.run(
            "run", "--config", "site/cartulary.yaml", "--now", "2026-03-02T00:00:00Z", "--uncovered", "audit/2026-02",
            "--reason", "the answer was empty", "--confirm-spool", isGone ? "api" : "records")
        #expect(sealed.status == 0 && site.exists("site/archive/2026/audit-2026-02.zip"), "\(sealed.messages)")
        #expect(try site.run("2026-03-03").status == 0)
    }

    @Test("what was mended in the meantime blocks nothing, with the file as without it", arguments: [false, true])
    func mended(isLost: Bool) throws {
        let site = try Self.site(isGone: false)
        #expect(try site.folder.shell("rm -r site/spool/failed").status == 0)
        #expect(try site.run("2026-03-02").status == 0)
        if isLost {
            #expect(try site.folder.shell("rm site/records.ledger.coverage.json").status == 0)
            // Nor does anything tell that the spool is a new one, and took no file yet.
            let words = ["run", "--config", "site/cartulary.yaml", "--now", "2026-03-02T00:00:00Z"]
            #expect(try site.folder.run(words).status == 66)
            #expect(try site.folder.run(words + ["--confirm-spool", "records"]).status == 0)
        }
        #expect(try site.run("2026-04-02").status == 0 && site.exists("site/archive/2026/audit-2026-03.zip"))
    }
}
