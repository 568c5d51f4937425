import AuditModel
import BundleExport
import BundleFormat
import Foundation
import Ledger
import LedgerUpkeep
import RecordAnalysis
import RecordIntake
import Signing
import StrictJSON
import Testing

@testable import BundleVerifier

@Suite("Contradictions and findings of a ledger, whatever the order of files")
struct LedgerConflictTests {
    private static let row = Text.header + Text.row("d", "Queued", "2026-02-10T10:00:00Z", network: "a")
    private static let record = Text.deployment("d", #","network":"b","createdAt":"2026-02-10T10:00:00Z""#)

    /// The conflicts of a bundle: what each says that it contradicts, and where.
    private static func others(_ path: String) throws -> [(network: String?, source: Int64?, line: Int64?)] {
        let text = try SealedLedger.text(path, "data/rejected.json")
        return try JSONValue(parsing: Array(text.utf8)).array?.compactMap { $0["others"]?.array }.joined().map {
            ($0["content"]?["network"]?.string, $0["source"]?.integer, $0["line"]?.integer)
        } ?? []
    }

    private static func findings(_ path: String, _ code: String) throws -> Int {
        try SealedLedger.text(path, "data/findings.json").components(separatedBy: "\"code\":\"\(code)\"").count - 1
    }

    @Test("columns that a record of after the period contradicted stand in no trail, and the period is sealed")
    func superseded() async throws {
        let inPeriod = Text.transition("s", "d", "Submitted", "2026-01-24T10:00:00Z")
        let rows = [("a", "20"), ("b", "11")].map { network, day in
            Text.header + Text.row("d", "Queued", "2026-03-\(day)T10:00:00Z", network: network)
        }
        let record = Text.deployment(
            "d", #","network":"b","createdAt":"2026-01-23T10:00:00Z","updatedAt":"2026-02-20T10:00:00Z""#)
        for order in [[rows[0], rows[1], record], [rows[0], record, rows[1]], [record, rows[0], rows[1]]] {
            let sealed = try SealedLedger()
            for text in [inPeriod] + order { try await sealed.ledger.ingest(text) }
            try await LedgerSealTests.isValid(try await sealed.export("2026-01"))
        }
    }

    @Test("columns that a ledger held contradict a record at the record's place, with a finding")
    func heldColumns() async throws {
        for order in [[Self.row, Self.record], [Self.record, Self.row]] {
            let sealed = try SealedLedger()
            for text in order { try await sealed.ledger.ingest(text) }
            // What comes later says it no second time.
            try await sealed.ledger.ingest(Text.transition("s", "d", "Submitted", "2026-02-11T10:00:00Z"))
            let result = try await sealed.export(nil)
            try await LedgerSealTests.isValid(result)
            let others = try Self.others(result[0].path)
            #expect(others.map(\.network) == ["a"] && others.map(\.source) == [1])
            #expect(others.map(\.line) == [order[0] == Self.row ? 1 : 2])
            #expect(try Self.findings(result[0].path, "conflicting-deployment") == 1)
            #expect(try SealedLedger.text(result[0].path, "data/audit-trail.json").contains(#""disputed":true"#))
            #expect(try LedgerView.status(sealed.ledger.path).disputes == 1)
            #expect(try sealed.ledger.problems() == [])
            let periods = try await sealed.export("2026-02")
            try await LedgerSealTests.isValid(periods)
        }
    }

    @Test("two rows that a ledger held contradict one record, and each has its finding")
    func severalHeldColumns() async throws {
        let rows =
            Text.header + Text.row("d", "Queued", "2026-02-10T10:00:00Z", network: "a")
            + Text.row("d", "Submitted", "2026-02-11T10:00:00Z", network: "a\nc")
        let other = Text.deployment("d", #","network":"b""#)
        let sealed = try SealedLedger()
        for text in [rows, other] { try await sealed.ledger.ingest(text) }
        let result = try await sealed.export(nil)
        try await LedgerSealTests.isValid(result)
        // The rows contradicted each other before.
        #expect(try Self.findings(result[0].path, "conflicting-deployment") == 2)
    }

    @Test("columns that are in quarantine come again without a finding, and the bundle is valid")
    func columnsAgain() async throws {
        let sealed = try SealedLedger()
        let more = Self.row + Text.row("d", "Submitted", "2026-02-11T10:00:00Z", network: "a")
        for text in [Self.record, Self.row, more] { try await sealed.ledger.ingest(text) }
        let result = try await sealed.export(nil)
        try await LedgerSealTests.isValid(result)
        #expect(try Self.findings(result[0].path, "conflicting-deployment") == 1)
    }

    @Test("a decision on columns that a ledger held ends the dispute")
    func decision() async throws {
        let sealed = try SealedLedger()
        for text in [Self.row, Self.record] { try await sealed.ledger.ingest(text) }
        try await sealed.export("2026-02")
        var options = LedgerDecision.Options(
            key: try SealedLedger.key(), received: Timestamp(unixSeconds: 1_796_083_200))
        options.ledger = sealed.ledger.path
        options.dispute = 1
        options.reason = "said by the source"
        options.by = "A. Auditor"
        #expect(try LedgerDecision.run(options) == [1])
        let result = try await sealed.export("2026-02")
        #expect(result.map(\.name) == ["audit-2026-02-r1"])
        try await LedgerSealTests.isValid(result)
        #expect(try SealedLedger.text(result[0].path, "data/audit-trail.json").contains(#""disputed":false"#))
        #expect(try sealed.ledger.problems() == [])
    }

    @Test(
        "of contradicting records of one run the lowest SHA-256 stays, whatever the files are called; later ones do not"
    )
    func lowestOfOneRun() async throws {
        let transitions = ["Queued", "Submitted", "Failed"].map {
            Text.transition("q", "d", $0, "2026-02-10T10:00:00.0000000Z")
        }
        let records = ["a", "b", "c"].map { Text.deployment("d", #","network":"\#($0)""#) }
        let texts = zip(transitions, records).map { Text.lines($0, $1) }
        let once = try await MadeBundle.make(texts: texts).text("audit-trail.json")
        for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
            let sealed = try SealedLedger()
            let files = try order.map { try sealed.ledger.folder.write(texts[$0], to: "in-\($0)") }
            let named = try order.enumerated().map { try sealed.ledger.folder.write(texts[$1], to: "named-\($0)") }
            try await sealed.ledger.ingest(files: order == [1, 0, 2] ? files : named)
            let result = try await sealed.export(nil)
            try await LedgerSealTests.isValid(result)
            #expect(try SealedLedger.text(result[0].path, "data/audit-trail.json") == once)
            #expect(try sealed.ledger.problems() == [])
        }
        for first in texts {
            let sealed = try SealedLedger()
            try await sealed.ledger.ingest(first)
            let before = try await sealed.export(nil) { $0.export.name = "before" }
            for other in texts where other != first { try await sealed.ledger.ingest(other) }
            let after = try await sealed.export(nil) { $0.export.name = "after" }
            try await LedgerSealTests.isValid(after)
            func trail(_ results: [ExportResult]) throws -> String {
                try SealedLedger.text(results[0].path, "data/audit-trail.json")
                    .replacing(#""disputed":true"#, with: #""disputed":false"#)
            }
            #expect(try trail(before) == trail(after))
        }
    }

    @Test("a time in the future is one finding on the transition that stands, whichever form came first")
    func future() async throws {
        let time = "2031-02-10T10:00:00.0000000Z"
        let row = Text.header + Text.row("d", "Queued", time, message: "m")
        for id in ["q", nil] {
            let json = Text.transition(id, "d", "Queued", time, #","message":"m","metadata":{"a":1}"#)
            var named: Set<String> = []
            for runs in [[[row], [json]], [[json], [row]], [[row, json]], [[json, row]]] {
                let sealed = try SealedLedger()
                var counts: [Int] = []
                for (number, run) in runs.enumerated() {
                    let files = try run.enumerated().map {
                        try sealed.ledger.folder.write($1, to: "in-\(number)-\($0)")
                    }
                    counts.append(try await sealed.ledger.ingest(files: files).claimErrors[.timestampInFuture] ?? 0)
                }
                // Only the first run says it.
                #expect(counts == (runs.count == 1 ? [1] : [1, 0]))
                let result = try await sealed.export(nil)
                try await LedgerSealTests.isValid(result)
                #expect(try Self.findings(result[0].path, "timestamp-in-future") == 1)
                let text = try SealedLedger.text(result[0].path, "data/findings.json")
                let line = try #require(text.split(separator: "\n").first { $0.contains("timestamp-in-future") })
                let value = try JSONValue(parsing: Array((line.hasSuffix(",") ? line.dropLast() : line).utf8))
                named.insert(value["transitionId"]?.string ?? "")
                let trail = try SealedLedger.text(result[0].path, "data/audit-trail.json")
                #expect(named.allSatisfy { trail.contains("\"\($0)\"") })
            }
            #expect(named.count == 1)
            #expect(id == nil || named == ["q"])
        }
    }
}
