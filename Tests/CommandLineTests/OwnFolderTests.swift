import Foundation
import Testing

/// Where files are moved to, and bundles are sealed into, is what the configuration says, whatever stands in its place.
@Suite("Folders of a site that are not what they seem")
struct OwnFolderTests {
    @Test(
        "a link in the place of one of a spool's own folders stops dry run and run, and nothing behind it is touched",
        arguments: [".taking", "done", "failed", "done/originals"])
    func link(_ name: String) throws {
        let site = try SealedSite()
        let folder = site.folder
        let made = try folder.shell(
            "rm -rf site/spool/\(name) && mkdir other && ln -s \"$PWD/other\" site/spool/\(name)")
        #expect(made.status == 0, "\(made.messages)")
        let line = #"{"id":"o","deploymentId":"other","status":"Queued","timestamp":"2026-02-10T10:00:00Z"}"#
        _ = try folder.write(line + "\n", to: "other/o.ndjson")
        try site.record("b", month: "02")
        let state = "sha256sum other/* site/spool/*.ndjson site/records.ledger"
        let before = try folder.shell(state).output
        let arguments = ["--config", "site/cartulary.yaml", "--now", "2026-03-02T00:00:00Z"]
        for words in [["run", "--dry-run"], ["run"]] {
            let ran = try folder.run(words + arguments)
            #expect(
                ran.status == 64 && ran.messages.contains("is a link, expected a folder of the spool's own"),
                "\(ran.messages)")
        }
        #expect(try folder.shell(state).output == before)
        #expect(try folder.shell("rm site/spool/\(name)").status == 0)
        #expect(try site.run("2026-03-02").status == 0)
    }

    @Test(
        "a file of the run's own that it may not read stops the dry run as it stops the run",
        .enabled(if: CommandFolder.canBeNobody),
        arguments: ["archive/.ledger.json", "records.ledger.archive-audit.json", "records.ledger.archive-audit.place"])
    func unreadable(_ name: String) throws {
        let site = try SealedSite()
        #expect(try site.folder.shell("chown -R 65534 . 2>/dev/null; chmod 0 site/\(name)").status == 0)
        let arguments = ["--config", "site/cartulary.yaml", "--now", "2026-02-03T00:00:00Z"]
        for words in [["run", "--dry-run"], ["run"]] {
            let ran = try site.folder.run(words + arguments, asNobody: true)
            #expect(ran.status == 74 && ran.messages.contains("site/\(name)\": Permission denied"), "\(ran.messages)")
        }
    }

    @Test(
        "archives in one folder, or one in the other, are refused before the first run has made any of them",
        arguments: [
            ("archive", "./archive"), ("archive", "archive/inner"), ("archive", "x/../archive/inner"), ("spool/a", "b"),
        ])
    func nested(_ first: String, _ second: String) throws {
        let folder = try CommandFolder()
        #expect(try folder.run("init", "site", "--begin", "2026-01", "--covers-until", "unchecked").status == 0)
        let before = try folder.read("site/cartulary.yaml")
        let one = try #require(before.range(of: "archives:\n"))
        let entries = [("one", first), ("two", second)].map { name, path in
            "  - name: \(name)\n    directory: \(path)\n    period: month\n    begin: 2026-01\n"
        }
        _ = try folder.write(before[..<one.upperBound] + entries.joined(), to: "site/cartulary.yaml")
        let place = "cd site && rm -rf archive && mkdir -p x && cartulary"
        for words in ["config check", "run --dry-run", "run"] {
            let ran = try folder.shell("\(place) \(words) --config cartulary.yaml")
            #expect(ran.status == 64, "\(words): \(ran.output)\(ran.messages)")
        }
    }
}
