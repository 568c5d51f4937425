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
    private static func findings(_ path: String, _ code: String) throws -> Int {
        try SealedLedger.text(path, "data/findings.json").components(separatedBy: "\"code\":\"\(code)\"").count - 1
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
