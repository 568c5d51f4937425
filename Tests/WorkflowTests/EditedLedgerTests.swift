import AuditModel
import BundleFormat
import FileSystem
import Foundation
import Ledger
import LedgerRestoration
import LedgerUpkeep
import Signing
import StrictJSON
import Testing

@testable import BundleVerifier

/// Edits of a ledger's file without the key: what sealing and answering then say, and that nothing is signed.
@Suite("Sealing a ledger that somebody edited")
struct EditedLedgerTests {
    struct Edit: Sendable, CustomStringConvertible {
        var description: String
        var sql: String
        /// What the message must name.
        var named: String
        /// Whether an answer of everything sees it.
        var isAnswered = true
    }

    static let edits = [
        Edit(
            description: "deleted findings", sql: "DELETE FROM finding WHERE run = 1",
            named: "run 1: a row of table finding"),
        Edit(
            description: "a softened finding",
            sql: "UPDATE finding SET body = CAST(replace(body, '\"error\"', '\"info\"') AS BLOB)",
            named: "table finding"),
        Edit(
            description: "another name of a source",
            sql: "UPDATE source SET body = CAST(replace(body, 'input-1', 'input-9') AS BLOB) WHERE number = 1",
            named: "run 1: a row of table source"),
        Edit(description: "a deleted source", sql: "DELETE FROM source WHERE number = 1", named: "table source"),
        Edit(
            description: "a deleted day of a deployment", sql: "DELETE FROM activity WHERE deployment = 0",
            named: "2026-01-05: found"
        ),
        Edit(description: "no days", sql: "DELETE FROM activity", named: "found 0 deployments"),
        Edit(description: "a deleted deployment", sql: "DELETE FROM deployment WHERE number = 0", named: "deployment"),
        Edit(
            description: "a deployment that is gone with its days",
            sql: "DELETE FROM deployment WHERE number = 0;DELETE FROM activity WHERE deployment = 0",
            named: "table deployment"),
        Edit(
            description: "another content of an entry",
            sql: "UPDATE entry SET content = CAST(replace(content, 'Queued', 'Failed') AS BLOB) WHERE kind = 1",
            named: "altered"),
        Edit(
            description: "an entry under another deployment",
            sql: "UPDATE entry SET deployment = 1 WHERE deployment = 0",
            named: "deployment"),
        Edit(
            description: "an entry under no deployment", sql: "UPDATE entry SET deployment = NULL WHERE deployment = 0",
            named: "deployment 0"),
        Edit(
            description: "a deployment that seems to hold nothing", sql: "DELETE FROM holding WHERE deployment = 0",
            named: "deployment 0"),
        Edit(
            description: "a byte of a pack", sql: "UPDATE pack SET body = CAST(x'00' || substr(body, 2) AS BLOB)",
            named: "entries 0 to"),
        Edit(description: "no packs", sql: "DELETE FROM pack;DELETE FROM holding", named: "the log has 0 of"),
        Edit(description: "a leaf", sql: "UPDATE entry SET leaf = zeroblob(32) WHERE idx = 2", named: "another root"),
        Edit(
            description: "a count of a day", sql: "UPDATE tally SET transitions = transitions + 1",
            named: "table tally: a row was altered"),
        Edit(
            description: "a day and its count",
            sql:
                "DELETE FROM activity WHERE deployment = 0;UPDATE tally SET transitions = transitions - 2, deployments = deployments - 1",
            named: "table tally"),
        Edit(description: "quarantine", sql: "DELETE FROM quarantine", named: "table quarantine"),
        Edit(description: "the time of an ingest", sql: "UPDATE run SET received = received + 1", named: "run 1"),
        Edit(
            description: "a replacement that was never logged", sql: "INSERT INTO replaced VALUES (2, 3)",
            named: "table replaced"),
        Edit(
            description: "a seal that was never logged",
            sql: "INSERT INTO seal VALUES (1, 2, 's', 1, 0, 1, x'7b7d')", named: "table seal"),
    ]

    /// Without its triggers the file lets everything be done; they are put back.
    private static func edit(_ ledger: TestLedger, _ sql: String) throws {
        let names = try ledger.sql("SELECT name FROM sqlite_schema WHERE type = 'trigger'").split(separator: "\n")
        let schema = try LedgerSchemaText.triggers(of: ledger)
        try ledger.sql((names.map { "DROP TRIGGER \($0)" } + [sql]).joined(separator: ";"))
        try LedgerSchemaText.restore(schema, in: ledger)
    }

    private static func filled() async throws -> SealedLedger {
        let sealed = try SealedLedger()
        try await sealed.ledger.ingest(
            LedgerSealTests.january + "no record\n" + Text.transition("a1", "a", "Queued", "2026-01-07T00:00:00Z"))
        return sealed
    }

    /// More than a block of 1,024 entries.
    private static func longer() async throws -> SealedLedger {
        let sealed = try SealedLedger()
        let records = (0..<1100).map { Text.transition("t\($0)", "d\($0 % 50)", "Queued", "2026-01-05T10:00:00Z") }
        try await sealed.ledger.ingest(records.joined(separator: "\n"))
        return sealed
    }

    @Test("is refused with the row, and nothing is signed", arguments: edits)
    func isRefused(_ edit: Edit) async throws {
        let sealed = try await Self.filled()
        let checkpoint = try sealed.ledger.copy(sealed.ledger.path + ".checkpoint")
        try Self.edit(sealed.ledger, edit.sql)
        for isResponse in [false, true] {
            let error = await #expect(throws: EnvironmentError.self) {
                try await sealed.export("2026-01") { $0.isResponse = isResponse }
            }
            #expect(
                error?.kind == .brokenChain && error?.message.contains(edit.named) == true, "\(error?.message ?? "")")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: sealed.out) == [])
        #expect(try sealed.ledger.copy(sealed.ledger.path + ".checkpoint") == checkpoint)
        #expect(try sealed.ledger.problems() != [])
    }

    @Test("no row is put in the place of another, and one that was is found", arguments: [false, true])
    func replaced(isUnlocked: Bool) async throws {
        let sealed = try await Self.filled()
        let sql = """
            INSERT OR REPLACE INTO pack SELECT first, count, leaves, zeroblob(length(body)) FROM pack
            """
        guard isUnlocked else {
            #expect(throws: TestLedger.SQLFailure.self) { try sealed.ledger.sql(sql) }
            return
        }
        try Self.edit(sealed.ledger, sql)
        let error = await #expect(throws: EnvironmentError.self) {
            try await sealed.export("2026-01") { $0.isResponse = true }
        }
        #expect(error?.kind == .brokenChain && error?.message.contains("entries 0 to") == true)
    }

    @Test("no table takes a row in the place of another")
    func everyTableIsLocked() async throws {
        let sealed = try await Self.filled()
        try await sealed.export("2026-01")
        try await sealed.export("2026-01") { $0.idempotencyKey = "letter" }
        for table in ["pack", "run", "source", "finding", "quarantine", "signer", "seal", "request", "sealing"] {
            #expect(try sealed.ledger.sql("SELECT count(*) > 0 FROM \(table)") == "1", "\(table) is empty")
            #expect(throws: TestLedger.SQLFailure.self, "\(table)") {
                try sealed.ledger.sql("INSERT OR REPLACE INTO \(table) SELECT * FROM \(table)")
            }
        }
        #expect(throws: TestLedger.SQLFailure.self) {
            try sealed.ledger.sql(
                "INSERT OR REPLACE INTO seal SELECT number + 9, idx, series, sequence, start, end, body FROM seal")
        }
    }

    @Test("a trigger that is gone, or one too many, is refused")
    func triggers() async throws {
        for sql in ["DROP TRIGGER pack_no_update", "CREATE INDEX other ON pack (count)"] {
            let sealed = try await Self.filled()
            try sealed.ledger.sql(sql)
            let error = await #expect(throws: EnvironmentError.self) { try await sealed.export("2026-01") }
            #expect(error?.kind == .brokenChain && error?.message.contains("triggers are not those") == true)
        }
    }

    @Test("a digest of a block is compared with its entries, with and without --full", arguments: [false, true])
    func block(isFull: Bool) async throws {
        let ledger = try await LedgerCheckTests.filled()
        try ledger.sql("UPDATE block SET digest = zeroblob(32)")
        #expect(try !LedgerCheck.run(ledger.path, isFull: isFull).problems.isEmpty)
    }

    @Test("nothing is sealed, answered or taken in over a digest of a block that is not that of its entries")
    func blockOfSealed() async throws {
        let sealed = try await Self.longer()
        try sealed.ledger.sql("UPDATE block SET digest = zeroblob(32)")
        for isResponse in [false, true] {
            let error = await #expect(throws: EnvironmentError.self) {
                try await sealed.export("2026-01") { $0.isResponse = isResponse }
            }
            #expect(error?.kind == .brokenChain)
        }
        let error = await #expect(throws: EnvironmentError.self) {
            try await sealed.ledger.ingest(LedgerSealTests.late)
        }
        #expect(error?.kind == .brokenChain)
    }

    @Test("an entry in a whole block is compared with the block")
    func leafInBlock() async throws {
        let sealed = try await Self.longer()
        try Self.edit(sealed.ledger, "UPDATE entry SET leaf = zeroblob(32) WHERE idx = 500")
        let error = await #expect(throws: EnvironmentError.self) {
            try await sealed.export("2026-01") { $0.isResponse = true }
        }
        #expect(
            error?.message.contains("entries 0 to 1023: a leaf") == true || error?.message.contains("entry 500") == true
        )
        // The entries are the log's own once more, and so is the bundle.
        #expect(try !LedgerCheck.run(sealed.ledger.path, isFull: true).problems.isEmpty)
    }

    @Test("a record that came late cannot be kept from the correction that it makes")
    func lateRecord() async throws {
        for sql in [
            "DELETE FROM activity WHERE deployment = (SELECT max(number) FROM deployment)",
            "UPDATE entry SET deployment = NULL WHERE idx = (SELECT max(idx) FROM entry WHERE kind = 1)",
            "DELETE FROM holding WHERE deployment = (SELECT max(deployment) FROM holding)",
        ] {
            let sealed = try SealedLedger()
            try await sealed.ledger.ingest(LedgerSealTests.january, LedgerSealTests.february)
            try await sealed.export("2026-01")
            try await sealed.ledger.ingest(LedgerSealTests.late)
            try Self.edit(sealed.ledger, sql)
            let error = await #expect(throws: EnvironmentError.self) { try await sealed.export("2026-02") }
            #expect(error?.kind == .brokenChain, "\(sql): \(error?.message ?? "")")
            #expect(try LedgerView.status(sealed.ledger.path).seals == 1)
        }
    }

    @Test(
        "an ingest does not sign over an edited table",
        arguments: ["UPDATE tally SET transitions = transitions + 1", "DELETE FROM source", "DELETE FROM quarantine"])
    func ingestRefuses(sql: String) async throws {
        let sealed = try await Self.filled()
        try Self.edit(sealed.ledger, sql)
        let error = await #expect(throws: EnvironmentError.self) {
            try await sealed.ledger.ingest(LedgerSealTests.late)
        }
        #expect(error?.kind == .brokenChain)
    }

    @Test(
        "an ingest does not decide beside an edited entry",
        arguments: [
            ("content = CAST(replace(content, 'Submitted', 'Failed') AS BLOB)", "altered, its record"),
            ("sha256 = zeroblob(32)", "altered, its record"), ("leaf = zeroblob(32)", "another root"),
        ])
    func ingestBesideEdited(change: String, named: String) async throws {
        let sealed = try await Self.filled()
        try Self.edit(sealed.ledger, "UPDATE entry SET \(change) WHERE kind = 1")
        let before = try sealed.ledger.sql("SELECT count(*) FROM entry")
        // The same record as the first time: beside the edited one it would contradict it, and that would be signed.
        let error = await #expect(throws: EnvironmentError.self) {
            try await sealed.ledger.ingest(Text.transition("a2", "a", "Submitted", "2026-01-06T00:00:00Z"))
        }
        #expect(error?.kind == .brokenChain && error?.message.contains(named) == true, "\(error?.message ?? "")")
        #expect(try sealed.ledger.sql("SELECT count(*) FROM entry") == before)
    }

    @Test("a file is not left out for an edited row of a source")
    func editedSource() async throws {
        let late = Array((LedgerSealTests.late + "\n").utf8)
        let digest = ContentDigest.hexadecimal(of: late)
        let columns = "bytes = \(late.count), sha256 = x'\(digest)'"
        let body =
            "body = CAST(json_set(CAST(body AS TEXT), '$.bytes', \(late.count), '$.sha256', '\(digest)') AS BLOB)"
        for change in [columns, "\(columns), \(body)"] {
            let sealed = try await Self.filled()
            try Self.edit(sealed.ledger, "UPDATE source SET \(change) WHERE number = 1")
            let error = await #expect(throws: EnvironmentError.self) {
                try await sealed.ledger.ingest(LedgerSealTests.late + "\n")
            }
            #expect(error?.message.contains("table source") == true, "\(error?.message ?? "")")
        }
        let sealed = try await Self.filled()
        let result = try await sealed.ledger.ingest(LedgerSealTests.late + "\n")
        #expect(result.known == [] && result.isChanged)
    }

    @Test("a decision accepts no edited record, and replaces none")
    func decision() async throws {
        for sql in [
            "UPDATE quarantine SET body = CAST(replace(body, 'Queued', 'Failed') AS BLOB) WHERE kind = 'conflict'",
            "UPDATE entry SET content = CAST(replace(replace(content, '2026-01-05', '2026-01-04'), '2026-01-07', '2026-01-04') AS BLOB) WHERE kind = 1",
        ] {
            let sealed = try await Self.filled()
            let number = Int(try sealed.ledger.sql("SELECT number FROM quarantine WHERE kind = 'conflict'")) ?? 0
            let checkpoint = try sealed.ledger.copy(sealed.ledger.path + ".checkpoint")
            try Self.edit(sealed.ledger, sql)
            var options = LedgerDecision.Options(
                key: try SealedLedger.key(), received: Timestamp(unixSeconds: 1_774_000_000))
            options.ledger = sealed.ledger.path
            options.dispute = number
            options.accept = number
            options.reason = "said by the source"
            options.by = "A. Auditor"
            let asked = options
            let error = #expect(throws: EnvironmentError.self) { try LedgerDecision.run(asked) }
            #expect(error?.kind == .brokenChain, "\(sql): \(error?.message ?? "")")
            #expect(try sealed.ledger.copy(sealed.ledger.path + ".checkpoint") == checkpoint)
        }
    }

    @Test("a bundle that is not valid is never sealed, and binds no key")
    func inspected() async throws {
        let sealed = try await Self.filled()
        let before = try LedgerView.status(sealed.ledger.path)
        struct Refused: Error {}
        for key in [nil, "letter"] as [String?] {
            await #expect(throws: Refused.self) {
                try await sealed.export("2026-01") {
                    $0.idempotencyKey = key
                    $0.inspect = { _, _ in throw Refused() }
                }
            }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: sealed.out) == [])
        let after = try LedgerView.status(sealed.ledger.path)
        #expect(after.seals == 0 && after.root == before.root)
        // The verifier reads the file while it has no name, and judges it by the name that it will have.
        let key = try SealedLedger.key().publicKey
        let result = try await sealed.export("2026-01") {
            $0.inspect = { path, name in
                try await Verifier.requireValid(path, named: name, key: key, time: 1_800_000_000, threads: 2)
                await #expect(throws: EnvironmentError.self) {
                    try await Verifier.requireValid(path, named: "another", key: key, time: 1_800_000_000, threads: 2)
                }
            }
        }
        try await LedgerSealTests.isValid(result)
    }

    @Test("a ledger of the first version seals as before, and its next ingest binds the tables")
    func firstVersion() async throws {
        let ledger = try TestLedger()
        for suffix in ["", ".checkpoint", ".journal"] {
            let fixture = Repository.root.appending(path: "fixtures/ledger/first.ledger\(suffix)")
            try ledger.put(Data(contentsOf: fixture), at: ledger.path + suffix)
        }
        let unbound = try LedgerCheck.run(ledger.path, isFull: false).unchecked
        #expect(unbound.contains { $0.contains("from the next ingest or seal on") })
        try await ledger.ingest(Text.transition("t-9", "d-9"))
        let report = try LedgerCheck.run(ledger.path, isFull: true)
        #expect(report.problems == [] && report.unchecked == [])
        #expect(try !LedgerCheck.run(ledger.path, isFull: false).unchecked.isEmpty)
    }

    @Test("a ledger of the first version is made again from its journal, with its own roots")
    func firstVersionRecovered() async throws {
        let ledger = try TestLedger()
        let fixtures = Repository.root.appending(path: "fixtures")
        let journal = String(
            decoding: try Data(contentsOf: fixtures.appending(path: "ledger/first.ledger.journal")), as: UTF8.self)
        let path = try ledger.folder.write(journal.split(separator: "\n")[0] + "\n", to: "journal")
        let key = try PrivateKey(openSSH: Array(Data(contentsOf: fixtures.appending(path: "example/key"))))
        var options = LedgerRecovery.Options(key: key)
        options.journal = path
        options.ledger = ledger.path
        options.sources = [fixtures.appending(path: "example/records.ndjson").path]
        #expect(try await LedgerRecovery.run(options).size == 4)
    }
}

/// The triggers of a ledger's file, taken away and put back.
enum LedgerSchemaText {
    static func triggers(of ledger: TestLedger) throws -> [String] {
        try ledger.sql("SELECT hex(sql) FROM sqlite_schema WHERE type = 'trigger'").split(separator: "\n").map(
            String.init)
    }

    /// One statement of a trigger has a semicolon in it, so each goes to SQLite apart.
    static func restore(_ triggers: [String], in ledger: TestLedger) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        let script = """
            import sqlite3, sys
            connection = sqlite3.connect(sys.argv[1])
            for text in sys.argv[2:]:
                connection.execute(bytes.fromhex(text).decode())
            connection.commit()
            connection.close()
            """
        process.arguments = ["python3", "-c", script, ledger.path] + triggers
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw TestLedger.SQLFailure(text: "triggers") }
    }
}
