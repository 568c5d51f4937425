import Foundation
import Testing

/// Bundles that somebody put into the folder of an archive: they are named with the way out, and stop no other archive.
@Suite("Other bundles in an archive's folder")
struct StrayBundleTests {
    private static func site() throws -> SealedSite {
        let site = try SealedSite()
        let second =
            "  - name: other\n    directory: archive-2\n    period: month\n    begin: 2026-01\n    due-after: 0d\n"
        let before = try site.folder.read("site/cartulary.yaml")
        _ = try site.folder.write(
            before.replacing("archives:\n", with: "archives:\n" + second), to: "site/cartulary.yaml")
        #expect(try site.folder.shell("mkdir site/archive-2").status == 0)
        try #require(try site.run("2026-02-03").status == 0)
        try site.record("b", month: "02")
        return site
    }

    /// What the hint of a run says, typed.
    private static func typeHint(_ ran: Ran, _ site: SealedSite) throws {
        let mark = "cartulary: hint: "
        let line = try #require(ran.messages.split(separator: "\n").first { $0.hasPrefix(mark) }, "\(ran.messages)")
        #expect(try site.folder.shell(String(line.dropFirst(mark.count))).status == 0, "\(line)")
    }

    @Test(
        "a copy, a bundle under another name, one of another archive and one of files stop this archive alone",
        arguments: [
            (
                "cp site/archive/2026/audit-2026-01.zip site/archive/2026/audit-2026-01-copy.zip",
                "is a copy of 2026/audit-2026-01.zip"
            ),
            (
                "cp site/archive/2026/audit-2026-01.zip 'site/archive/my copy.zip'",
                "is a copy of 2026/audit-2026-01.zip"
            ),
            (
                "mv site/archive/2026/audit-2026-01.zip site/archive/2026/audit-2026-01-b.zip",
                "is 2026/audit-2026-01.zip under another name"
            ),
            (
                "cp site/archive-2/2026/other-2026-01.zip site/archive/2026/audit-2026-02.zip",
                "is a bundle of archive other"
            ),
            ("cp audit-all.zip site/archive/2026/", "is a bundle outside the series"),
        ])
    func stray(put: String, text: String) throws {
        let site = try Self.site()
        let made = try site.folder.run("export", "site/spool/b.ndjson", "--key", "site/archive-key", "--out", ".", "-q")
        #expect(made.status == 0, "\(made.messages)")
        #expect(try site.folder.shell(put).status == 0)
        let dry = try site.folder.run(
            "run", "--config", "site/cartulary.yaml", "--now", "2026-03-02T00:00:00Z", "--dry-run")
        #expect(dry.status == 13 && dry.messages.contains(text), "\(dry.messages)")
        let ran = try site.run("2026-03-02")
        #expect(
            ran.status == 13 && ran.messages.contains(text) && !ran.messages.contains("older copy"), "\(ran.messages)")
        #expect(site.exists("site/archive-2/2026/other-2026-02.zip") && site.exists("site/spool/done/b.ndjson"))
        try Self.typeHint(ran, site)
        let again = try site.run("2026-03-03")
        #expect(again.status == 0 && site.exists("site/archive/2026/audit-2026-02.zip"), "\(again.messages)")
        #expect(try site.verify(at: "2026-03-03T00:00:00Z").status == 0)
    }

    @Test("a bundle that a newer copy of the ledger sealed still stops the run", arguments: [false, true])
    func newerLedger(isCut: Bool) throws {
        let site = try SealedSite()
        #expect(try site.folder.shell("mkdir kept && cp -a site/. kept").status == 0)
        try site.record("b", month: "02")
        #expect(try site.run("2026-03-02").status == 0)
        let newest = "site/archive/2026/audit-2026-02.zip"
        #expect(
            try site.folder.shell(
                "cp \(newest) . && rm -r site/* && cp -a kept/. site && cp audit-2026-02.zip \(newest)"
            ).status == 0)
        if isCut { #expect(try site.folder.shell("truncate -s 2000 \(newest)").status == 0) }
        let ran = try site.run("2026-03-03")
        #expect(
            ran.status == 13 && ran.messages.contains("the ledger is an older copy, or another one"), "\(ran.messages)")
        #expect(ran.messages.contains("restore-drill"), "\(ran.messages)")
    }
}
