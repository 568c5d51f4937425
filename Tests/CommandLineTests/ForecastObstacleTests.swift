import Foundation
import Testing

/// What stands in the way of a run, its forecast says: both end alike.
@Suite("Forecasts of runs and repairs that something stands in the way of")
struct ForecastObstacleTests {
    private static func make(_ site: SealedSite, _ command: String) throws {
        let made = try site.folder.shell(command)
        try #require(made.status == 0, "\(command): \(made.messages)")
    }

    private static func run(_ site: SealedSite, _ day: String = "2026-03-02", with more: [String] = []) throws -> Ran {
        try site.folder.run(["run", "--config", "site/cartulary.yaml", "--now", "\(day)T00:00:00Z"] + more)
    }

    @Test(
        "a folder in the place of a page, or of the file that is written beside one, is named before anything is sealed, and repaired",
        arguments: [
            "catalogue.html", "2026/catalogue.html", "catalogue.html.new", "catalogue.json.new", "checkpoint.new",
            "2026/catalogue.json.new", "2026/catalogue.html.new",
        ])
    func page(path: String) throws {
        let site = try SealedSite()
        try site.record("b", month: "02")
        try Self.make(site, "rm -f site/archive/\(path) && mkdir site/archive/\(path)")
        for more in [["--dry-run"], []] {
            let ran = try Self.run(site, "2026-03-02", with: more)
            #expect(ran.status == 13 && ran.messages.contains("\(path)\" is a folder"), "\(ran.messages)")
        }
        #expect(!site.exists("site/archive/2026/audit-2026-02.zip"))
        for more in [["--dry-run"], []] {
            let repaired = try site.folder.run(["repair", "--config", "site/cartulary.yaml"] + more)
            #expect(repaired.status == 0, "\(more): \(repaired.output)\(repaired.messages)")
        }
        #expect(try Self.run(site).status == 0 && site.exists("site/archive/2026/audit-2026-02.zip"))
        let verified = try site.verify(at: "2026-03-02T00:00:00Z")
        #expect(verified.status == 0, "\(verified.output)\(verified.messages)")
    }

    @Test(
        "a repair that makes both catalogues foresees a folder beside one", arguments: ["catalogue.html", "checkpoint"])
    func repair(name: String) throws {
        let site = try SealedSite()
        try Self.make(
            site, "rm site/archive/catalogue.html site/archive/catalogue.json && mkdir site/archive/\(name).new")
        for more in [["--dry-run"], []] {
            let repaired = try site.folder.run(["repair", "--config", "site/cartulary.yaml"] + more)
            #expect(repaired.status == 0, "\(more): \(repaired.output)\(repaired.messages)")
        }
        #expect(site.exists("site/archive/catalogue.html") && site.exists("site/archive/\(name).new.damaged"))
    }

    @Test(
        "a folder where a run writes a file beside the ledger or in the spool is named before anything is sealed",
        arguments: [
            "records.ledger.coverage.json.new", "records.ledger.checkpoint.new", "spool/.ledger.json.new",
            "archive/.ledger.json.new", "records.ledger.archive-audit.json.new",
        ])
    func besideLedger(path: String) throws {
        let site = try SealedSite()
        try site.record("b", month: "02")
        try Self.make(site, "mkdir site/\(path)")
        let planned = try Self.run(site, "2026-03-02", with: ["--dry-run"])
        let ran = try Self.run(site)
        #expect(planned.status == 73 && ran.status == 73, "\(planned.messages)\(ran.messages)")
        #expect(planned.messages.contains(path) && ran.messages.contains(path), "\(planned.messages)\(ran.messages)")
        #expect(!site.exists("site/archive/2026/audit-2026-02.zip"))
        try Self.make(site, "rmdir site/\(path)")
        #expect(try Self.run(site).status == 0)
    }

    @Test(
        "a file that fails is told with its reason, and its long name keeps it from nothing",
        arguments: [200, 250, 255])
    func longName(count: Int) throws {
        let site = try SealedSite()
        let name = String(repeating: "1", count: count)
        try Self.make(site, "printf '{' > site/spool/\(name)")
        for more in [["--dry-run"], []] {
            let ran = try Self.run(site, "2026-03-02", with: more)
            #expect(
                ran.status == 65 && ran.messages.contains("spool/\(more.isEmpty ? "failed/" : "")\(name)"),
                "\(ran.messages)")
        }
        let reasons = try site.folder.shell("cat site/spool/failed/*.reason.txt")
        #expect(reasons.status == 0 && !reasons.output.isEmpty, "\(reasons.messages)")
        // The reason is none of the files to be looked after; another file of that name gets another name.
        try Self.make(site, "printf '{\\n' > site/spool/\(name)")
        #expect(try Self.run(site).status == 65)
        let names = try site.folder.shell("ls site/spool/failed | wc -l; rm site/spool/failed/[1]*[!t]")
        #expect(names.output.trimmingCharacters(in: .whitespacesAndNewlines) == "4", "\(names.output)")
        #expect(try Self.run(site).status == 0)
    }

    @Test("good files with a long name of one spool are all kept")
    func longNames() throws {
        let site = try SealedSite()
        let name = String(repeating: "x", count: 248) + ".ndjson"
        for id in ["b", "c", "d"] {
            try site.record(id, month: "02")
            try Self.make(site, "mv site/spool/\(id).ndjson site/spool/\(name)")
            let ran = try Self.run(site, "2026-02-20")
            #expect(ran.status == 0, "\(ran.messages)")
        }
        let names = try site.folder.shell("ls site/spool/done | wc -l")
        #expect(names.output.trimmingCharacters(in: .whitespacesAndNewlines) == "4", "\(names.output)")
    }

    @Test("a dry run that cannot keep its copy of the ledger says so, and blames no source")
    func noTemporaryFolder() throws {
        let site = try SealedSite()
        try site.record("b", month: "02")
        let words = ["run", "--config", "site/cartulary.yaml", "--now", "2026-03-02T00:00:00Z"]
        let environment = ["TMPDIR": "/nonexistent"]
        let planned = try site.folder.run(words + ["--dry-run"], environment: environment)
        #expect(planned.status == 73, "\(planned.messages)")
        #expect(planned.messages.contains("a copy of the ledger cannot be kept in \"/nonexistent\" (TMPDIR)"))
        #expect(
            !planned.messages.contains("is due and not sealed") && !planned.messages.contains("source records"),
            "\(planned.messages)")
        let ran = try site.folder.run(words, environment: environment)
        #expect(ran.status == 0 && site.exists("site/archive/2026/audit-2026-02.zip"), "\(ran.messages)")
    }

    @Test(
        "what has the name of a correction is named by the dry run, too, and nothing is sealed",
        arguments: ["mkdir", "ln -s nowhere"])
    func correction(command: String) throws {
        let site = try SealedSite()
        try site.record("late", month: "01")
        try site.record("b", month: "02")
        try Self.make(site, "\(command) site/archive/2026/audit-2026-01-r1.zip")
        let planned = try Self.run(site, "2026-03-02", with: ["--dry-run"])
        let ran = try Self.run(site)
        #expect(planned.status == ran.status && ran.status != 0, "\(planned.messages)\(ran.messages)")
        #expect(!planned.messages.contains("would seal"), "\(planned.messages)")
        #expect(ran.messages.contains("audit-2026-01-r1.zip") && planned.messages.contains("audit-2026-01-r1.zip"))
        #expect(!site.exists("site/archive/2026/audit-2026-02.zip"))
        try Self.make(site, "rm -d site/archive/2026/audit-2026-01-r1.zip")
        #expect(try Self.run(site).status == 0 && site.exists("site/archive/2026/audit-2026-01-r1.zip"))
    }
}
