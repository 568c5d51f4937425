import Foundation
import StrictJSON
import Testing

/// Files of a spool of which only a part was taken in, or nothing: what recovery and the drill make of them later.
@Suite("Files that were partly taken in")
struct PartlyTakenFileTests {
    private static let good =
        #"{"id":"p","deploymentId":"p","status":"Queued","timestamp":"2026-02-10T10:00:00Z"}"# + "\n"

    /// A site with a file in `failed`, one record of which is in the ledger.
    private static func site() throws -> SealedSite {
        let site = try SealedSite()
        _ = try site.folder.write(good + "nonsense\n", to: "site/spool/p.ndjson")
        #expect(try site.run("2026-02-03").status == 65)
        return site
    }

    private static func drill(_ site: SealedSite) throws -> Ran {
        try site.folder.run("ledger", "restore-drill", "--config", "site/cartulary.yaml")
    }

    /// Loses the ledger and types what the drill proposes.
    private static func recover(_ site: SealedSite) throws -> Ran {
        #expect(try site.folder.shell("rm site/records.ledger").status == 0)
        let lines = try drill(site).output.split(separator: "\n")
        return try site.folder.shell(String(try #require(lines.first { $0.contains("cartulary ledger recover") })))
    }

    @Test("the printed recovery works while the file waits in failed, without its copy too", arguments: [true, false])
    func recovers(hasCopy: Bool) throws {
        let site = try Self.site()
        #expect(try site.folder.read("site/spool/done/originals/p.ndjson") == Self.good + "nonsense\n")
        // As an earlier version left it.
        if !hasCopy { #expect(try site.folder.shell("rm -r site/spool/done/originals").status == 0) }
        let recovered = try Self.recover(site)
        #expect(recovered.status == 0 && recovered.messages.contains("matches the journal"), "\(recovered.messages)")
        #expect(try Self.drill(site).status == 0)
    }

    @Test(
        "the printed recovery works once the file was mended, in whatever way, or removed",
        arguments: ["sed -i /nonsense/d", "truncate -s \(good.utf8.count)", "rm"])
    func recoversMended(_ mend: String) throws {
        let site = try Self.site()
        let commands =
            "cd site/spool && rm failed/*.reason.txt && \(mend) failed/p.ndjson"
            + (mend == "rm" ? "" : " && mv failed/p.ndjson .")
        #expect(try site.folder.shell(commands).status == 0)
        #expect(try site.run("2026-02-04").status == 0)
        // The mended file is one of mere duplicates, of which the ledger has no trace.
        let drill = try Self.drill(site)
        #expect(drill.status == 0 && !drill.output.contains("not in this ledger"), "\(drill.output)")
        let recovered = try Self.recover(site)
        #expect(recovered.status == 0, "\(recovered.messages)")
        #expect(try Self.drill(site).status == 0 && site.run("2026-02-05").status == 0)
    }

    @Test("a file that fails again as it is has one copy, another one of its name has its own")
    func copies() throws {
        let site = try Self.site()
        #expect(try site.folder.shell("mv site/spool/failed/p.ndjson site/spool/").status == 0)
        #expect(try site.run("2026-02-04").status == 65)
        #expect(try site.folder.shell("ls site/spool/done/originals").output == "p.ndjson\n")
        #expect(try site.folder.shell("rm site/spool/failed/*").status == 0)
        _ = try site.folder.write(Self.good.replacing("\"p\"", with: "\"q\"") + "other\n", to: "site/spool/p.ndjson")
        #expect(try site.run("2026-02-05").status == 65)
        #expect(try site.folder.shell("ls site/spool/done/originals").output == "p.ndjson\np.ndjson.1\n")
        #expect(try Self.recover(site).status == 0)
    }

    @Test("a file that gave the ledger nothing leaves no copy")
    func nothingTaken() throws {
        let site = try SealedSite()
        #expect(try site.folder.shell("printf '\\x1f\\x8bno gzip' > site/spool/x.gz").status == 0)
        #expect(try site.run("2026-02-03").status == 65)
        #expect(!site.exists("site/spool/done/originals"))
    }

    @Test("the drill names a file in done only if it would bring something new, and the hint ends it")
    func drills() throws {
        let site = try SealedSite()
        #expect(try site.folder.shell("{ cat site/spool/done/a.ndjson; echo; } > site/spool/again.ndjson").status == 0)
        #expect(try site.run("2026-02-03").status == 0 && site.exists("site/spool/done/again.ndjson"))
        let duplicates = try Self.drill(site)
        #expect(duplicates.status == 0, "\(duplicates.output)")
        try site.record("b", month: "01")
        #expect(try site.folder.shell("mv site/spool/b.ndjson site/spool/done/").status == 0)
        let checkpoint = try site.folder.read("site/records.ledger.checkpoint")
        let new = try Self.drill(site)
        #expect(
            new.status == 1 && new.output.contains("1 file in site/spool/done is not in this ledger, such as b.ndjson"))
        #expect(try site.folder.read("site/records.ledger.checkpoint") == checkpoint)
        let command = try #require(
            new.output.split(separator: "\n").first { $0.contains("next run: ") }?
                .split(separator: "next run: ").last)
        #expect(try site.folder.shell(String(command)).status == 0)
        #expect(try site.run("2026-02-04").status == 0)
        #expect(try Self.drill(site).status == 0)
    }
}
