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

@Suite("What comes after a seal: decisions, requests, stopped exports, lost ledgers")
struct LedgerAfterSealTests {
    private static let january = LedgerSealTests.january
    private static let february = LedgerSealTests.february
    private static let late = LedgerSealTests.late

    private static func isValid(_ results: [ExportResult]) async throws { try await LedgerSealTests.isValid(results) }

    private static func resolve(_ sealed: SealedLedger, _ dispute: Int, accept: Int) throws -> [Int] {
        var options = LedgerDecision.Options(
            key: try SealedLedger.key(), received: Timestamp(unixSeconds: 1_796_083_200))
        (options.ledger, options.dispute, options.accept) = (sealed.ledger.path, dispute, accept)
        (options.reason, options.by) = ("said by the source", "A. Auditor")
        return try LedgerDecision.run(options)
    }

    @Test("a decision puts another record in the place of a disputed one, for good, and corrects what was sealed")
    func decision() async throws {
        let sealed = try SealedLedger()
        try await sealed.ledger.ingest(Self.january)
        try await sealed.ledger.ingest(Text.transition("a2", "a", "Failed", "2026-01-07T00:00:00Z"))
        try await sealed.export("2026-01")
        #expect(throws: EnvironmentError.self) { try Self.resolve(sealed, 7, accept: 0) }
        #expect(throws: EnvironmentError.self) { try Self.resolve(sealed, 1, accept: 9) }
        #expect(try Self.resolve(sealed, 1, accept: 1) == [1])
        #expect(throws: EnvironmentError.self) { try Self.resolve(sealed, 1, accept: 0) }
        #expect(try sealed.ledger.problems() == [])
        let results = try await sealed.export("2026-02")
        #expect(results.map(\.name) == ["audit-2026-01-r1", "audit-2026-02"])
        try await Self.isValid(results)
        let trail = try SealedLedger.text(results[0].path, "data/audit-trail.json")
        #expect(trail.contains(#""disputed":false"#) && trail.contains(#""state":"Failed""#))
        // What was replaced comes again with every old file.
        for text in [Self.january, Text.transition("a2", "a", "Failed", "2026-01-07T00:00:00Z") + "\n"] {
            #expect(try await !sealed.ledger.ingest(text).isChanged)
        }
        var options = LedgerRecovery.Options(key: try SealedLedger.key())
        options.journal = sealed.ledger.path + ".journal"
        (options.sources, options.ledger) = ([sealed.ledger.folder.path], sealed.ledger.folder.path + "/again")
        #expect(try await LedgerRecovery.run(options).root == LedgerView.status(sealed.ledger.path).root)
    }

    @Test("a decision for the record that stands ends the dispute, of a fixed member too")
    func decisionThatKeeps() async throws {
        for accept in [0, 1] {
            let sealed = try SealedLedger()
            try await sealed.ledger.ingest(Text.deployment("d", #","network":"n","createdAt":"2026-01-05T00:00:00Z""#))
            try await sealed.ledger.ingest(Text.deployment("d", #","network":"m","createdAt":"2026-01-05T00:00:00Z""#))
            let before = try await sealed.export("2026-01")
            #expect(try SealedLedger.text(before[0].path, "data/audit-trail.json").contains(#""disputed":true"#))
            #expect(try Self.resolve(sealed, 1, accept: accept) == [1])
            #expect(try LedgerView.list(.networks, sealed.ledger.path).map(\.value) == [accept == 0 ? "n" : "m"])
            let results = try await sealed.export("2026-01")
            #expect(results.map(\.name) == ["audit-2026-01-r1"])
            try await Self.isValid(results)
            #expect(try SealedLedger.text(results[0].path, "data/audit-trail.json").contains(#""disputed":false"#))
            #expect(try sealed.ledger.problems() == [])
        }
    }

    @Test("a request under a key has the same answer for ever; another request is an error that shows what differs")
    func idempotencyKey() async throws {
        let sealed = try SealedLedger()
        try await sealed.ledger.ingest(Self.january)
        let ask: (inout LedgerExportOptions) -> Void = { $0.idempotencyKey = "letter-12" }
        let first = try await sealed.export("2026-01", ask)[0]
        #expect(first.kind == .response)
        try await Self.isValid([first])
        let bytes = try sealed.ledger.copy(first.path)
        try FileManager.default.removeItem(atPath: first.path)
        try await sealed.ledger.ingest(Self.late)
        let again = try await sealed.export("2026-01", now: "2027-12-01T00:00:00Z", ask)[0]
        #expect(try sealed.ledger.copy(again.path) == bytes)
        let error = await #expect(throws: EnvironmentError.self) { try await sealed.export("2026-02", ask) }
        #expect(error?.kind == .usage && error?.message.contains("--period 2026-01") == true)
        #expect(try sealed.ledger.problems() == [])
    }

    @Test("the status tells sealed periods, and those that late records touch")
    func status() async throws {
        let sealed = try SealedLedger()
        try await sealed.ledger.ingest(Self.january)
        try await sealed.export("2026-01")
        #expect(try LedgerView.status(sealed.ledger.path).latePeriods == [])
        try await sealed.ledger.ingest(Self.february, Self.late)
        let status = try LedgerView.status(sealed.ledger.path)
        #expect(status.sealedPeriods == 1 && status.latePeriods == ["audit-2026-01"])
        #expect(status.records == 7 && status.bytes > 0)
    }

    @Test("a ledger that is lost with its sources begins anew, and every bundle shows the break")
    func declaredBreak() async throws {
        let lost = try SealedLedger()
        try await lost.ledger.ingest(Self.january)
        let sealed = try SealedLedger()
        var options = LedgerRecovery.Break(
            key: try SealedLedger.key(), received: Timestamp(unixSeconds: 1_780_000_000))
        options.checkpoint = Array(try lost.ledger.copy(lost.ledger.path + ".checkpoint"))
        (options.reason, options.by, options.ledger) = ("disk lost", "O. Operator", sealed.ledger.path)
        #expect(try LedgerRecovery.declare(options).origin == "cartulary/ledger/ledger/epoch-2")
        #expect(throws: EnvironmentError.self) { try LedgerRecovery.declare(options) }
        try await sealed.ledger.ingest(Self.february)
        #expect(try sealed.ledger.problems() == [])
        let results = try await sealed.export("2026-02") + sealed.export(nil)
        try await Self.isValid(results)
        let root = try LedgerView.status(lost.ledger.path).root
        for result in results {
            let report = try await SealedLedger.verify(result.path)
            #expect(
                report.breaks.count == 1 && report.breaks[0].contains(root) && report.breaks[0].contains("disk lost"))
            #expect(try SealedLedger.text(result.path, BundlePath.report).contains("Declared break"))
        }
        var again = LedgerRecovery.Options(key: try SealedLedger.key())
        again.journal = sealed.ledger.path + ".journal"
        (again.sources, again.ledger) = ([sealed.ledger.folder.path], sealed.ledger.folder.path + "/again")
        #expect(try await LedgerRecovery.run(again).root == LedgerView.status(sealed.ledger.path).root)
    }

    @Test(
        "each break goes on being shown when the ledger that began with it is lost too",
        arguments: ["journal", "bundle"])
    func secondBreak(from place: String) async throws {
        let first = try SealedLedger()
        try await first.ledger.ingest(Self.january)
        var options = LedgerRecovery.Break(
            key: try SealedLedger.key(), received: Timestamp(unixSeconds: 1_780_000_000))
        options.checkpoint = Array(try first.ledger.copy(first.ledger.path + ".checkpoint"))
        options.reason = "first loss"
        options.by = "O. Operator"
        var bundle: String?
        // Folders that a later ledger still reads.
        var kept: [SealedLedger] = []
        for number in 2...4 {
            let next = try SealedLedger()
            options.ledger = next.ledger.path
            #expect(try LedgerRecovery.declare(options).origin == "cartulary/ledger/ledger/epoch-\(number)")
            try await next.ledger.ingest(Self.february)
            #expect(try next.ledger.problems() == [])
            bundle = try await next.export("2026-02")[0].path
            try await Self.isValid([try await next.export(nil)[0]])
            let shown = try SealedLedger.bundle(bundle ?? "")["ledger"]?["breaks"]?.array ?? []
            let reasons = ["first loss", "loss 2", "loss 3"].prefix(number - 1)
            #expect(shown.compactMap { $0["reason"]?.string } == Array(reasons))
            #expect(try await SealedLedger.verify(bundle ?? "").breaks.count == number - 1)
            var again = LedgerRecovery.Options(key: try SealedLedger.key())
            again.journal = next.ledger.path + ".journal"
            again.sources = [next.ledger.folder.path]
            again.ledger = next.ledger.folder.path + "/again"
            #expect(try await LedgerRecovery.run(again).root == LedgerView.status(next.ledger.path).root)
            options.checkpoint = Array(try next.ledger.copy(next.ledger.path + ".checkpoint"))
            options.reason = "loss \(number)"
            options.ledger = next.ledger.folder.path + "/none"
            let unknown = #expect(throws: EnvironmentError.self) { try LedgerRecovery.declare(options) }
            #expect(unknown?.kind == .noInput && !FileManager.default.fileExists(atPath: options.ledger))
            options.journal = place == "journal" ? next.ledger.path + ".journal" : nil
            options.bundle = place == "bundle" ? bundle : nil
            kept.append(next)
        }
        #expect(kept.count > 1)
    }

    /// Records that come late to two sealed periods at once.
    private static let lateInBoth = Text.lines(
        Text.transition("y1", "y", "Queued", "2026-01-21T00:00:00Z"),
        Text.transition("x1", "x", "Queued", "2026-02-21T00:00:00Z"))

    @Test("an export that stops between two corrections is gone on with by the next, and each can be made again")
    func stoppedBetweenCorrections() async throws {
        for blocked in ["audit-2026-02-r1.zip", "audit-2026-03.zip", nil] as [String?] {
            let sealed = try SealedLedger()
            try await sealed.ledger.ingest(Self.january, Self.february)
            try await sealed.export("2026-01")
            try await sealed.export("2026-02")
            try await sealed.ledger.ingest(Self.lateInBoth)
            if let blocked {
                try sealed.ledger.put(Data("junk".utf8), at: "\(sealed.out)/\(blocked)")
                await #expect(throws: EnvironmentError.self) { try await sealed.export("2026-03") }
                try FileManager.default.removeItem(atPath: "\(sealed.out)/\(blocked)")
            }
            try await sealed.export("2026-03")
            for name in ["audit-2026-01", "audit-2026-01-r1", "audit-2026-02", "audit-2026-02-r1", "audit-2026-03"] {
                let path = "\(sealed.out)/\(name).zip"
                let report = try await SealedLedger.verify(path)
                #expect(report.verdict == .valid, "\(name), \(blocked ?? "")")
                let bytes = try sealed.ledger.copy(path)
                try FileManager.default.removeItem(atPath: path)
                let again = try await sealed.export(String(name.dropFirst(6).prefix(7))) {
                    $0.revision = name.hasSuffix("-r1") ? 1 : 0
                }
                #expect(try again.map(\.path) == [path] && sealed.ledger.copy(path) == bytes)
            }
        }
    }

    @Test("a seal whose bundle never got its name is found and made by the next export")
    func stoppedBeforeName() async throws {
        let sealed = try SealedLedger()
        try await sealed.ledger.ingest(Self.january, Self.february)
        let first = try await sealed.export("2026-01")
        let bytes = try sealed.ledger.copy(first[0].path)
        try FileManager.default.removeItem(atPath: first[0].path)
        let filters = #"{"deployedBy":[],"network":[],"status":[],"tokenType":[]}"#
        let series = #"{"archive":"audit","basis":"activity","filters":\#(filters)}"#
        let mark = "\(sealed.ledger.path).\(Digest.hexadecimal(series).prefix(16)).sealing"
        try sealed.ledger.put(Data("audit-2026-01\n".utf8), at: mark)
        // Another series has nothing to do with it.
        try await sealed.export("2026-01") { $0.archive = "other" }
        #expect(FileManager.default.fileExists(atPath: mark))
        let results = try await sealed.export("2026-02")
        #expect(results.map(\.name) == ["audit-2026-01", "audit-2026-02"])
        #expect(try sealed.ledger.copy(first[0].path) == bytes)
        #expect(!FileManager.default.fileExists(atPath: mark))
    }

    @Test("the name of a sealed bundle is not given to an answer")
    func takenName() async throws {
        let sealed = try SealedLedger()
        try await sealed.ledger.ingest(Self.january)
        try await sealed.export("2026-01")
        let error = await #expect(throws: EnvironmentError.self) {
            try await sealed.export("2026-01") { $0.export.name = "audit-2026-01" }
        }
        #expect(error?.kind == .usage)
    }

    @Test("a filtered series shows its own records alone, and a row superseded elsewhere does no harm")
    func filteredSeries() async throws {
        let sealed = try SealedLedger()
        try await sealed.ledger.ingest(Text.header + Text.row("d1", "Queued", "2026-02-10T10:00:00Z", network: "base"))
        try await sealed.ledger.ingest(
            Text.lines(
                Text.transition("q", "d1"), Text.deployment("d2", #","network":"n""#), Text.transition("q2", "d2"),
                Text.transition("q3", "d3", "Queued", "2026-03-10T10:00:00Z")))
        let results = try await sealed.export("2026-02") { $0.export.analysis.selection.networks = ["n"] }
        try await Self.isValid(results)
        let log = try SealedLedger.text(results[0].path, BundlePath.log)
        #expect(log.contains("d2") && !log.contains(",d1,") && !log.contains(",d3,"))
    }

    @Test("a deployment whose creation only a later record tells of is in the period of its creation")
    func createdByLaterRecord() async throws {
        let text = Text.lines(
            Text.transition("s", "d", "Submitted", "2026-02-03T00:00:00Z"),
            Text.deployment("d", #","createdAt":"2026-01-29T00:00:00Z","updatedAt":"2026-02-03T00:00:00Z""#))
        let sealed = try SealedLedger()
        try await sealed.ledger.ingest(text)
        let results = try await sealed.export("2026-01")
        try await Self.isValid(results)
        let once = try await MadeBundle.make(texts: [text]) { $0.analysis.selection.period = Period(label: "2026-01") }
        #expect(try SealedLedger.text(results[0].path, "data/audit-trail.json") == once.text("audit-trail.json"))
    }
}
