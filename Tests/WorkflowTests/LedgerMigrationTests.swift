import AuditModel
import BundleFormat
import Foundation
import Ledger
import LedgerUpkeep
import Testing

/// A ledger of the first version of the tables, which every later version has to read and go on with.
///
/// `fixtures/ledger/first.ledger` holds two runs, a seal, a decision and an answer, signed by the key of `fixtures/example`.
/// It is never made anew: a change of the tables is a further step of `LedgerSchema`.
@Suite("A ledger of the first version")
struct LedgerMigrationTests {
    private static let root = "6046711669fbbcac5872310872c300a18bbb0a11ab62a9dfb24bba9bfd708362"

    private static func copied() throws -> TestLedger {
        let ledger = try TestLedger()
        for suffix in ["", ".checkpoint", ".journal"] {
            let fixture = Repository.root.appending(path: "fixtures/ledger/first.ledger\(suffix)")
            try ledger.put(Data(contentsOf: fixture), at: ledger.path + suffix)
        }
        return ledger
    }

    @Test("it is sound, and says what it said")
    func isSound() throws {
        let ledger = try Self.copied()
        #expect(try ledger.problems() == [])
        let status = try LedgerView.status(ledger.path)
        #expect(status.root == Self.root && status.runs == 5 && status.seals == 1 && status.quarantined == 2)
    }

    @Test("it takes more records, and keeps every entry that it had")
    func goesOn() async throws {
        let ledger = try Self.copied()
        let before = try ledger.sql("SELECT idx, hex(leaf) FROM entry ORDER BY idx")
        let result = try await ledger.ingest(Text.transition("t-9", "d-9"))
        #expect(result.sums.accepted == 1)
        #expect(try ledger.problems() == [])
        #expect(try ledger.sql("SELECT idx, hex(leaf) FROM entry WHERE idx < 12 ORDER BY idx") == before)
    }

    @Test("what it read before is known")
    func knowsItsSources() async throws {
        let ledger = try Self.copied()
        let records = Repository.root.appending(path: "fixtures/example/records.ndjson").path
        let result = try await ledger.ingest(files: [records])
        #expect(!result.isChanged && result.known == ["records.ndjson"])
    }
}
