import Foundation
import Glibc
import StrictJSON
import Testing

/// Settings and folders that are not what the operator took them for, met by a dry run as by a run.
@Suite("Settings that a run cannot follow")
struct OperatorMishapTests {
    private static func site() throws -> SealedSite {
        let site = try SealedSite()
        try site.record("b", month: "02")
        return site
    }

    private static func both(_ site: SealedSite, _ day: String, asNobody: Bool = false) throws -> (dry: Ran, run: Ran) {
        let words = ["run", "--config", "site/cartulary.yaml", "--now", "\(day)T00:00:00Z"]
        return (
            try site.folder.run(
                words + ["--dry-run"], environment: asNobody ? ["TMPDIR": "/tmp"] : [:], asNobody: asNobody),
            try site.folder.run(words, environment: asNobody ? ["TMPDIR": "/tmp"] : [:], asNobody: asNobody)
        )
    }

    @Test("a source that is gone from the configuration, with a failed file, is named, and the way on works")
    func vanished() throws {
        let site = try Self.site()
        _ = try site.folder.write(#"{"success":false,"errorMessage":"timeout"}"#, to: "site/spool/x.json")
        #expect(try site.run("2026-03-02").status == 65)
        try site.replace("spool: spool\n", with: "spool: other\n")
        try site.replace("name: records\n", with: "name: api\n")
        #expect(try site.folder.shell("mkdir site/other").status == 0)
        let (dry, ran) = try Self.both(site, "2026-03-02")
        for result in [dry, ran] {
            #expect(result.status == 64, "\(result.messages)")
            #expect(result.messages.contains("source records is not in the configuration any more"))
            #expect(result.messages.contains("site/spool/failed/x.json\""), "\(result.messages)")
            #expect(result.messages.contains("add --uncovered audit/2026-02 and a --reason to cartulary run"))
        }
        #expect(!site.exists("site/archive/2026/audit-2026-02.zip"))
        let status = try site.folder.run("status", "--config", "site/cartulary.yaml", "--now", "2026-03-02T00:00:00Z")
        #expect(status.status == 15 && status.messages.contains("source records is not in the configuration any more"))
        let wrong = try site.folder.run(
            "run", "--config", "site/cartulary.yaml", "--now", "2026-03-02T00:00:00Z", "--uncovered", "audit/2026-05",
            "--reason", "typed wrong")
        #expect(wrong.status == 64 && !site.exists("site/archive/2026/audit-2026-02.zip"), "\(wrong.messages)")
        let sealed = try site.folder.run(
            "run", "--config", "site/cartulary.yaml", "--now", "2026-03-02T00:00:00Z", "--uncovered", "audit/2026-02",
            "--reason", "feed was replaced")
        #expect(sealed.status == 0, "\(sealed.messages)")
        #expect(try site.description("audit-2026-02").contains("feed was replaced"))
        #expect(try site.run("2026-03-03").status == 0)
        #expect(try site.verify().status == 0)
    }

    @Test(
        "a marker or the ledger where a source takes its files from is refused by name",
        arguments: [
            ("files: [in]", "in/cover"), ("files: in/", "in/cover"), ("files: \"in/*\"", "in/cover"),
            ("files: \"*/cov?r\"", "in/cover"), ("files: in/cover", "in/cover"), ("files: link", "in/deep/cover"),
            ("files: in", "link/cover"), ("files: [\"i*\"]", "in/cover"), ("spool: spool", "spool/cover"),
            ("spool: spool", "spool/done/cover"), ("spool: in", "link/cover"), ("spool: in", "in/deep/cover"),
        ])
    func ownFiles(location: String, marker: String) throws {
        let site = try Self.site()
        #expect(try site.folder.shell("mkdir -p site/in/deep && ln -s in site/link").status == 0)
        try site.replace("spool: spool\n", with: location + "\n")
        try site.replace("covers-until: unchecked", with: "covers-until: marker\n    marker: \(marker)")
        for exists in [false, true] {
            if exists { _ = try site.folder.write("2026-02\n", to: "site/" + marker) }
            let (dry, ran) = try Self.both(site, "2026-03-02")
            for result in [dry, ran] {
                #expect(
                    result.status == 64 && result.messages.contains("the marker of source records"),
                    "\(result.messages)")
            }
            #expect(try site.check().status == 64)
        }
    }

    @Test("the ledger, an archive or the key among the files of a source is refused; a hidden marker there is not read")
    func otherOwnFiles() throws {
        let site = try Self.site()
        #expect(
            try site.folder.shell(
                "mkdir site/in && mv site/spool/b.ndjson site/in && ln site/records.ledger site/in/copy"
            ).status == 0)
        try site.replace("spool: spool\n", with: "files: in\n")
        let ledger = try Self.both(site, "2026-03-02")
        #expect(ledger.dry.status == 64 && ledger.run.status == 64)
        #expect(ledger.run.messages.contains("the ledger, \""), "\(ledger.run.messages)")
        #expect(try site.folder.shell("rm site/in/copy").status == 0)
        try site.replace("files: in\n", with: "files: [\"arch*\"]\n")
        #expect(try Self.both(site, "2026-03-02").run.messages.contains("the key, \""))
        try site.replace("files: [\"arch*\"]\n", with: "files: [\"archiv?\"]\n")
        let archive = try Self.both(site, "2026-03-02")
        #expect(archive.dry.status == 64 && archive.run.messages.contains("the folder of archive audit"))
        try site.replace("files: [\"archiv?\"]\n", with: "files: in\n")
        try site.replace("covers-until: unchecked", with: "covers-until: marker\n    marker: in/.cover")
        _ = try site.folder.write("2026-02\n", to: "site/in/.cover")
        #expect(try Self.both(site, "2026-03-02").run.status == 0)
    }

    @Test("a marker that somebody puts into a spool is refused by name")
    func markerInSpool() throws {
        let site = try Self.site()
        _ = try site.folder.write("2026-02\n", to: "site/spool/records-cover")
        let (dry, ran) = try Self.both(site, "2026-03-02")
        for result in [dry, ran] {
            #expect(result.status == 65 && result.messages.contains("a marker (a period or a time alone)"))
        }
    }

    @Test(
        "a file that a sticky spool does not let go is named by a dry run too, and the others are taken",
        .enabled(if: getuid() == 0 && CommandFolder.canBeNobody, "needs to run as root with setpriv"))
    func sticky() throws {
        let site = try Self.site()
        try site.record("c", month: "02")
        let made = try site.folder.shell(
            "chmod 755 . && chown -R 65534 site && chown 1 site/spool site/spool/c.ndjson && chmod 644 site/spool/*.ndjson && "
                + "chmod 1777 site/spool")
        #expect(made.status == 0)
        let (dry, ran) = try Self.both(site, "2026-03-02", asNobody: true)
        for result in [dry, ran] {
            #expect(result.status == 74, "\(result.messages)")
            #expect(result.messages.contains("spool/c.ndjson\" cannot be moved by the user of this run"))
            #expect(!result.messages.contains("spool/b.ndjson"))
            #expect(!result.messages.contains("--uncovered"), "a permission is no reason to seal without the file")
        }
        #expect(site.exists("site/spool/done/b.ndjson") && site.exists("site/spool/c.ndjson"))
        #expect(try site.folder.shell("chmod 777 site/spool").status == 0)
        #expect(try Self.both(site, "2026-03-02", asNobody: true).run.status == 0)
    }

    @Test("a full disk and a folder that may not be written are mended: no hint proposes to seal without the records")
    func noUncovered() throws {
        let site = try Self.site()
        #expect(try site.folder.shell("mv site/spool/done kept && touch site/spool/done").status == 0)
        let (dry, ran) = try Self.both(site, "2026-03-02")
        for result in [dry, ran] {
            #expect(result.status == 73 && !result.messages.contains("--uncovered"), "\(result.messages)")
            #expect(result.messages.contains("2026-02 is due and not sealed"))
        }
    }

    @Test("the status counts the bundles of an archive whose filters were changed")
    func changedFilter() throws {
        let site = try Self.site()
        try site.replace("    # network: [mainnet-v1.0]", with: "    network: [mainnet-v1.0]")
        let ask = ["status", "--config", "site/cartulary.yaml", "--now", "2026-02-03T00:00:00Z"]
        let status = try site.folder.run(ask)
        #expect(status.status == 15 && status.messages.contains("have other filters"), "\(status.messages)")
        #expect(status.output.contains("1 bundle; sealed up to 2026-02-01"), "\(status.output)")
        let archive = try site.folder.run(ask + ["--json"]).json["archives"]?.array?.first
        #expect(archive?["bundles"]?.integer == 1 && archive?["overdue"]?.integer == 0)
    }
}
