import Foundation
import Testing

/// A bundle is made again with the key that signed it, whatever a rotation has put in its place since.
@Suite("What was sealed before a rotation, and is made again after it")
struct RotationBesideSealTests {
    private static let bundle = "site/archive/2026/audit-2026-01.zip"

    /// A site as a run leaves it that is killed between the seal in the log and the name of the bundle.
    private static func killed() throws -> (site: SealedSite, bundle: Data) {
        let site = try SealedSite()
        let bytes = try site.folder.bytes("\(site.folder.path)/\(bundle)")
        let filters = #"{"deployedBy":[],"network":[],"status":[],"tokenType":[]}"#
        let series = #"{"archive":"audit","basis":"activity","filters":\#(filters)}"#
        let ran = try site.folder.shell(
            "rm -r site/archive/2026 site/archive/catalogue* && "
                + "mark=$(printf %s '\(series)' | sha256sum | cut -c1-16) && "
                + "echo audit-2026-01 > site/records.ledger.$mark.sealing")
        #expect(ran.status == 0, "\(ran.messages)")
        return (site, bytes)
    }

    private static func rotate(_ site: SealedSite) throws {
        #expect(try site.folder.run("key", "rotate", "--key", "site/archive-key", "-q").status == 0)
    }

    private static func dryRun(_ site: SealedSite, _ day: String) throws -> Ran {
        try site.folder.run(
            "run", "--dry-run", "--config", "site/cartulary.yaml", "--now", "\(day)T00:00:00Z")
    }

    @Test("a bundle that has no name yet gets it from the next run, as its dry run says", arguments: 0...2)
    func finished(rotations: Int) throws {
        let (site, bytes) = try Self.killed()
        for _ in 0..<rotations { try Self.rotate(site) }
        let said = try Self.dryRun(site, "2026-02-03")
        #expect(said.status == 0 && said.output.contains("would finish"), "\(said.output)\(said.messages)")
        #expect(!site.exists(Self.bundle), "a dry run makes nothing")
        let ran = try site.run("2026-02-03")
        #expect(ran.status == 0, "\(ran.messages)")
        #expect(try site.folder.bytes("\(site.folder.path)/\(Self.bundle)") == bytes)
        #expect(try site.verify().status == 0)
    }

    @Test("without the key of its time, run and dry run say which is missing, and go on when it is back")
    func keyMissing() throws {
        let (site, bytes) = try Self.killed()
        try Self.rotate(site)
        #expect(try site.folder.shell("mv site/archive-key.1 away").status == 0)
        for ran in [try Self.dryRun(site, "2026-02-03"), try site.run("2026-02-03")] {
            #expect(ran.status == 13 && ran.messages.contains("was sealed with key SHA256:"), "\(ran.messages)")
        }
        #expect(try site.folder.shell("mv away site/archive-key.1").status == 0)
        #expect(try site.run("2026-02-03").status == 0)
        #expect(try site.folder.bytes("\(site.folder.path)/\(Self.bundle)") == bytes)
    }

    @Test("a repair makes it as well, and the run after it goes on")
    func repaired() throws {
        let (site, bytes) = try Self.killed()
        try Self.rotate(site)
        let repaired = try site.folder.run("repair", "--config", "site/cartulary.yaml")
        #expect(repaired.status == 0 && repaired.output.contains("audit-2026-01"), "\(repaired.output)")
        #expect(try site.folder.bytes("\(site.folder.path)/\(Self.bundle)") == bytes)
        #expect(try site.run("2026-02-03").status == 0)
        #expect(try site.verify().status == 0)
    }

    @Test("a sealed bundle and an answer under an idempotency key have the same bytes after rotations")
    func answered() throws {
        let site = try SealedSite()
        let requests = [
            ["--period", "2026-01", "--name", "answer", "--idempotency-key", "k"],
            ["--archive", "hand", "--period", "2026-01", "--uncovered", "a series of its own"],
        ]
        func ask(_ request: [String]) throws -> Ran {
            try site.folder.run(
                ["export", "--ledger", "site/records.ledger", "--key", "site/archive-key", "--out", "out"] + request)
        }
        #expect(try site.folder.shell("mkdir out").status == 0)
        for request in requests {
            let ran = try ask(request)
            #expect(ran.status == 0, "\(ran.messages)")
        }
        let before = try site.folder.shell("sha256sum out/*").output
        #expect(before.split(separator: "\n").count == 2)
        for _ in 0..<2 { try Self.rotate(site) }
        #expect(try site.folder.shell("rm out/*").status == 0)
        for request in requests {
            let ran = try ask(request)
            #expect(ran.status == 0, "\(ran.messages)")
        }
        #expect(try site.folder.shell("sha256sum out/*").output == before)
        #expect(try site.folder.shell("rm out/* site/archive-key.1").status == 0)
        for request in requests { #expect(try ask(request).status == 13) }
    }

    @Test("a key that a rotation kept is not rotated")
    func keptKey() throws {
        let site = try SealedSite()
        try Self.rotate(site)
        let before = try site.folder.shell("sha256sum site/archive-key*").output
        let ran = try site.folder.run("key", "rotate", "--key", "site/archive-key.1")
        #expect(ran.status == 64 && ran.messages.contains("expected the key that signs now"), "\(ran.messages)")
        #expect(ran.messages.contains("hint: cartulary key rotate --key site/archive-key\n"))
        #expect(try site.folder.shell("sha256sum site/archive-key*").output == before)
    }
}
