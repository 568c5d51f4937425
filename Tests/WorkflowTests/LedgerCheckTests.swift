import AuditModel
import FileSystem
import Foundation
import LedgerFiles
import LedgerRestoration
import LedgerUpkeep
import Signing
import Testing

@testable import Ledger

@Suite("What a ledger notices")
struct LedgerCheckTests {
    /// A ledger of more than one block of 1,024 entries, of two runs.
    static func filled() async throws -> TestLedger {
        let ledger = try TestLedger()
        for run in 0..<2 {
            let records = (0..<700).map { number in
                Text.transition(
                    "\(run)-\(number)", "d\(number % 90)", "Queued", "2026-02-10T10:\(10 + number % 50):00Z")
            }
            try await ledger.ingest((records + ["not a record"]).joined(separator: "\n"))
        }
        return ledger
    }

    static let unlock = """
        DROP TRIGGER pack_no_update; DROP TRIGGER pack_no_delete; DROP TRIGGER run_no_update;
        DROP TRIGGER source_no_update; DROP TRIGGER quarantine_no_delete; DROP TRIGGER finding_no_update;
        DROP TRIGGER signer_no_update
        """

    struct Change: Sendable, CustomStringConvertible {
        var description: String
        var sql: String
        /// What the problem must name.
        var named: String
    }

    static let changes = [
        Change(
            description: "an altered entry",
            sql: "UPDATE entry SET content = CAST(replace(content, 'Queued', 'Failed') AS BLOB) WHERE idx = 900",
            named: "entry 900: altered"),
        Change(
            description: "an altered entry with its leaf", sql: "UPDATE entry SET leaf = zeroblob(32) WHERE idx = 5",
            named: "entry 5: altered"),
        Change(
            description: "a deleted entry", sql: "DELETE FROM entry WHERE idx = 77",
            named: "entry 256: stands at position 255"),
        Change(
            description: "two entries in each other's place",
            sql: "UPDATE entry SET idx = -1 WHERE idx = 10; UPDATE entry SET idx = 10 WHERE idx = 11; "
                + "UPDATE entry SET idx = 11 WHERE idx = -1", named: "run 1"),
        Change(
            description: "an inserted entry",
            sql:
                "INSERT INTO entry SELECT max(idx) + 1, leaf, kind, deployment, sha256, asReceived, content FROM entry",
            named: "log:"),
        Change(
            description: "another root of a run", sql: "UPDATE run SET root = zeroblob(32) WHERE number = 1",
            named: "run 1"),
        Change(
            description: "a source with other sums",
            sql: "UPDATE source SET body = CAST(replace(body, '701', '700') AS BLOB) WHERE run = 2",
            named: "run 2"),
        Change(
            description: "a record taken out of quarantine", sql: "DELETE FROM quarantine WHERE run = 1", named: "run 1"
        ),
        Change(
            description: "an altered finding", sql: "UPDATE finding SET body = CAST(body || ' ' AS BLOB) WHERE run = 2",
            named: "run 2"),
        Change(description: "another signer", sql: "UPDATE signer SET publicKey = 'x'", named: "checkpoint"),
        Change(
            description: "another digest of a block", sql: "UPDATE block SET digest = zeroblob(32)", named: "block 0"),
        Change(
            description: "another state of a deployment",
            sql: "UPDATE deployment SET transitions = 99 WHERE number = 3",
            named: "deployment 3"),
        Change(
            description: "entries in the hands of another deployment",
            sql: "UPDATE entry SET deployment = 5 WHERE deployment = 4", named: "deployment 4"),
        Change(
            description: "another digest of what was read", sql: "UPDATE entry SET sha256 = zeroblob(32) WHERE idx = 9",
            named: "entry 9: altered"),
        Change(
            description: "another text of a timestamp", sql: "UPDATE entry SET asReceived = x'30' WHERE idx = 9",
            named: "entry 9: altered"),
        Change(
            description: "a record that says it is something else", sql: "UPDATE entry SET kind = 0 WHERE idx = 9",
            named: "entry 9: not in a form"),
        Change(
            description: "another time of acceptance", sql: "UPDATE run SET received = received + 1 WHERE number = 2",
            named: "altered"),
        Change(
            description: "another count of a day", sql: "UPDATE tally SET transitions = transitions - 1", named: "tally"
        ),
        Change(
            description: "transitions of another day", sql: "UPDATE activity SET transitions = 1 WHERE deployment = 6",
            named: "deployment 6"),
        Change(
            description: "a seal that was never logged",
            sql: "INSERT INTO seal VALUES (1, 5, 's', 1, 0, 1, x'7b7d')", named: "seal"),
        Change(
            description: "a decision that was never logged", sql: "INSERT INTO decision VALUES (1, 5)",
            named: "decisions"),
        Change(
            description: "a replacement that was never logged", sql: "INSERT INTO replaced VALUES (5, 6)",
            named: "decisions"),
        Change(
            description: "another digest of a source", sql: "UPDATE source SET sha256 = zeroblob(32) WHERE number = 1",
            named: "source 0"),
        Change(
            description: "another digest in quarantine",
            sql: "DROP TRIGGER quarantine_no_update; UPDATE quarantine SET digest = zeroblob(32) WHERE number = 1",
            named: "quarantine 1"),
        Change(
            description: "a source of no run",
            sql: "INSERT INTO source (run, sha256, bytes, body) SELECT 99, sha256, bytes, body FROM source LIMIT 1",
            named: "source of no run"),
        Change(
            description: "another hash of a deployment", sql: "UPDATE deployment SET hash = hash + 1 WHERE number = 3",
            named: "deployment 3: its hash"),
        Change(
            description: "a deployment that is gone", sql: "DELETE FROM deployment WHERE number = 89",
            named: "entry of no deployment"),
        Change(
            description: "the greatest number of a deployment",
            sql: "UPDATE deployment SET number = 9223372036854775807 WHERE number = 89", named: "out of order"),
        Change(
            description: "a second row for a run",
            sql: "INSERT INTO run SELECT number + 1, received, size, root, keepsRaw, note FROM run WHERE number = 2",
            named: "the table has 3"),
        Change(
            description: "a block to come", sql: "INSERT INTO block VALUES (1, zeroblob(32))",
            named: "block behind the log"),
        Change(description: "a trigger more", sql: "SELECT 1", named: "not those of a ledger"),
        Change(
            description: "an entry that is not under its deployment", sql: "DELETE FROM holding WHERE deployment = 4",
            named: "deployment of a pack that table holding does not name"),
        Change(
            description: "entries that a deployment does not have", sql: "INSERT INTO holding VALUES (4, 1)",
            named: "holding that no pack gives"),
        Change(
            description: "a pack in another place", sql: "UPDATE pack SET first = 300 WHERE first = 256",
            named: "entry 300: stands at position 256"),
        Change(
            description: "another number of entries", sql: "UPDATE pack SET count = 255 WHERE first = 256",
            named: "the row of entry 256"),
        Change(
            description: "leaves that are cut off",
            sql: "UPDATE pack SET count = 255, leaves = substr(leaves, 1, 8160) WHERE first = 256",
            named: "entries 256 to 510: altered"),
        Change(
            description: "a body that is cut off",
            sql: "UPDATE pack SET body = substr(body, 1, 9000) WHERE first = 256",
            named: "entry 256: altered, it cannot be read, nor can those up to 511"),
        Change(
            description: "a pack without a body", sql: "UPDATE pack SET body = x'' WHERE first = 256",
            named: "entry 256: altered, it cannot be read, nor can those up to 511"),
        Change(
            description: "bytes inside the texts",
            sql:
                "UPDATE pack SET body = CAST(substr(body, 1, length(body) - 90) || zeroblob(90) AS BLOB) WHERE first = 256",
            named: "entries 256 to 511: altered, their row of table pack was changed"),
        Change(
            description: "a day without its deployment", sql: "DELETE FROM activity WHERE deployment = 6",
            named: "deployment 6"),
    ]

    @Test("every change is found and named", arguments: changes)
    func namesChange(change: Change) async throws {
        let ledger = try await Self.filled()
        #expect(try ledger.problems() == [])
        try ledger.sql(Self.unlock + ";" + change.sql)
        let problems = try ledger.problems()
        #expect(problems.contains { $0.contains(change.named) }, "\(problems)")
    }

    @Test(
        "log tables refuse to be changed",
        arguments: [
            "pack", "run", "source", "finding", "quarantine", "signer", "seal", "decision", "replaced", "request",
        ])
    func appendOnly(table: String) async throws {
        let ledger = try await Self.filled()
        try ledger.sql(
            "INSERT INTO seal VALUES (1, 5, 's', 1, 0, 1, x'7b7d'); INSERT INTO decision VALUES (1, 5); "
                + "INSERT INTO replaced VALUES (5, 6); INSERT INTO request VALUES (1, 5, 'k', x'7b7d')")
        for statement in ["DELETE FROM \(table)", "UPDATE \(table) SET rowid = rowid + 1"] {
            #expect(throws: TestLedger.SQLFailure.self) { try ledger.sql(statement) }
        }
    }

    @Test("a ledger that is older than its checkpoint is refused by every command, and nothing is signed")
    func olderCopy() async throws {
        let ledger = try TestLedger()
        try await ledger.ingest(Text.transition("q"))
        let old = try ledger.copy(ledger.path)
        try await ledger.ingest(Text.transition("s", "d", "Submitted"))
        let checkpoint = try ledger.copy(ledger.path + ".checkpoint")
        try ledger.put(old, at: ledger.path)
        for attempt in [
            { try await ledger.ingest(Text.transition("u", "d", "Pending")) },
            { try LedgerView.status(ledger.path) },
        ] as [() async throws -> Any] {
            let error = await #expect(throws: EnvironmentError.self) { _ = try await attempt() }
            #expect(error?.kind == .brokenChain, "\(error?.message ?? "")")
            #expect(error?.message.contains("older copy") == true, "\(error?.message ?? "")")
        }
        #expect(try ledger.problems().contains { $0.contains("older copy") })
        #expect(try ledger.copy(ledger.path + ".checkpoint") == checkpoint)
    }

    @Test("a checkpoint that was taken away, altered, or signed by another key is refused")
    func checkpoint() async throws {
        let ledger = try TestLedger()
        try await ledger.ingest(Text.transition("q"))
        let path = ledger.path + ".checkpoint"
        let good = try ledger.copy(path)
        try FileManager.default.removeItem(atPath: path)
        #expect(try ledger.problems().contains { $0.contains("no checkpoint") })
        let key = try PrivateKey(ed25519Seed: [UInt8](repeating: 9, count: 32), comment: "other")
        let text = try SignedNote(parsing: Array(good)).text
        let origin = try Checkpoint(text: text).origin
        try ledger.put(Data(try SignedNote(signing: text, name: origin, with: key).bytes), at: path)
        #expect(try ledger.problems().contains { $0.contains("no key of the ledger") })
        try ledger.put(good + Data("x\n".utf8), at: path)
        #expect(try ledger.problems().contains { $0.contains("cannot be read") })
        try ledger.put(good, at: path)
        #expect(try ledger.problems() == [])
    }

    @Test("a run that was committed but not acknowledged is signed by the next one")
    func crashBeforeCheckpoint() async throws {
        let ledger = try TestLedger()
        try await ledger.ingest(Text.transition("q"))
        let old = try ledger.copy(ledger.path + ".checkpoint")
        let second = Text.transition("s", "d", "Submitted")
        let file = try ledger.folder.write(second, to: "second")
        let result = try await ledger.ingest(files: [file])
        try ledger.put(old, at: ledger.path + ".checkpoint")
        #expect(try ledger.problems() == [])
        let again = try await ledger.ingest(files: [file])
        #expect(!again.isChanged && again.root == result.root)
        #expect(try LedgerView.status(ledger.path).checkpoint == result.size)
    }

    @Test("entries that were put in without the key are not signed by the next run")
    func forgedRun() async throws {
        let ledger = try TestLedger()
        try await ledger.ingest(Text.transition("q"))
        let old = try ledger.copy(ledger.path + ".checkpoint")
        try await ledger.ingest(Text.transition("s", "d", "Submitted"))
        // As if the second run had been written by somebody who has the file and not the key.
        try ledger.put(old, at: ledger.path + ".checkpoint")
        #expect(try ledger.problems() == [])
        let key = try PrivateKey(ed25519Seed: [UInt8](repeating: 9, count: 32), comment: "other")
        let good = try ledger.sql("SELECT hex(note) FROM run WHERE number = 2")
        let bytes = stride(from: 0, to: good.count, by: 2).compactMap { UInt8(good.dropFirst($0).prefix(2), radix: 16) }
        let text = try SignedNote(parsing: bytes).text
        let forged = try SignedNote(signing: text, name: try Checkpoint(text: text).origin, with: key).bytes
        let hexadecimal = forged.map { String(UInt16($0) | 0x100, radix: 16).dropFirst() }.joined()
        try ledger.sql("DROP TRIGGER run_no_update; UPDATE run SET note = x'\(hexadecimal)' WHERE number = 2")
        #expect(try ledger.problems().contains { $0.contains("did not sign") })
        await #expect(throws: EnvironmentError.self) { try await ledger.ingest(Text.transition("u", "d", "Pending")) }
        #expect(try ledger.copy(ledger.path + ".checkpoint") == old)
    }

    @Test("names that SQLite has another use for are names of files", arguments: [":memory:", "file:l?mode=memory"])
    func plainNames(name: String) async throws {
        let ledger = try TestLedger()
        let before = FileManager.default.currentDirectoryPath
        let copy = ledger.folder.path + "/" + name
        try await ledger.ingest(Text.transition("q"))
        try LedgerView.backup(ledger.path, to: copy)
        #expect(FileManager.default.fileExists(atPath: copy))
        #expect(try LedgerCheck.run(copy, isFull: true).problems == [])
        #expect(FileManager.default.currentDirectoryPath == before)
    }

    @Test("a journal that cannot be gone on with is told before anything is stored")
    func brokenJournal() async throws {
        let ledger = try TestLedger()
        let first = try await ledger.ingest(Text.transition("q"))
        try ledger.put(Data("junk\n".utf8), at: ledger.path + ".journal")
        let error = await #expect(throws: EnvironmentError.self) {
            try await ledger.ingest(Text.transition("s", "d", "Submitted"))
        }
        #expect(error?.kind == .brokenChain && error?.hint != nil)
        #expect(try LedgerView.status(ledger.path).root == first.root)
    }

    @Test("a journal that is damaged in its middle is named by a full check, and so is a line of another run")
    func damagedJournal() async throws {
        let ledger = try await Self.varied()
        let path = ledger.path + ".journal"
        let text = String(decoding: try ledger.copy(path), as: UTF8.self)
        #expect(try LedgerCheck.run(ledger.path, isFull: true).problems == [])
        for (old, new) in [("\"root\":\"", "\"root\":\"0"), ("{", "[")] {
            let range = try #require(text.range(of: old))
            try ledger.put(Data(text.replacingCharacters(in: range, with: new).utf8), at: path)
            let problems = try LedgerCheck.run(ledger.path, isFull: true).problems
            #expect(problems.count == 1 && problems[0].hasPrefix("journal: "), "\(problems)")
        }
    }

    @Test("of a long journal only the end is read: the last run, the length of whole lines, what stands behind them")
    func longJournal() async throws {
        let ledger = try TestLedger()
        try await ledger.ingest(Text.transition("q"))
        let path = ledger.path + ".journal"
        let line = String(decoding: try ledger.copy(path), as: UTF8.self)
        let lines = (1...2000).map { line.replacingOccurrences(of: "\"run\":1,", with: "\"run\":\($0),") }.joined()
        for rest in ["", "{\"entries\"", String(repeating: "x", count: 300_000)] {
            try ledger.put(Data((lines + rest).utf8), at: path)
            let end = try LedgerJournal.end(path)
            #expect(end.last?.number == 2000 && end.length == lines.utf8.count && end.isWhole == rest.isEmpty)
        }
        try ledger.put(Data((lines + "junk\n").utf8), at: path)
        #expect(throws: EnvironmentError.self) { try LedgerJournal.end(path) }
    }

    @Test("a copy is a ledger of its own, and never replaces a file")
    func backup() async throws {
        let ledger = try await Self.filled()
        let target = ledger.folder.path + "/copy"
        try LedgerView.backup(ledger.path, to: target)
        #expect(try LedgerCheck.run(target, isFull: true).problems == [])
        #expect(throws: (any Error).self) { try LedgerView.backup(ledger.path, to: target) }
    }

    /// A ledger of three runs, with rejected, contradicting and superseding records.
    private static func varied() async throws -> TestLedger {
        let ledger = try TestLedger()
        try await ledger.ingest(
            Text.header + Text.row("d", "Queued", "2026-02-10T10:00:00Z", network: "n"), Text.transition("x", "e"))
        try await ledger.ingest(Text.lines(Text.transition("q"), Text.transition("x", "e", "Failed"), "broken"))
        try await ledger.ingest(Text.deployment("d", #","network":"n""#))
        return ledger
    }

    private static func recover(_ ledger: TestLedger, _ sources: String, seed: UInt8 = 7) async throws -> String {
        let key = try PrivateKey(ed25519Seed: [UInt8](repeating: seed, count: 32), comment: "test")
        var options = LedgerRecovery.Options(key: key)
        (options.journal, options.sources) = (ledger.path + ".journal", [sources])
        options.ledger = ledger.folder.path + "/again"
        _ = try await LedgerRecovery.run(options)
        return options.ledger
    }

    @Test("a lost ledger is made again from its journal and its sources, whatever these are called now")
    func recovery() async throws {
        let ledger = try await Self.varied()
        let status = try LedgerView.status(ledger.path)
        let sources = ledger.folder.path + "/sources"
        try FileManager.default.createDirectory(atPath: sources, withIntermediateDirectories: true)
        for name in try FileManager.default.contentsOfDirectory(atPath: ledger.folder.path)
        where name.hasPrefix("input") {
            try FileManager.default.moveItem(atPath: "\(ledger.folder.path)/\(name)", toPath: "\(sources)/z-\(name)")
        }
        let again = try await Self.recover(ledger, sources)
        #expect(try LedgerCheck.run(again, isFull: true).problems == [])
        let made = try LedgerView.status(again)
        #expect(made.root == status.root && made.checkpoint == status.entries && made.origin == status.origin)
        #expect(try ledger.copy(again + ".checkpoint") == ledger.copy(ledger.path + ".checkpoint"))
        #expect(try ledger.copy(again + ".journal") == ledger.copy(ledger.path + ".journal"))
        await #expect(throws: EnvironmentError.self) { _ = try await Self.recover(ledger, sources) }
    }

    @Test("without a source, with an altered journal or another key nothing is recovered")
    func noRecovery() async throws {
        let ledger = try await Self.varied()
        let other = await #expect(throws: EnvironmentError.self) {
            _ = try await Self.recover(ledger, ledger.folder.path, seed: 8)
        }
        #expect(other?.kind == .notPermitted)
        let journal = try ledger.copy(ledger.path + ".journal")
        let text = String(decoding: journal, as: UTF8.self)
        let altered = text.replacing("2026-03-01T00:00:00", with: "2026-03-01T00:00:01", maxReplacements: 1)
        #expect(altered != text)
        try ledger.put(Data(altered.utf8), at: ledger.path + ".journal")
        let wrong = await #expect(throws: EnvironmentError.self) {
            _ = try await Self.recover(ledger, ledger.folder.path)
        }
        #expect(wrong?.kind == .brokenChain && wrong?.message.contains("run 1 gives") == true)
        try FileManager.default.removeItem(atPath: ledger.folder.path + "/again")
        try ledger.put(journal, at: ledger.path + ".journal")
        try FileManager.default.removeItem(atPath: ledger.folder.path + "/input-3")
        let missing = await #expect(throws: EnvironmentError.self) {
            _ = try await Self.recover(ledger, ledger.folder.path)
        }
        #expect(missing?.kind == .noInput && missing?.message.contains("1 of 4 sources is missing") == true)
    }

    @Test("a line that a killed run left unfinished in the journal is written anew, and so are lines that are missing")
    func tornJournal() async throws {
        let ledger = try await Self.varied()
        let journal = try ledger.copy(ledger.path + ".journal")
        for length in [journal.count - 1, journal.count / 2, 0] {
            try ledger.put(journal.prefix(length), at: ledger.path + ".journal")
            try await ledger.ingest(Text.deployment("d", #","network":"n""#))
            #expect(try ledger.copy(ledger.path + ".journal") == journal)
        }
    }

    @Test("a database of another program, a newer ledger, a text: each is refused and left as it is")
    func otherFiles() async throws {
        let ledger = try TestLedger()
        try ledger.sql("CREATE TABLE other (a)")
        let other = try ledger.copy(ledger.path)
        await #expect(throws: EnvironmentError.self) { try await ledger.ingest(Text.transition("q")) }
        #expect(try ledger.copy(ledger.path) == other)
        let newer = try TestLedger()
        try await newer.ingest(Text.transition("q"))
        try newer.sql("INSERT INTO grdb_migrations VALUES ('2099-01 something later')")
        let before = try newer.copy(newer.path)
        let error = await #expect(throws: EnvironmentError.self) { try await newer.ingest(Text.transition("s")) }
        #expect(error?.kind == .unreadableInput && error?.message.contains("newer version") == true)
        #expect(try newer.copy(newer.path) == before)
        let text = try TestLedger()
        _ = try text.folder.write("not a database, but long enough to be looked at as one", to: "ledger")
        await #expect(throws: EnvironmentError.self) { try await text.ingest(Text.transition("q")) }
    }
}
