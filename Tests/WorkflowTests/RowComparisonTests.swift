import AuditModel
import BundleExport
import RecordAnalysis
import Testing

@Suite("Rows of the service's own CSV export")
struct RowComparisonTests {
    /// A failure as the service keeps it, and as its CSV export writes it.
    static let failure = Text.transition(
        "f", "d", "Failed", "2026-02-10T10:01:00Z",
        ##","errorMessage":"no\r\nanswer","metadata":{"errorCategory":"NetworkError"}"##)
    static let row = [
        "d", "", "", "", "", "", "", "", "Failed", "2026-02-10T10:01:00Z", "", "", "", "", "no answer", "",
    ]

    @Test("the service's own CSV of a record changes no figure, whatever came first")
    func csvOfTheService() async throws {
        let records = Text.lines(Text.transition("q", "d"), Self.failure)
        let csv = Text.header + Self.row.map { "\"\($0)\"" }.joined(separator: ",") + "\n"
        let alone = try await MadeBundle.make(texts: [records]) { $0.analysis.asOf = nil }
        #expect(alone.text("metrics.csv").contains("failuresByCategory,NetworkError,1"))
        for texts in [[records, csv], [csv, records]] {
            let both = try await MadeBundle.make(texts: texts) { $0.analysis.asOf = nil }
            #expect(both.content == alone.content)
            let sealed = try SealedLedger()
            for text in texts { try await sealed.ledger.ingest(text) }
            let result = try await sealed.export("2026-02")
            try await LedgerSealTests.isValid(result)
            #expect(try SealedLedger.text(result[0].path, "data/metrics.csv").contains("NetworkError,1"))
        }
    }

    @Test("a failure outside the history gives the category only if the one inside has none")
    func categoryOfTheHistory() async throws {
        func categories(_ first: String, _ second: String) async throws -> [String: Int64] {
            func failed(_ id: String, _ category: String) -> String {
                let metadata = category.isEmpty ? "" : #","metadata":{"errorCategory":"\#(category)"}"#
                return Text.transition(id, "d", "Failed", "2026-02-10T10:0\(id)Z", metadata)
            }
            let text = Text.lines(Text.transition("q", "d"), failed("1:00", first), failed("2:00", second))
            return try await Analysed.texts([text]).group("failuresByCategory")
        }
        #expect(try await categories("NetworkError", "") == ["NetworkError": 1])
        #expect(try await categories("NetworkError", "InternalError") == ["NetworkError": 1])
        #expect(try await categories("", "InternalError") == ["InternalError": 1])
        #expect(try await categories("", "") == ["Unknown": 1])
    }
}
