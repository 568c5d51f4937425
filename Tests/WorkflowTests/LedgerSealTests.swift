import AuditModel
import BundleExport
import BundleFormat
import FileSystem
import Foundation
import Ledger
import LedgerRestoration
import LedgerUpkeep
import RecordAnalysis
import Signing
import StrictJSON
import Testing

@testable import BundleVerifier

@Suite("Bundles from a ledger")
struct LedgerSealTests {
    static let january = Text.lines(
        Text.deployment("a", #","network":"n","createdAt":"2026-01-05T00:00:00Z""#),
        Text.transition("a1", "a", "Queued", "2026-01-05T00:00:00Z"),
        Text.transition("a2", "a", "Submitted", "2026-01-06T00:00:00Z"))
    static let february = Text.lines(
        Text.transition("a3", "a", "Pending", "2026-02-01T00:00:00Z"),
        Text.transition("b1", "b", "Queued", "2026-02-03T00:00:00Z"),
        Text.transition("c1", "c", "Queued", "2026-03-03T00:00:00Z"))
    /// Comes after January was sealed, and belongs there.
    static let late = Text.transition("z1", "z", "Queued", "2026-01-20T00:00:00Z")

    static func isValid(_ results: [ExportResult]) async throws {
        for result in results {
            let report = try await SealedLedger.verify(result.path)
            #expect(report.verdict == .valid, "\(result.name): \(report.checks.filter { $0.status != .passed })")
        }
    }

    @Test("the content files equal those of a one-shot export of the same records, whatever the runs")
    func contentIsThatOfOneShot() async throws {
        let sealed = try SealedLedger()
        let records = [Self.january, Self.february, Self.late]
        for text in records.reversed() { try await sealed.ledger.ingest(text) }
        for period in ["2026-01", "2026-02", nil] as [String?] {
            let result = try await sealed.export(period) { $0.isResponse = true }[0]
            try await Self.isValid([result])
            let clock = try LedgerView.lastReceived(sealed.ledger.path)
            let once = try await MadeBundle.make(texts: records) {
                $0.analysis.asOf = nil
                $0.analysis.clock = clock
                $0.analysis.selection.period = period.flatMap { Period(label: $0) }
            }
            for name in ["audit-trail.json", "deployments.csv", "transitions.csv", "metrics.json", "metrics.csv"] {
                #expect(
                    try SealedLedger.text(result.path, "data/\(name)") == once.text(name),
                    "\(name) of \(period ?? "all")")
            }
            let here = try SealedLedger.bundle(result.path)["reconciliation"]
            let there = try JSONValue(parsing: once.files["data/bundle.json"] ?? [])["reconciliation"]
            #expect(here == there, "\(period ?? "all")")
        }
    }

    @Test("a period is sealed once; asking again gives the same bytes, made again if the file is gone")
    func sealedOnce() async throws {
        let sealed = try SealedLedger()
        try await sealed.ledger.ingest(Self.january, Self.february)
        let first = try await sealed.export("2026-01")
        try await Self.isValid(first)
        #expect(first.map(\.name) == ["audit-2026-01"] && first[0].kind == .sealed)
        let bytes = try sealed.ledger.copy(first[0].path)
        let root = try LedgerView.status(sealed.ledger.path).root
        let again = try await sealed.export("2026-01")
        #expect(again[0].wasSealed && again[0].wasThere)
        try FileManager.default.removeItem(atPath: first[0].path)
        // What comes later, and belongs elsewhere, changes nothing.
        try await sealed.ledger.ingest(Text.transition("d1", "d", "Queued", "2026-04-01T00:00:00Z"))
        let anew = try await sealed.export("2026-01")
        #expect(anew[0].wasSealed && !anew[0].wasThere && anew.count == 1)
        #expect(try sealed.ledger.copy(anew[0].path) == bytes)
        #expect(try LedgerView.status(sealed.ledger.path).root != root)
        #expect(try sealed.ledger.problems() == [])
    }

    @Test("another key, or another version, makes other bytes: that is said, and nothing is changed")
    func otherBytes() async throws {
        let sealed = try SealedLedger()
        try await sealed.ledger.ingest(Self.january)
        let first = try await sealed.export("2026-01")
        try FileManager.default.removeItem(atPath: first[0].path)
        let error = await #expect(throws: EnvironmentError.self) { try await sealed.export("2026-01", seed: 8) }
        #expect(error?.message.contains("nothing is changed") == true)
        #expect(try FileManager.default.contentsOfDirectory(atPath: sealed.out) == [])
        #expect(try sealed.ledger.problems() == [])
    }

    @Test("only a period that has ended is sealed, and none with a gap before it")
    func endedAndTouching() async throws {
        let sealed = try SealedLedger()
        try await sealed.ledger.ingest(Self.january, Self.february)
        let early = try await sealed.export("2026-02", now: "2026-02-28T23:59:59Z")
        #expect(early[0].kind == .response)
        try await sealed.export("2026-01")
        for period in ["2026-03", "2026-01-05", "2025-12"] {
            let error = await #expect(throws: EnvironmentError.self) { try await sealed.export(period) }
            let reason = period == "2026-01-05" ? "has a period for each month" : "sealed up to"
            #expect(error?.kind == .usage && error?.message.contains(reason) == true)
        }
        let results = try await sealed.export("2026-02")
        try await Self.isValid(results)
        let series = try SealedLedger.bundle(results[0].path)["series"]
        #expect(series?["sequence"]?.integer == 2 && series?["previous"]?["name"]?.string == "audit-2026-01")
        #expect(series?["next"]?["to"]?.string == "2026-04-01T00:00:00.0000000Z")
        let filtered = try await sealed.export("2026-02") { $0.export.analysis.selection.networks = ["n"] }
        #expect(filtered[0].name == "audit-2026-02-partial" && filtered[0].kind == .sealed)
        try await Self.isValid(filtered)
    }

    @Test("a record that comes late makes a revision of its period, before the next is sealed; earlier bundles stay")
    func lateRecord() async throws {
        let sealed = try SealedLedger()
        try await sealed.ledger.ingest(Self.january)
        let first = try await sealed.export("2026-01")
        let bytes = try sealed.ledger.copy(first[0].path)
        try await sealed.ledger.ingest(Self.february)
        try await sealed.ledger.ingest(Self.late)
        let results = try await sealed.export("2026-02")
        #expect(results.map(\.name) == ["audit-2026-01-r1", "audit-2026-02"])
        try await Self.isValid(results)
        #expect(try sealed.ledger.copy(first[0].path) == bytes)
        let revised = try SealedLedger.bundle(results[0].path)["series"]
        #expect(revised?["supersedes"]?["name"]?.string == "audit-2026-01" && revised?["sequence"]?.integer == 2)
        let corrections = try SealedLedger.text(results[0].path, "data/corrections.json")
        #expect(corrections.contains(#""before":null,"deploymentId":"z""#))
        #expect(!corrections.contains(#""deploymentId":"a""#), "a later transition does not change an earlier period")
        let again = try await sealed.export("2026-01")
        #expect(again.map(\.name) == ["audit-2026-01-r1"] && again[0].wasSealed)
        try FileManager.default.removeItem(atPath: results[0].path)
        try await sealed.export("2026-01")
        try await Self.isValid(again)
        #expect(try sealed.ledger.problems() == [])
    }

    @Test("a later state of a deployment changes no sealed period; what was fixed and not known does")
    func laterSnapshot() async throws {
        let sealed = try SealedLedger()
        try await sealed.ledger.ingest(Self.january)
        try await sealed.export("2026-01")
        try await sealed.ledger.ingest(
            Text.deployment("a", #","network":"n","currentStatus":"Pending","updatedAt":"2026-02-02T00:00:00Z""#),
            Self.february)
        #expect(try await sealed.export("2026-02").map(\.name) == ["audit-2026-02"])
        try await sealed.ledger.ingest(Text.deployment("a", #","tokenName":"t","updatedAt":"2026-01-07T00:00:00Z""#))
        let results = try await sealed.export("2026-03")
        #expect(results.map(\.name) == ["audit-2026-01-r1", "audit-2026-02-r1", "audit-2026-03"])
        try await Self.isValid(results)
    }

    @Test("a row that a record stands for, a contradiction, a rejected record: the bundle says where each went")
    func otherRecords() async throws {
        let sealed = try SealedLedger()
        try await sealed.ledger.ingest(Text.header + Text.row("d", "Queued", "2026-02-10T10:00:00Z", network: "n"))
        try await sealed.ledger.ingest(Text.transition("q", "d"), Text.transition("x", "d", "Nonsense"))
        try await sealed.ledger.ingest(Text.transition("q", "d", "Submitted"))
        let results = try await sealed.export("2026-02")
        try await Self.isValid(results)
        let bundle = try SealedLedger.bundle(results[0].path)
        #expect(bundle["reconciliation"]?["transitions"]?["superseded"]?.integer == 1)
        #expect(bundle["sums"]?["conflicts"]?.integer == 1 && bundle["sums"]?["rejected"]?.integer == 1)
        #expect(try SealedLedger.text(results[0].path, "data/audit-trail.json").contains(#""disputed":true"#))
        #expect(try SealedLedger.text(results[0].path, "data/log.csv").contains(",transition,superseded,,"))
        let next = try await sealed.export("2026-03")
        try await Self.isValid(next)
        #expect(try SealedLedger.bundle(next[0].path)["sums"]?["read"]?.integer == 0)
    }

    @Test("a lost ledger is made again with its seals")
    func recovery() async throws {
        let sealed = try SealedLedger()
        try await sealed.ledger.ingest(Self.january)
        try await sealed.export("2026-01")
        try await sealed.ledger.ingest(Self.late)
        try await sealed.export("2026-02")
        let root = try LedgerView.status(sealed.ledger.path).root
        var options = LedgerRecovery.Options(key: try SealedLedger.key())
        options.journal = sealed.ledger.path + ".journal"
        (options.sources, options.ledger) = ([sealed.ledger.folder.path], sealed.ledger.folder.path + "/again")
        let again = try await LedgerRecovery.run(options)
        #expect(again.root == root)
        #expect(try LedgerCheck.run(options.ledger, isFull: true).problems == [])
    }
}
