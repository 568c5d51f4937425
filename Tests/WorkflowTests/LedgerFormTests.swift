import AuditModel
import BundleExport
import BundleFormat
import FileSystem
import Foundation
import Ledger
import LedgerUpkeep
import RecordAnalysis
import Signing
import Testing

/// Ledgers of every earlier form of the file, which each version has to read, to move and to go on with.
///
/// `fixtures/ledger/3/records.ledger` was written by the last version that kept a row for each entry: three files with
/// contradicting and rejected records, a decision, sealed periods with a revision, and an answer. It is signed by the key of
/// `fixtures/example`, and never made anew. The two forms before have less, which is taken away.
@Suite("A ledger of an earlier form")
struct LedgerFormTests {
    private static let root = "04ef4814d6a834f850f733bcbff911c0d5741582b1b14c7381d8e56356028570"
    private static let forms = [1, 2, 3]

    private static func sealed(form: Int) throws -> SealedLedger {
        let sealed = try SealedLedger()
        let ledger = sealed.ledger
        for suffix in ["", ".checkpoint", ".journal"] {
            let fixture = Repository.root.appending(path: "fixtures/ledger/3/records.ledger\(suffix)")
            try ledger.put(Data(contentsOf: fixture), at: ledger.path + suffix)
        }
        if form < 3 {
            let triggers = try ledger.sql("SELECT name FROM sqlite_schema WHERE name LIKE '%_no_replace'")
            let statements = triggers.split(separator: "\n").map { "DROP TRIGGER \($0)" }
            let step = "DELETE FROM grdb_migrations WHERE identifier LIKE '%no row in the place of another'"
            try ledger.sql((statements + [step]).joined(separator: ";"))
        }
        if form < 2 {
            try ledger.sql("DROP TABLE sealing; DELETE FROM grdb_migrations WHERE identifier LIKE '%machine''s clock'")
        }
        return sealed
    }

    private static func key() throws -> PrivateKey {
        try PrivateKey(
            openSSH: Array(Data(contentsOf: Repository.root.appending(path: "fixtures/example/key"))))
    }

    /// The bytes of an answer that shows everything.
    private static func answer(_ sealed: SealedLedger) async throws -> Data {
        let key = try key()
        let made = try await sealed.export(nil) {
            $0.export.key = key
            $0.isResponse = true
            $0.export.analysis.selection.period = Period(
                from: Timestamp(unixSeconds: 1_735_689_600), to: Timestamp(unixSeconds: 1_743_465_600))
            $0.export.name = "all"
        }
        defer { for bundle in made { try? FileManager.default.removeItem(atPath: bundle.path) } }
        return try sealed.ledger.copy(made[0].path)
    }

    private static func tables(_ ledger: TestLedger) throws -> [Substring] {
        try ledger.sql("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1").split(separator: "\n")
    }

    @Test("is read as it is: checked in full, told of, and answered from", arguments: forms)
    func isRead(form: Int) async throws {
        let sealed = try Self.sealed(form: form)
        #expect(try LedgerCheck.run(sealed.ledger.path, isFull: false).problems == [])
        #expect(try sealed.ledger.problems() == [])
        let status = try LedgerView.status(sealed.ledger.path)
        #expect(status.root == Self.root && status.entries == 50 && status.records == 36 && status.seals == 3)
        #expect(try await !Self.answer(sealed).isEmpty)
        #expect(try Self.tables(sealed.ledger).contains("entry"))
    }

    @Test("is moved by the first command that writes, with its root, its entries and its bundles", arguments: forms)
    func isMoved(form: Int) async throws {
        let sealed = try Self.sealed(form: form)
        let ledger = sealed.ledger
        let query = "SELECT idx, hex(leaf), kind, deployment, hex(sha256), hex(asReceived), hex(content) FROM entry"
        let entries = try ledger.sql(query)
        let answer = try await Self.answer(sealed)
        try LedgerView.requireReadable(ledger.path, repairing: true, wait: 0)
        #expect(try !Self.tables(ledger).contains("entry") && Self.tables(ledger).contains("pack"))
        #expect(try ledger.sql(query) == entries)
        #expect(try ledger.sql("SELECT count(*) FROM pack") == "8", "a pack has entries of one run")
        #expect(try ledger.problems() == [])
        #expect(try LedgerView.status(ledger.path).root == Self.root)
        #expect(try await Self.answer(sealed) == answer)
        let result = try await ledger.ingest(Text.transition("t-9", "d-9"))
        #expect(result.sums.accepted == 1)
        #expect(try ledger.problems() == [])
        #expect(try ledger.sql(query + " WHERE idx < 50") == entries)
    }

    @Test(
        "with rows that no version wrote is left as it is",
        arguments: [
            "UPDATE entry SET kind = 9 WHERE idx = 20", "UPDATE entry SET leaf = x'00' WHERE idx = 20",
            "UPDATE entry SET sha256 = x'00' WHERE idx = 3", "DELETE FROM entry WHERE idx = 20",
        ])
    func isLeft(change: String) throws {
        let ledger = try Self.sealed(form: 3).ledger
        try ledger.sql("DROP TRIGGER entry_no_update; DROP TRIGGER entry_no_delete;" + change)
        #expect(try ledger.problems() != [])
        let error = #expect(throws: EnvironmentError.self) {
            try LedgerView.requireReadable(ledger.path, repairing: true, wait: 0)
        }
        #expect(
            error?.kind == .brokenChain && error?.message.contains("entry 2") ?? false || change.contains("idx = 3"))
        #expect(try Self.tables(ledger).contains("entry"))
    }
}
