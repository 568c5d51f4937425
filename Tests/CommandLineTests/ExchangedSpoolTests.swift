import Foundation
import StrictJSON
import Testing

/// A folder in the place of a spool that is not the one that a run took files from: a period must not be sealed without them.
@Suite("Spools that are not mounted, exchanged or copied")
struct ExchangedSpoolTests {
    private static let february = "site/archive/2026/audit-2026-02.zip"

    /// January is sealed, and a file of February waits in the spool.
    private static func site() throws -> SealedSite {
        let site = try SealedSite()
        try site.record("b", month: "02")
        return site
    }

    private static func make(_ site: SealedSite, _ command: String) throws {
        let made = try site.folder.shell(command)
        try #require(made.status == 0, "\(command): \(made.messages)")
    }

    /// A run, its forecast and the check of the configuration end alike, and nothing is sealed.
    private static func refuse(_ site: SealedSite, _ text: String, status: Int32 = 66) throws {
        for words in [
            ["run", "--now", "2026-03-02T00:00:00Z", "--dry-run"], ["run", "--now", "2026-03-02T00:00:00Z"],
            ["config", "check"],
        ] {
            let ran = try site.folder.run(words + ["--config", "site/cartulary.yaml"])
            #expect(ran.status == status && ran.messages.contains(text), "\(words): \(ran.messages)")
        }
        #expect(!site.exists(february))
    }

    private static func hasSealed(_ site: SealedSite, _ ran: Ran, holding count: String = "1 deployment") throws {
        #expect(ran.status == 0, "\(ran.messages)")
        let listed = try site.folder.run("catalogue", "--archive", "site/archive")
        #expect(listed.output.contains("2026/audit-2026-02.zip              \(count)"), "\(listed.output)")
    }

    @Test(
        "a folder without the mark seals nothing, whatever empty folders are in it, until the spool is back",
        arguments: ["site/spool", "site/spool/done", "site/spool/done site/spool/.taking"])
    func unmounted(folders: String) throws {
        let site = try Self.site()
        try Self.make(site, "mv site/spool real && mkdir -p \(folders)")
        try Self.refuse(site, "may be another folder")
        let ran = try site.run("2026-03-02")
        #expect(ran.messages.contains("--confirm-spool records") && !ran.messages.contains("mkdir"), "\(ran.messages)")
        try Self.make(site, "rm -r site/spool && mv real site/spool")
        try Self.hasSealed(site, try site.run("2026-03-02"))
    }

    @Test("an older copy of the spool, with its mark of then, seals nothing either")
    func olderCopy() throws {
        let site = try Self.site()
        try Self.make(site, "cp -a site/spool older")
        #expect(try site.run("2026-02-20").status == 0)
        try site.record("c", month: "02")
        try Self.make(site, "rm older/*.ndjson && mv site/spool real && mv older site/spool")
        try Self.refuse(site, "has an older mark than a run left there")
        try Self.make(site, "rm -r site/spool && mv real site/spool")
        try Self.hasSealed(site, try site.run("2026-03-02"), holding: "2 deployments")
    }

    @Test("a new folder goes on once it is confirmed, and needs no word in the next run; another name is refused")
    func confirmed() throws {
        let site = try Self.site()
        try Self.make(site, "mv site/spool real && mkdir site/spool && mv real/b.ndjson site/spool/")
        try Self.refuse(site, "may be another folder")
        let words = ["run", "--config", "site/cartulary.yaml", "--confirm-spool"]
        let other = try site.folder.run(words + ["feed"])
        #expect(other.status == 64 && other.messages.contains("expected one of records"), "\(other.messages)")
        let now = ["records", "--now", "2026-03-02T00:00:00Z"]
        #expect(try site.folder.run(words + now + ["--dry-run"]).status == 0 && !site.exists("site/spool/.ledger.json"))
        try Self.hasSealed(site, try site.folder.run(words + now))
        #expect(try site.run("2026-03-03").status == 0 && site.check().status == 0)
        // Confirmed once it is known by its mark: the next exchange is noticed.
        try Self.make(site, "mv site/spool again && mkdir -p site/spool/done")
        let ran = try site.run("2026-03-04")
        #expect(ran.status == 66, "\(ran.messages)")
    }

    @Test("a spool that moved and is not mounted then is noticed, though the former one is still there")
    func moved() throws {
        let site = try Self.site()
        try Self.make(site, "mkdir site/new && mv site/spool/b.ndjson site/new/")
        try site.replace("spool: spool\n", with: "spool: new\n")
        #expect(try site.run("2026-02-20").status == 0 && site.exists("site/new/done/b.ndjson"))
        try Self.make(site, "mv site/new real && mkdir -p site/new/done")
        try Self.refuse(site, "may be another folder")
    }

    @Test("a copy without hidden files goes on, since what was moved to done is in it, and gets its mark")
    func copied() throws {
        let site = try Self.site()
        try Self.make(site, "mkdir copy && cp -a site/spool/* copy/ && rm -r site/spool && mv copy site/spool")
        try Self.hasSealed(site, try site.run("2026-03-02"))
        #expect(site.exists("site/spool/.ledger.json"))
    }

    @Test("an older ledger beside a spool without its mark is refused: what lies in done it never read")
    func olderLedger() throws {
        let site = try SealedSite()
        try Self.make(site, "mkdir kept && cp -a site/archive site/records.ledger* kept")
        try site.record("b", month: "02")
        #expect(try site.run("2026-02-20").status == 0)
        try Self.make(site, "rm -r site/archive site/records.ledger* && cp -a kept/. site")
        try Self.make(site, "mkdir copy && cp -a site/spool/* copy/ && rm -r site/spool && mv copy site/spool")
        try Self.refuse(site, "its mark is gone, and 1 file in ", status: 13)
        let words = ["run", "--config", "site/cartulary.yaml", "--now", "2026-03-02T00:00:00Z"]
        #expect(try site.folder.run(words + ["--confirm-spool", "records"]).status == 13)
        let drill = try site.folder.run("ledger", "restore-drill", "--config", "site/cartulary.yaml")
        let line = try #require(drill.output.split(separator: "\n").first { $0.contains("before the next run: ") })
        try Self.make(site, String(line.split(separator: "run: ").last ?? ""))
        try Self.hasSealed(site, try site.run("2026-03-02"))
    }

    @Test("a file of mere duplicates in done, which left no trace in the ledger, stands in no way")
    func duplicates() throws {
        let site = try SealedSite()
        try Self.make(site, "(cat site/spool/done/a.ndjson; echo) > site/spool/again.ndjson")
        #expect(try site.run("2026-02-20").status == 0 && site.exists("site/spool/done/again.ndjson"))
        try Self.make(site, "rm site/spool/.ledger.json")
        #expect(try site.run("2026-02-21").status == 0 && site.exists("site/spool/.ledger.json"))
    }
}
