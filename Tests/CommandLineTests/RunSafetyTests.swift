import Foundation
import StrictJSON
import Testing

/// What a tired operator does to a site, and what a run makes of it.
@Suite("Runs behind mishaps")
struct RunSafetyTests {
    private static func record(_ id: String, _ month: String) -> String {
        #"{"id":"\#(id)","deploymentId":"d\#(id)","status":"Queued","timestamp":"2026-\#(month)-05T10:00:00Z"}"# + "\n"
    }

    /// A site with January sealed.
    private static func site(_ name: String = "site") throws -> CommandFolder {
        let folder = try CommandFolder()
        #expect(try folder.run("init", name, "--begin", "2026-01").status == 0)
        _ = try folder.write(record("1", "01"), to: "\(name)/spool/1.ndjson")
        _ = try folder.write("2026-01\n", to: "\(name)/records-cover")
        let ran = try run(folder, "2026-02-06")
        #expect(ran.status == 0, "\(ran.messages)")
        return folder
    }

    private static func run(_ folder: CommandFolder, _ now: String, more: String...) throws -> Ran {
        try folder.run(["run", "--config", "site/cartulary.yaml", "--now", "\(now)T00:00:00Z"] + more)
    }

    /// Copies of the ledger's files whose names end in one of some ways.
    private static func copies(_ folder: CommandFolder, _ suffixes: [String]) throws -> [String: Data] {
        var copies: [String: Data] = [:]
        for suffix in suffixes { copies[suffix] = try folder.bytes("\(folder.path)/site/records.ledger\(suffix)") }
        return copies
    }

    private static func putBack(_ copies: [String: Data], _ folder: CommandFolder) throws {
        for suffix in ["-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: "\(folder.path)/site/records.ledger\(suffix)")
        }
        for (suffix, bytes) in copies {
            try bytes.write(to: URL(fileURLWithPath: "\(folder.path)/site/records.ledger\(suffix)"))
        }
    }

    private static func sealNext(_ folder: CommandFolder, _ month: String, now: String) throws -> Ran {
        _ = try folder.write(record(month, month), to: "site/spool/\(month).ndjson")
        _ = try folder.write("2026-\(month)\n", to: "site/records-cover")
        return try run(folder, now)
    }

    @Test("any number of key rotations between two bundles leave a run as it was")
    func rotations() throws {
        let folder = try Self.site()
        for _ in 0..<3 {
            #expect(try folder.run("key", "rotate", "--key", "site/archive-key").status == 0)
            let ran = try Self.run(folder, "2026-02-06")
            #expect(ran.status == 0, "\(ran.messages)")
        }
        let sealed = try Self.sealNext(folder, "02", now: "2026-03-06")
        #expect(sealed.status == 0, "\(sealed.messages)")
        let verified = try folder.run(
            "verify", "--archive", "site/archive", "--trust", "site/archive-key.allowed_signers")
        #expect(verified.status == 0, "\(verified.output)")
    }

    @Test("a key that came after a run which was killed before its checkpoint does not sign for it")
    func killedThenRotated() throws {
        let folder = try Self.site()
        let before = try Self.copies(folder, [".checkpoint"])
        _ = try folder.write(Self.record("2", "02"), to: "site/spool/2.ndjson")
        #expect(try Self.run(folder, "2026-02-07").status == 0)
        try Self.putBack(before, folder)
        #expect(try folder.run("key", "rotate", "--key", "site/archive-key").status == 0)
        _ = try folder.write("2026-02\n", to: "site/records-cover")
        let ran = try Self.run(folder, "2026-03-06")
        #expect(ran.status == 0, "\(ran.messages)")
        #expect(try folder.run("ledger", "check", "--full", "--ledger", "site/records.ledger").status == 0)
    }

    @Test(
        "a ledger that is older than its journal or its coverage is refused, in a dry run too",
        arguments: [true, false])
    func olderLedger(keepsJournal: Bool) throws {
        let folder = try Self.site()
        // In one file, as a copy of a moment is.
        #expect(try folder.run("ledger", "backup", "--ledger", "site/records.ledger", "--to", "old").status == 0)
        _ = try folder.write(Self.record("2", "02"), to: "site/spool/2.ndjson")
        #expect(try Self.run(folder, "2026-02-07").status == 0)
        try Self.putBack(
            [
                "": try folder.bytes("\(folder.path)/old"),
                ".checkpoint": try folder.bytes("\(folder.path)/old.checkpoint"),
            ],
            folder)
        if !keepsJournal {
            try FileManager.default.removeItem(atPath: folder.path + "/site/records.ledger.journal")
        }
        _ = try folder.write("2026-02\n", to: "site/records-cover")
        for more in ["--dry-run", "-v"] {
            let ran = try Self.run(folder, "2026-03-06", more: more)
            #expect(ran.status == 13 && ran.messages.contains("older copy"), "\(ran.messages)")
        }
    }

    @Test("a backup covers what its ledger covered")
    func backup() throws {
        let folder = try Self.site()
        #expect(try folder.run("ledger", "backup", "--ledger", "site/records.ledger", "--to", "old").status == 0)
        let own = try folder.bytes("\(folder.path)/site/records.ledger.coverage.json")
        #expect(try folder.bytes("\(folder.path)/old.coverage.json") == own)
    }

    @Test("a ledger that has taken nothing in seals nothing, whatever an earlier one covered")
    func declaredBreak() throws {
        let folder = try Self.site()
        let checkpoint = try folder.bytes("\(folder.path)/site/records.ledger.checkpoint")
        try checkpoint.write(to: URL(fileURLWithPath: folder.path + "/last"))
        for suffix in ["", "-wal", "-shm", ".checkpoint", ".journal"] {
            try? FileManager.default.removeItem(atPath: "\(folder.path)/site/records.ledger\(suffix)")
        }
        let declared = try folder.run(
            "ledger", "declare-break", "--checkpoint", "last", "--reason", "lost", "--by", "O. Operator", "--ledger",
            "site/records.ledger", "--key", "site/archive-key", "--received", "2026-02-07T00:00:00Z")
        #expect(declared.status == 0, "\(declared.messages)")
        let yaml = try folder.read("site/cartulary.yaml").replacing("directory: archive", with: "directory: second")
            .replacing("name: audit", with: "name: second")
        _ = try folder.write(yaml, to: "site/cartulary.yaml")
        try FileManager.default.createDirectory(atPath: folder.path + "/site/second", withIntermediateDirectories: true)
        for more in ["--dry-run", "-v"] {
            let ran = try Self.run(folder, "2026-02-08", more: more)
            #expect(ran.status == 13 && ran.messages.contains("which the ledger declares lost"), "\(ran.messages)")
        }
        // Where the files are lost too.
        _ = try folder.shell("rm -r site/spool/done")
        for more in ["--dry-run", "-v"] {
            let ran = try Self.run(folder, "2026-02-08", more: more)
            #expect(ran.status == 15 && ran.messages.contains("nothing has been taken in yet"), "\(ran.messages)")
            #expect(!ran.messages.contains("hint:"), "\(ran.messages)")
        }
    }

    @Test("a key that its trust file does not list signs nothing", arguments: ["--dry-run", "-v"])
    func untrustedKey(more: String) throws {
        let folder = try Self.site()
        #expect(try folder.run("keygen", "--out", "other").status == 0)
        try FileManager.default.removeItem(atPath: folder.path + "/site/archive-key")
        try FileManager.default.copyItem(atPath: folder.path + "/other", toPath: folder.path + "/site/archive-key")
        _ = try folder.write("2026-02\n", to: "site/records-cover")
        let ran = try Self.run(folder, "2026-03-06", more: more)
        #expect(ran.status == 77 && ran.messages.contains("may not sign by trust file"), "\(ran.messages)")
    }

    @Test("repair touches no folder that is another archive's")
    func foreignFolder() throws {
        let folder = try Self.site()
        let path = folder.path + "/site/archive"
        let checkpoint = try folder.bytes(path + "/checkpoint")
        let catalogue = try folder.bytes(path + "/catalogue.json")
        _ = try folder.write(
            try folder.read("site/cartulary.yaml").replacing("name: audit", with: "name: other"),
            to: "site/cartulary.yaml")
        let ran = try folder.run("repair", "--config", "site/cartulary.yaml")
        #expect(ran.status == 13, "\(ran.output)\(ran.messages)")
        #expect(try folder.bytes(path + "/checkpoint") == checkpoint)
        #expect(try folder.bytes(path + "/catalogue.json") == catalogue)
    }

    @Test("a clock that was ahead and is right again goes on with the ledger's time, once somebody says so")
    func correctedClock() throws {
        let folder = try Self.site()
        _ = try folder.write(Self.record("2", "02"), to: "site/spool/2.ndjson")
        #expect(try Self.run(folder, "2026-02-20").status == 0)
        _ = try folder.write(Self.record("3", "02"), to: "site/spool/3.ndjson")
        #expect(try Self.run(folder, "2026-02-08").status == 64)
        let ran = try Self.run(folder, "2026-02-08", more: "--confirm-time")
        #expect(ran.status == 0, "\(ran.messages)")
        let status = try folder.run("ledger", "status", "--ledger", "site/records.ledger", "--json")
        #expect(status.output.contains("2026-02-20T00:00:00"), "\(status.output)")
        #expect(try folder.run("ledger", "check", "--full", "--ledger", "site/records.ledger").status == 0)
    }
}
