import Foundation
import StrictJSON
import Testing

/// A ledger that does not have what was taken from a spool, whatever became of the one that has it.
@Suite("Spools that another ledger took files from")
struct SpoolMarkTests {
    private static let mark = "site/spool/.ledger.json"

    /// January is sealed, as `kept` has it; then a file of February is taken in, and nothing is sealed.
    private static func site() throws -> SealedSite {
        let site = try SealedSite()
        #expect(try site.folder.shell("mkdir kept && cp -a site/archive site/records.ledger* kept").status == 0)
        try site.record("b", month: "02")
        let ran = try site.run("2026-02-20")
        #expect(ran.status == 0 && site.exists("site/spool/done/b.ndjson"), "\(ran.messages)")
        return site
    }

    private static func putBack(_ site: SealedSite) throws {
        let put = try site.folder.shell("rm -r site/archive site/records.ledger* && cp -a kept/. site")
        #expect(put.status == 0, "\(put.messages)")
    }

    /// Every command that looks at a plan refuses it, and nothing is sealed.
    private static func refuse(_ site: SealedSite, _ text: String, config: String = "site/cartulary.yaml") throws {
        for words in [
            ["run", "--now", "2026-03-02T00:00:00Z"], ["run", "--now", "2026-03-02T00:00:00Z", "--dry-run"],
            ["config", "check"], ["ledger", "restore-drill"],
        ] {
            let ran = try site.folder.run(words + ["--config", config])
            #expect(ran.status == 13, "\(words): \(ran.messages)")
            #expect(
                ran.messages.contains("spool\" of source records: ") && ran.messages.contains(text), "\(ran.messages)")
        }
        #expect(!site.exists("site/archive/2026/audit-2026-02.zip"))
    }

    /// Types what the drill says last but one, which lets the ledger take the files itself.
    private static func takeAnew(_ site: SealedSite, config: String = "site/cartulary.yaml") throws {
        let drill = try site.folder.run("ledger", "restore-drill", "--json", "--config", config)
        let ways = (drill.json["ways"]?.array ?? []).compactMap { $0["command"]?.string }
        let command = try #require(ways.first { $0.contains(".ledger.json") }, "\(drill.output)")
        let typed = try site.folder.shell(command)
        #expect(typed.status == 0, "\(command): \(typed.messages)")
    }

    private static func hasSealed(_ count: String, _ site: SealedSite) throws {
        let ran = try site.run("2026-03-03")
        #expect(ran.status == 0, "\(ran.messages)")
        let listed = try site.folder.run("catalogue", "--archive", "site/archive")
        #expect(listed.output.contains("2026/audit-2026-02.zip              \(count)"), "\(listed.output)")
        #expect(try site.folder.run("ledger", "restore-drill", "--config", "site/cartulary.yaml").status == 0)
    }

    @Test("a ledger and an archive of before are refused, and take the files in once these were moved back")
    func olderLedger() throws {
        let site = try Self.site()
        try Self.putBack(site)
        try Self.refuse(site, "it is an older copy")
        // What waits under the name of a file that moves back is not lost.
        let other = #"{"id":"x","deploymentId":"dx","status":"Queued","timestamp":"2026-02-11T10:00:00Z"}"#
        _ = try site.folder.write(other + "\n", to: "site/spool/b.ndjson")
        try Self.takeAnew(site)
        try Self.hasSealed("2 deployments", site)
    }

    @Test("the newest ledger, put back, goes on")
    func newestLedger() throws {
        let site = try Self.site()
        #expect(try site.folder.shell("mkdir newest && cp -a site/archive site/records.ledger* newest").status == 0)
        try Self.putBack(site)
        try Self.refuse(site, "it is an older copy")
        #expect(try site.folder.shell("cp -a newest/. site").status == 0)
        try Self.hasSealed("1 deployment", site)
    }

    @Test("a ledger that is lost before anything was sealed is not begun anew beside what it took")
    func lostLedger() throws {
        let site = try Self.site()
        #expect(try site.folder.shell("rm -r site/archive/* site/records.ledger*").status == 0)
        try Self.refuse(site, "is not there or has no entries")
        try Self.takeAnew(site)
        try Self.hasSealed("1 deployment", site)
    }

    @Test("of two sites with one spool the one that did not take a file refuses", arguments: [false, true])
    func twoSites(hasLedger: Bool) throws {
        let site = try Self.site()
        let made = try site.folder.run(
            "init", "other", "--begin", "2026-01", "--covers-until", "unchecked", "--due-after", "0d")
        #expect(made.status == 0, "\(made.messages)")
        let run = ["run", "--config", "other/cartulary.yaml", "--now", "2026-02-20T00:00:00Z"]
        if hasLedger {
            #expect(try site.folder.shell("cp site/spool/done/a.ndjson other/spool/").status == 0)
            let ran = try site.folder.run(run, environment: ["CARTULARY_LEDGER_IDENTITY": "fedcba9876543210"])
            #expect(ran.status == 0, "\(ran.messages)")
        }
        #expect(
            try site.folder.shell("sed -i 's|spool: spool$|spool: ../site/spool|' other/cartulary.yaml").status == 0)
        try Self.refuse(
            site, hasLedger ? "another ledger than" : "is not there or has no entries", config: "other/cartulary.yaml")
        try Self.takeAnew(site, config: "other/cartulary.yaml")
        #expect(try site.folder.run(run).status == 0)
        // Now the first one lacks what the other one may have.
        #expect(try site.run("2026-03-02").status == 13)
    }

    @Test("a run that was killed before or behind the mark leaves the file where the next one finds it")
    func killed() throws {
        let site = try Self.site()
        // Behind the mark: the same ledger moves the file on.
        #expect(try site.folder.shell("mv site/spool/done/b.ndjson site/spool/.taking/").status == 0)
        #expect(try site.run("2026-02-21").status == 0 && site.exists("site/spool/done/b.ndjson"))
        // Before the mark: an older ledger takes the file in.
        let before = try SealedSite()
        #expect(
            try before.folder.shell("mkdir kept && cp -a site/archive site/records.ledger* \(Self.mark) kept").status
                == 0)
        try before.record("b", month: "02")
        #expect(try before.run("2026-02-20").status == 0)
        #expect(
            try before.folder.shell(
                "mv site/spool/done/b.ndjson site/spool/.taking/ && mv kept/.ledger.json site/spool/"
            )
            .status == 0)
        try Self.putBack(before)
        try Self.hasSealed("1 deployment", before)
    }

    @Test("the spool of an earlier version gets a mark from the next run, and a dry run makes none")
    func noMark() throws {
        let site = try Self.site()
        let bytes = try site.folder.read(Self.mark)
        #expect(try site.folder.shell("rm \(Self.mark)").status == 0)
        let words = ["run", "--config", "site/cartulary.yaml", "--now", "2026-02-21T00:00:00Z"]
        #expect(try site.folder.run(words + ["--dry-run"]).status == 0 && !site.exists(Self.mark))
        #expect(try site.folder.run(words).status == 0)
        #expect(try site.folder.read(Self.mark) == bytes)
    }

    @Test("a mark that is none is refused, one that cannot be read stops its source", arguments: [true, false])
    func spoiltMark(isFile: Bool) throws {
        let site = try Self.site()
        #expect(try site.folder.shell("rm \(Self.mark) && \(isFile ? "echo x >" : "mkfifo") \(Self.mark)").status == 0)
        guard isFile else {
            try site.record("c", month: "02")
            let ran = try site.run("2026-03-02")
            #expect(ran.status == 74 && ran.messages.contains(".ledger.json"), "\(ran.messages)")
            #expect(!site.exists("site/archive/2026/audit-2026-02.zip") && site.exists("site/spool/c.ndjson"))
            return
        }
        try Self.refuse(site, "is not what a run wrote")
        try Self.takeAnew(site)
        try Self.hasSealed("1 deployment", site)
    }

    @Test("a ledger that was made again, and one that declares the break, go on")
    func waysOn() throws {
        let site = try Self.site()
        #expect(try site.folder.shell("rm site/records.ledger").status == 0)
        let drill = try site.folder.run("ledger", "restore-drill", "--json", "--config", "site/cartulary.yaml")
        let ways = (drill.json["ways"]?.array ?? []).compactMap { $0["command"]?.string }
        let recovered = try site.folder.shell(try #require(ways.first { $0.contains(" recover ") }))
        #expect(recovered.status == 0, "\(recovered.messages)")
        try Self.hasSealed("1 deployment", site)
        let declared = try site.folder.run(
            "ledger", "declare-break", "--checkpoint", "site/records.ledger.checkpoint", "--reason", "lost", "--by",
            "me", "--ledger", "site/new.ledger", "--key", "site/archive-key", "--received", "2026-03-04T00:00:00Z")
        #expect(declared.status == 0, "\(declared.messages)")
        let moved = try site.folder.shell(
            "sed -i 's/records.ledger$/new.ledger/; s/directory: archive$/directory: archive-2/; s/name: audit$/name: audit-2/' "
                + "site/cartulary.yaml && mkdir site/archive-2")
        #expect(moved.status == 0)
        #expect(declared.messages.contains("cartulary ledger restore-drill"), "\(declared.messages)")
        // It tells of the lost log, so its mark is no surprise; what is in `done` would be missing.
        for words in [["run", "--now", "2026-03-05T00:00:00Z"], ["run", "--dry-run"], ["config", "check"]] {
            let ran = try site.folder.run(words + ["--config", "site/cartulary.yaml"])
            #expect(ran.status == 13 && ran.messages.contains("which the ledger declares lost"), "\(ran.messages)")
            #expect(ran.messages.contains("hint: cartulary ledger restore-drill"), "\(ran.messages)")
        }
        #expect(!site.exists("site/archive-2/2026"))
        let told = try site.folder.run("ledger", "restore-drill", "--config", "site/cartulary.yaml")
        #expect(told.status == 1, "\(told.messages)")
        let line = try #require(told.output.split(separator: "\n").first { $0.contains("before the next run: ") })
        #expect(try site.folder.shell(String(line.split(separator: "run: ").last ?? "")).status == 0)
        let ran = try site.run("2026-03-05")
        #expect(ran.status == 0 && site.exists("site/archive-2/2026/audit-2-2026-02.zip"), "\(ran.messages)")
        #expect(try site.folder.read(Self.mark).contains("/epoch-2"))
        // The mark of the lost log, which had more entries, is not waited for.
        #expect(try site.run("2026-03-06").status == 0 && site.check().status == 0)
    }
}
