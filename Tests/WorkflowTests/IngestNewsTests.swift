import BundleExport
import BundleFormat
import Foundation
import Ledger
import LedgerUpkeep
import Testing

/// An ingest without a new record is stored if it has something else to say, and leaves no trace if it has not.
@Suite("What an ingest says beside its records")
struct IngestNewsTests {
    private static let zoned = Text.transition("q")
    private static let zoneless = Text.transition("q", "d", "Queued", "2026-02-10T10:00:00")
    /// Texts without a new record behind ``zoned``, with the findings that a bundle shows.
    static let news: [(text: String, code: String)] = [
        (#"{"success":true,"isSimulatedEvidence":true,"deployments":[]}"#, "simulated-evidence"),
        (#"{"success":false,"errorMessage":"timeout"}"#, "source-incomplete"),
        (
            #"{"success":true,"totalCount":4,"page":1,"pageSize":1,"totalPages":4,"deployments":[]}"#,
            "source-incomplete"
        ),
        (#"{"success":true,"data":"[]","isCached":true}"#, "source-cached"),
        (zoneless, "timestamp-without-zone"),
        (
            #"{"success":true,"metrics":{"totalDeployments":2,"successfulDeployments":0,"#
                + #""periodStart":"2026-01-01T00:00:00Z","periodEnd":"2026-12-31T23:59:59Z"}}"#,
            "stated-metric-mismatch"
        ),
    ]

    @Test("is stored once, and the bundle shows it", arguments: news.indices)
    func isStored(_ number: Int) async throws {
        let (text, code) = Self.news[number]
        let sealed = try SealedLedger()
        try await sealed.ledger.ingest(Self.zoned)
        let file = try sealed.ledger.folder.write(text, to: "news.json")
        let told = try await sealed.ledger.ingest(files: [file])
        #expect(told.isChanged && told.sums.accepted == 0)
        let again = try await sealed.ledger.ingest(files: [file])
        #expect(!again.isChanged && again.known == ["news.json"] && again.root == told.root)
        #expect(try sealed.ledger.problems() == [])
        let bundle = try await sealed.export(nil)
        try await LedgerSealTests.isValid(bundle)
        #expect(try SealedLedger.text(bundle[0].path, "data/findings.json").contains(code))
    }

    @Test("records that all are known leave no trace, with all that was found of them when they came")
    func duplicates() async throws {
        let ledger = try TestLedger()
        let other = Text.deployment("e", #","history":[{"a":1}],"currentStatus":8,"decimals":6"#)
        let bad = Text.transition("x", "d", "Nonsense")
        let late = Text.transition("q", "d", "Submitted")
        let first = try await ledger.ingest(Text.lines(Self.zoneless, other, bad), late)
        for text in [Text.lines(other, Self.zoneless), Text.lines(bad, other), Text.lines(late, Self.zoneless, late)] {
            let again = try await ledger.ingest(text)
            #expect(!again.isChanged && again.root == first.root)
            #expect(again.sums.duplicates + again.sums.rejected == again.sums.read)
        }
        #expect(try LedgerView.status(ledger.path).runs == 1)
    }

    @Test("records of which not all findings are listed leave no trace in another order either")
    func unlisted() async throws {
        let ledger = try TestLedger()
        let records = (0..<1_100).map { Text.transition("t\($0)", "d", "Queued", "2026-02-10T10:00:00") }
        let first = try await ledger.ingest(records.joined(separator: "\n"))
        let again = try await ledger.ingest(records.reversed().joined(separator: "\n"))
        #expect(first.isChanged && !again.isChanged && again.root == first.root)
    }
}
