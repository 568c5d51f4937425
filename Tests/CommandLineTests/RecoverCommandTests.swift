import Foundation
import StrictJSON
import Testing

/// The command that the drill prints for a ledger that is made again, typed as it stands.
@Suite("The drill's command that makes a ledger again")
struct RecoverCommandTests {
    private static func recover(_ site: SealedSite) throws -> String {
        let drill = try site.folder.run("ledger", "restore-drill", "--json", "--config", "site/cartulary.yaml")
        #expect(drill.status == 13, "\(drill.output)")
        let ways = (drill.json["ways"]?.array ?? []).compactMap { $0["command"]?.string }
        return try #require(ways.first { $0.contains("ledger recover") })
    }

    @Test("it names the key that signed last, after a key rotation too", arguments: [1, 2])
    func key(rotations: Int) throws {
        let site = try SealedSite()
        for _ in 0..<rotations {
            #expect(try site.folder.run("key", "rotate", "--key", "site/archive-key", "-q").status == 0)
        }
        #expect(try site.folder.shell("rm site/records.ledger").status == 0)
        let command = try Self.recover(site)
        #expect(command.contains("--key site/archive-key.1 "), "\(command)")
        let typed = try site.folder.shell(command)
        #expect(typed.status == 0, "\(typed.messages)")
        #expect(try site.run("2026-02-05").status == 0)
    }

    @Test("it looks where a run was killed before it moved a file on")
    func taking() throws {
        let site = try SealedSite()
        try site.record("b", month: "02")
        #expect(try site.run("2026-02-20").status == 0)
        #expect(
            try site.folder.shell("mv site/spool/done/b.ndjson site/spool/.taking/ && rm site/records.ledger").status
                == 0)
        let command = try Self.recover(site)
        #expect(command.contains("--sources site/spool/.taking"), "\(command)")
        let typed = try site.folder.shell(command)
        #expect(typed.status == 0, "\(typed.messages)")
        #expect(try site.run("2026-02-21").status == 0 && site.exists("site/spool/done/b.ndjson"))
    }

    @Test("a folder without files that a killed run left is nothing that is missing")
    func emptyFolder() throws {
        let site = try SealedSite()
        #expect(try site.folder.shell("mkdir site/spool/done/originals && rm site/records.ledger").status == 0)
        let typed = try site.folder.shell(try Self.recover(site))
        #expect(typed.status == 0, "\(typed.messages)")
        #expect(try site.run("2026-02-05").status == 0)
    }
}
