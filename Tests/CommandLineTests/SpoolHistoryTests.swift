import Foundation
import StrictJSON
import Testing

/// Spools of which the coverage file tells nothing any more: the ledger and the marks tell of what was taken from them.
@Suite("Spools without the coverage file")
struct SpoolHistoryTests {
    private static let coverage = "site/records.ledger.coverage.json"
    private static let february = "site/archive/2026/audit-2026-02.zip"

    /// January is sealed, as `kept` has it, and a file of February is taken in.
    private static func site() throws -> SealedSite {
        let site = try SealedSite()
        try make(site, "mkdir kept && cp -a site/spool site/records.ledger* kept")
        try site.record("b", month: "02")
        try #require(try site.run("2026-02-20").status == 0)
        return site
    }

    private static func make(_ site: SealedSite, _ command: String) throws {
        let made = try site.folder.shell(command)
        try #require(made.status == 0, "\(command): \(made.messages)")
    }

    /// Every command that looks at a plan refuses it, a second run too, and nothing is sealed.
    private static func refuse(_ site: SealedSite) throws {
        let run = ["run", "--now", "2026-03-02T00:00:00Z"]
        for words in [run + ["--dry-run"], ["ledger", "restore-drill"], ["config", "check"], run, run] {
            let ran = try site.folder.run(words + ["--config", "site/cartulary.yaml"])
            #expect(ran.status == 66 && ran.messages.contains("--confirm-spool records"), "\(words): \(ran.messages)")
        }
        let status = try site.folder.run("status", "--config", "site/cartulary.yaml", "--now", "2026-03-02T00:00:00Z")
        #expect(status.status == 15 && status.output.contains("may be another folder"), "\(status.output)")
        #expect(!site.exists(february))
    }

    private static func seals(_ site: SealedSite, more: [String] = []) throws {
        let words = ["run", "--config", "site/cartulary.yaml", "--now", "2026-03-03T00:00:00Z"]
        let ran = try site.folder.run(words + more)
        #expect(ran.status == 0 && site.exists(february), "\(ran.messages)")
    }

    @Test(
        "with the coverage file gone, or older, a spool that is not mounted or an older copy seals nothing until it is back",
        arguments: [
            "rm \(coverage)", "cp kept/records.ledger.coverage.json site/",
            "rm \(coverage) && mv site/archive/.ledger.json .",
        ],
        [
            "mkdir site/spool", "cp -a kept/spool site/spool",
            "mkdir -p site/spool/done && cp kept/spool/done/* site/spool/done",
        ])
    func lost(coverage: String, spool: String) throws {
        let site = try Self.site()
        try Self.make(site, coverage + " && mv site/spool real && " + spool)
        try Self.refuse(site)
        try Self.make(site, "rm -r site/spool && mv real site/spool")
        try Self.seals(site)
    }

    @Test(
        "a ledger that was made again in a place without a coverage file knows it as well, and goes on once it is confirmed"
    )
    func recovered() throws {
        let site = try Self.site()
        try Self.make(site, "mv site/records.ledger.journal j && rm site/records.ledger*")
        let made = try site.folder.run(
            "ledger", "recover", "--journal", "j", "--sources", "site/spool/done", "--ledger", "site/records.ledger",
            "--key", "site/archive-key")
        #expect(made.status == 0, "\(made.messages)")
        try Self.make(site, "mv site/spool real && mkdir site/spool")
        try Self.refuse(site)
        try Self.seals(site, more: ["--confirm-spool", "records"])
        #expect(try site.run("2026-03-04").status == 0 && site.check().status == 0)
    }

    @Test("a spool that is whole is not asked about, with its mark or with its files", arguments: [true, false])
    func whole(hasMark: Bool) throws {
        let site = try Self.site()
        try Self.make(site, "rm \(Self.coverage)" + (hasMark ? "" : " site/spool/.ledger.json"))
        #expect(try site.check().status == 0)
        try Self.seals(site)
    }

    @Test("a spool whose mark is old since other sources brought the rest is not asked about")
    func otherSource() throws {
        let site = try Self.site()
        try site.replace(
            "sources:\n", with: "sources:\n  - name: api\n    files: incoming/*\n    covers-until: unchecked\n")
        try site.record("c", month: "02")
        try Self.make(site, "mkdir site/incoming && mv site/spool/c.ndjson site/incoming/")
        #expect(try site.run("2026-02-21").status == 0)
        try Self.make(site, "rm \(Self.coverage)")
        try Self.seals(site)
    }

    @Test("a ledger that ingest alone has fed begins with a spool that was never used, and may be fed so between runs")
    func ingested() throws {
        let folder = try CommandFolder()
        let made = try folder.run(
            "init", "site", "--begin", "2026-01", "--covers-until", "unchecked", "--due-after", "0d")
        #expect(made.status == 0)
        for (id, month) in [("a", "01"), ("b", "02"), ("c", "03")] {
            _ = try folder.write(
                #"{"id":"\#(id)","deploymentId":"\#(id)","status":"Queued","timestamp":"2026-\#(month)-10T10:00:00Z"}"#
                    + "\n", to: "\(id).ndjson")
            let taken = try folder.run(
                "ingest", "\(id).ndjson", "--ledger", "site/records.ledger", "--key", "site/archive-key", "--received",
                "2026-\(month)-20T00:00:00Z")
            #expect(taken.status == 0, "\(taken.messages)")
            for more in [["--dry-run"], []] {
                let ran = try folder.run(
                    ["run", "--config", "site/cartulary.yaml", "--now", "2026-\(month)-28T00:00:00Z"] + more)
                #expect(ran.status == 0, "\(ran.messages)")
            }
        }
        // Gone, it does not tell any more that none of the files came from the spool.
        try FileManager.default.removeItem(atPath: "\(folder.path)/site/records.ledger.coverage.json")
        let words = ["run", "--config", "site/cartulary.yaml", "--now", "2026-03-29T00:00:00Z"]
        #expect(try folder.run(words).status == 66)
        #expect(try folder.run(words + ["--confirm-spool", "records"]).status == 0)
        #expect(try folder.run(words).status == 0)
    }

    @Test("files that stay are not asked about, whether they are still there or not", arguments: [true, false])
    func files(areThere: Bool) throws {
        let site = try SealedSite()
        try site.replace("spool: spool\n", with: "files: incoming\n")
        try site.record("b", month: "02")
        try Self.make(
            site, "mv site/spool/b.ndjson . && rm -r site/spool && mkdir site/incoming && mv b.ndjson site/incoming/")
        let taken = try site.run("2026-02-20")
        #expect(taken.status == 0, "\(taken.messages)")
        if !areThere { try Self.make(site, "rm site/incoming/b.ndjson") }
        try Self.make(site, "rm \(Self.coverage)")
        try Self.seals(site)
    }

    @Test(
        "an older copy without hidden files is refused, since done lacks the newest file",
        arguments: ["spool", "elsewhere"])
    func olderCopy(place: String) throws {
        let site = try Self.site()
        try Self.make(site, "mv site/spool real && mkdir site/\(place) && cp -r kept/spool/* site/\(place)")
        if place != "spool" { try site.replace("spool: spool\n", with: "spool: \(place)\n") }
        try Self.refuse(site)
        try Self.make(site, "rm -r site/\(place) && mv real site/\(place)")
        try Self.seals(site)
    }
}
