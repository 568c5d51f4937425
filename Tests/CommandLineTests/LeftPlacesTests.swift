import Foundation
import Testing

/// Files that no run has read, at a place that the configuration names no more.
@Suite("Unread files at a place that a source has left")
struct LeftPlacesTests {
    /// Both a dry run and a run refuse, name the file, and seal nothing.
    private static func refuse(_ site: SealedSite, _ status: Int32, saying texts: String..., named path: String) throws
    {
        let words = ["run", "--config", "site/cartulary.yaml", "--now", "2026-03-02T00:00:00Z"]
        for more in [["--dry-run"], []] {
            let ran = try site.folder.run(words + more)
            #expect(ran.status == status, "\(ran.messages)")
            for text in texts + ["\(path)\" was read by no run"] {
                #expect(ran.messages.contains(text), "\(text): \(ran.messages)")
            }
        }
        #expect(!site.exists("site/archive/2026/audit-2026-02.zip"))
    }

    private static func hasSealed(_ site: SealedSite) throws {
        let ran = try site.run("2026-03-03")
        #expect(ran.status == 0, "\(ran.messages)")
        let listed = try site.folder.run("catalogue", "--archive", "site/archive")
        #expect(listed.output.contains("2026/audit-2026-02.zip              1 deployment"), "\(listed.output)")
    }

    @Test("a file in the old spool of a source with another name and another place is named")
    func renamedAndMoved() throws {
        let site = try SealedSite()
        try site.record("b", month: "02")
        #expect(try site.folder.shell("mkdir site/spool2").status == 0)
        try site.replace("name: records\n", with: "name: feed\n")
        try site.replace("spool: spool\n", with: "spool: spool2\n")
        try Self.refuse(
            site, 64, saying: "source records is not in the configuration any more", named: "site/spool/b.ndjson")
        #expect(try site.check().status == 64)
        #expect(try site.folder.shell("mv site/spool/b.ndjson site/spool2/").status == 0)
        try Self.hasSealed(site)
    }

    @Test("a source that is taken out is named as long as a file waits in its spool, or a reason settles it")
    func takenOut() throws {
        let site = try SealedSite()
        let before = try site.folder.read("site/cartulary.yaml")
        try site.replace(
            "\nsources:\n", with: "\nsources:\n  - name: extra\n    spool: extra\n    covers-until: unchecked\n")
        #expect(try site.folder.shell("mkdir site/extra").status == 0)
        #expect(try site.run("2026-02-03").status == 0)
        _ = try site.folder.write(before, to: "site/cartulary.yaml")
        try site.record("b", month: "02")
        #expect(try site.folder.shell("cp site/spool/b.ndjson site/extra/c.ndjson").status == 0)
        try Self.refuse(
            site, 64, saying: "source extra is not in the configuration any more", named: "site/extra/c.ndjson")
        let sealed = try site.folder.run(
            "run", "--config", "site/cartulary.yaml", "--now", "2026-03-02T00:00:00Z", "--uncovered", "audit/2026-02",
            "--reason", "feed was a test")
        #expect(sealed.status == 0, "\(sealed.messages)")
        #expect(try site.run("2026-03-03").status == 0)
    }

    @Test(
        "a file below the old pattern of files: is named, whether it came before or behind the change",
        arguments: ["in/*.jsn", "in/feed-*.ndjson", "in2", "in2/*.ndjson"], [false, true])
    func changedPattern(pattern: String, isRenamed: Bool) throws {
        let site = try SealedSite()
        #expect(try site.folder.shell("mkdir site/in site/in2").status == 0)
        try site.replace("spool: spool\n", with: "files: [\"in/*.ndjson\"]\n")
        #expect(try site.run("2026-02-03").status == 0)
        try site.replace("files: [\"in/*.ndjson\"]\n", with: "files: [\"\(pattern)\"]\n")
        if isRenamed { try site.replace("name: records\n", with: "name: feed\n") }
        // Nothing is there yet; the file comes behind a run with the new pattern.
        #expect(try site.run("2026-02-04").status == 0)
        try site.record("b", month: "02")
        #expect(try site.folder.shell("mv site/spool/b.ndjson site/in/b.ndjson").status == 0)
        if isRenamed {
            try Self.refuse(
                site, 64, saying: "source records is not in the configuration any more", named: "site/in/b.ndjson")
        } else {
            try Self.refuse(site, 15, named: "site/in/b.ndjson")
        }
        try site.replace("files: [\"\(pattern)\"]\n", with: "files: [\"in/*.ndjson\"]\n")
        try Self.hasSealed(site)
    }

    @Test("files below the old pattern that a run has read are in nobody's way", arguments: [false, true])
    func readBefore(isRenamed: Bool) throws {
        let site = try SealedSite()
        #expect(try site.folder.shell("mkdir site/in site/in2").status == 0)
        try site.replace("spool: spool\n", with: "files: in\n")
        try site.record("b", month: "02")
        #expect(try site.folder.shell("mv site/spool/b.ndjson site/in/b.ndjson").status == 0)
        #expect(try site.run("2026-02-20").status == 0)
        try site.replace("files: in\n", with: "files: in2\n")
        if isRenamed { try site.replace("name: records\n", with: "name: feed\n") }
        try Self.hasSealed(site)
    }

    @Test(
        "a journal that the user of the run cannot write to is found by a dry run",
        .enabled(if: getuid() == 0 && CommandFolder.canBeNobody, "needs to run as root with setpriv"))
    func closedJournal() throws {
        let site = try SealedSite()
        try site.record("b", month: "02")
        let closed = try site.folder.shell(
            "chmod 755 . && chown -R 65534 site && chown 0 site/records.ledger.journal && chmod 644 site/records.ledger.journal"
        )
        #expect(closed.status == 0)
        let words = ["run", "--config", "site/cartulary.yaml", "--now", "2026-03-02T00:00:00Z"]
        for more in [["--dry-run"], []] {
            let ran = try site.folder.run(words + more, asNobody: true)
            #expect(
                ran.status == 73 && ran.messages.contains("records.ledger.journal\" cannot be written"),
                "\(ran.messages)")
        }
        #expect(site.exists("site/spool/b.ndjson"))
    }
}
