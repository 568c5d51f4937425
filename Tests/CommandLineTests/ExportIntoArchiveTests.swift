import Foundation
import Testing

/// Bundles outside the series, and the folders in which a run keeps those of a series.
@Suite("Exports into a kept archive")
struct ExportIntoArchiveTests {
    @Test(
        "an answer and a bundle of files are not put into a kept archive, whatever the way there",
        arguments: [
            "site/archive", "site/archive/2026", "site/archive/2026/../2026/", "link", "year", "site/archive/new",
        ])
    func export(out: String) throws {
        let site = try SealedSite()
        try site.record("b", month: "02")
        #expect(try site.folder.shell("ln -s site/archive link && ln -s site/archive/2026 year").status == 0)
        let list = "cd site && find archive | sort"
        let before = try site.folder.shell(list).output
        for words in [
            ["site/spool/b.ndjson"], ["--ledger", "site/records.ledger", "--request-ref", "Letter 12"],
            ["--ledger", "site/records.ledger", "--idempotency-key", "one"],
        ] {
            let ran = try site.folder.run(["export"] + words + ["--key", "site/archive-key", "--out", out, "-q"])
            #expect(
                ran.status == 64 && ran.messages.contains("where a run keeps the bundles of a series"),
                "\(ran.messages)")
        }
        #expect(try site.folder.shell(list).output == before)
    }
}
