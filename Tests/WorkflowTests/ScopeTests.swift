import AuditModel
import BundleComparison
import BundleExport
import BundleFormat
import BundleReading
import FileSystem
import Foundation
import Ledger
import LedgerUpkeep
import RecordAnalysis
import RecordSpill
import Signing
import StrictJSON
import Testing

@testable import BundleVerifier

/// A filtered bundle shows only what it is about.
@Suite("The scope of filtered bundles")
struct ScopeTests {
    /// A bundle of the own records alone, unfiltered: what stands in it tells nothing of others.
    private static func baseline(_ records: TwoNetworks, in folder: Folder) async throws -> String {
        let bundle = try await MadeBundle.make(texts: [records.ownText])
        let path = folder.path + "/baseline.zip"
        try Data(bundle.bytes).write(to: URL(fileURLWithPath: path))
        return path
    }

    private static func files(_ records: TwoNetworks, _ folder: Folder, month: Int? = nil) throws -> [String] {
        try records.files.enumerated().filter { month == nil || ($0.offset < 3) == (month == 1) }.map {
            try folder.write($0.element.text, to: $0.element.name)
        }
    }

    /// A filtered bundle is valid to all verifiers, names its own deployments alone, and holds nothing of others.
    private static func check(
        _ path: String, _ records: TwoNetworks, baseline: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let leaks = try LeakSearch.leaks(
            in: path, secret: records.foreignText, known: records.ownText, baseline: baseline)
        #expect(leaks == [], sourceLocation: sourceLocation)
        let report = try await SealedLedger.verify(path)
        let faults = report.checks.filter { $0.status != .passed }
        #expect(report.verdict == .valid, "\(faults)", sourceLocation: sourceLocation)
        #expect(report.checks.contains { $0.name == "scope" }, sourceLocation: sourceLocation)
        #expect(try LeakSearch.differences(path) == nil, sourceLocation: sourceLocation)
    }

    private static func select(_ options: inout ExportOptions) {
        options.analysis.selection.networks = [TwoNetworks.own]
    }

    /// The errors that a bundle's headline counts, by code.
    private static func findings(_ path: String) throws -> [String: Int64] {
        (try SealedLedger.bundle(path)["findings"]?["byCode"]?.object ?? [:]).compactMapValues(\.integer)
    }

    @Test("a one-shot bundle holds no run of bytes of records outside its filter", arguments: [1, 2, 3] as [UInt64])
    func oneShot(seed: UInt64) async throws {
        let records = TwoNetworks(seed: seed)
        let folder = try Folder()
        let files = try Self.files(records, folder)
        let baseline = try await Self.baseline(records, in: folder)
        for name in ["test-partial", "february-partial"] {
            let bundle = try await MadeBundle.make(files) { options in
                Self.select(&options)
                options.name = name
                if name == "february-partial" { options.analysis.selection.period = Period(label: "2026-02") }
            }
            let path = "\(folder.path)/\(name).zip"
            try Data(bundle.bytes).write(to: URL(fileURLWithPath: path))
            try await Self.check(path, records, baseline: baseline)
            #expect(bundle.result.deployments == (name == "test-partial" ? 8 : 4))
        }
    }

    @Test("the search finds what an unfiltered bundle shows, so that finding nothing says something")
    func searchFinds() async throws {
        let records = TwoNetworks(seed: 1)
        let folder = try Folder()
        let baseline = try await Self.baseline(records, in: folder)
        let bundle = try await MadeBundle.make(try Self.files(records, folder))
        let path = folder.path + "/test.zip"
        try Data(bundle.bytes).write(to: URL(fileURLWithPath: path))
        let leaks = try LeakSearch.leaks(
            in: path, secret: records.foreignText, known: records.ownText, baseline: baseline)
        #expect(leaks.count == 20)
    }

    @Test("a filter shows the whole intake of its own deployments, and counts what all bring")
    func ownIntakeStays() async throws {
        let records = TwoNetworks(seed: 4)
        let folder = try Folder()
        let files = try Self.files(records, folder)
        let whole = try await MadeBundle.make(files)
        let filtered = try await MadeBundle.make(files, Self.select)
        let alone = try await MadeBundle.make(texts: [records.ownText.replacing(Text.header, with: "")])
        let sums = filtered.result.analysis.sums
        for (name, path) in IntakeSums.all
        where !["inBundleTransitions", "inHistory", "refused", "repeats"].contains(name) {
            #expect(sums[keyPath: path] == whole.result.analysis.sums[keyPath: path], "\(name)")
        }
        let found = filtered.result.analysis.intake
        for code in [FindingCode.conflictingRecord, .conflictingDeployment, .duplicateRecord, .timestampInFuture] {
            #expect(found[code] ?? 0 > 0 && found[code] == alone.result.analysis.intake[code], "\(code)")
        }
        let rejected = filtered.result.analysis.rejections
        #expect(rejected.count { $0.rawBase64 != nil } == 3 * 8 + 2)
        #expect(rejected.filter { $0.rawBase64 != nil }.allSatisfy { records.ownIDs.contains($0.deploymentID ?? "") })
        #expect(rejected.contains { $0.isWithheld })
        #expect(filtered.result.analysis.conflicts.count == alone.result.analysis.conflicts.count)
        #expect(filtered.result.analysis.sources.allSatisfy { $0.name == "withheld" && $0.claims.isEmpty })
    }

    @Test("a filter loses no finding of its own behind those of others that are not listed")
    func limitIsOfTheScope() async throws {
        let foreign = (0..<2500).map { Text.transition("f\($0)", "a", "Queued", "2026-02-10T10:00:00") + "\n" }
        let own = (0..<3).map { Text.transition("o\($0)", "b", "Queued", "2026-02-11T10:00:00") + "\n" }
        let records = Text.lines(
            Text.deployment("a", #","network":"other""#), Text.deployment("b", #","network":"own""#))
        let text = records + foreign.joined() + own.joined()
        let bundle = try await MadeBundle.make(texts: [text]) { $0.analysis.selection.networks = ["own"] }
        #expect(bundle.result.analysis.intake[.timestampWithoutZone] == 3)
        #expect(bundle.text("findings.csv").split(separator: "\n").count { $0.contains("timestamp-without-zone") } == 3)
        let ledger = try SealedLedger()
        try await ledger.ledger.ingest(text)
        let answer = try await ledger.export(nil) { $0.export.analysis.selection.networks = ["own"] }[0]
        #expect(try Self.findings(answer.path)["timestamp-without-zone"] ?? 0 <= 3)
        #expect(try !SealedLedger.text(answer.path, "data/findings.csv").contains("more of this kind"))
        #expect(try await SealedLedger.verify(answer.path).verdict == .valid)
    }

    @Test("a memory budget changes no byte of a filtered bundle with rejected records")
    func spilled() async throws {
        let records = TwoNetworks(seed: 5)
        let folder = try Folder()
        let files = try Self.files(records, folder)
        let whole = try await MadeBundle.make(files, Self.select)
        for budget in [1, 5_000] {
            let parts = try await MadeBundle.make(files) { options in
                Self.select(&options)
                options.analysis.memory = MemoryBudget(size: budget, directory: folder.path)
            }
            #expect(parts.bytes == whole.bytes, "budget \(budget)")
        }
    }

    @Test("rejected records kept by digest only are shown so")
    func digestOnly() async throws {
        let records = TwoNetworks(seed: 6)
        let folder = try Folder()
        let bundle = try await MadeBundle.make(try Self.files(records, folder)) { options in
            Self.select(&options)
            options.analysis.keepsRawRejected = false
        }
        let path = folder.path + "/test-partial.zip"
        try Data(bundle.bytes).write(to: URL(fileURLWithPath: path))
        try await Self.check(path, records, baseline: try await Self.baseline(records, in: folder))
        #expect(bundle.result.analysis.rejections.allSatisfy { $0.isWithheld })
    }

    /// The number in quarantine of a contradiction of a transition of a deployment.
    private static func dispute(_ ledger: TestLedger, _ id: String) throws -> Int? {
        try LedgerView.quarantinedRecords(ledger.path).first { entry in
            entry.deploymentID == id && entry.transitionID != nil && entry.kind == .conflict
        }?.number
    }

    private static func resolve(_ ledger: TestLedger, _ id: String) throws {
        let number = try #require(try dispute(ledger, id))
        var options = LedgerDecision.Options(
            key: try SealedLedger.key(), received: try #require(try LedgerView.lastReceived(ledger.path)))
        options.ledger = ledger.path
        options.dispute = number
        options.accept = number
        options.reason = "said by the source"
        options.by = "A. Auditor"
        _ = try LedgerDecision.run(options)
    }

    /// What others ask of the ledger: the log tells of it.
    private static func askForOthers(_ sealed: SealedLedger, _ records: TwoNetworks) async throws {
        try await sealed.export(nil) { options in
            options.idempotencyKey = records.foreignIDs[1]
            options.export.name = "for-others"
            options.export.analysis.selection.networks = [records.foreignNetwork]
        }
        try await sealed.export("2026-01") { options in
            options.archive = "others"
            options.export.analysis.selection.networks = [records.foreignNetwork]
        }
    }

    @Test("answers from a ledger hold nothing of records outside their filter", arguments: [11, 12] as [UInt64])
    func answers(seed: UInt64) async throws {
        let records = TwoNetworks(seed: seed)
        let sealed = try SealedLedger()
        try await sealed.ledger.ingest(files: try Self.files(records, sealed.ledger.folder))
        let baseline = try await Self.baseline(records, in: sealed.ledger.folder)
        try await Self.askForOthers(sealed, records)
        for period in [nil, "2026-01", "2026-02"] {
            let answer = try await sealed.export(period) { options in
                options.isResponse = true
                Self.select(&options.export)
            }[0]
            try await Self.check(answer.path, records, baseline: baseline)
            #expect(try SealedLedger.text(answer.path, "data/rejected.json").contains("\"raw\""))
            #expect(try Self.findings(answer.path)["conflicting-record"] == (period == nil ? 24 : 12))
        }
    }

    @Test("a sealed filtered archive and its revisions hold nothing of others", arguments: [21, 22] as [UInt64])
    func sealedArchive(seed: UInt64) async throws {
        let records = TwoNetworks(seed: seed)
        let sealed = try SealedLedger()
        let folder = sealed.ledger.folder
        let baseline = try await Self.baseline(records, in: folder)
        let own = { (options: inout LedgerExportOptions) in
            options.archive = "own"
            Self.select(&options.export)
        }
        try await sealed.ledger.ingest(files: try Self.files(records, folder, month: 1))
        var results = try await sealed.export("2026-01", own)
        try await Self.askForOthers(sealed, records)
        try Self.resolve(sealed.ledger, records.ownIDs[0])
        try Self.resolve(sealed.ledger, records.foreignIDs[0])
        try await sealed.ledger.ingest(files: try Self.files(records, folder, month: 2))
        results += try await sealed.export("2026-02", own)
        #expect(results.map(\.name) == ["own-2026-01-partial", "own-2026-01-r1-partial", "own-2026-02-partial"])
        for result in results { try await Self.check(result.path, records, baseline: baseline) }
        let log = try SealedLedger.text(results[1].path, "data/log.csv")
        for kind in ["decision", "request", "seal"] { #expect(log.contains("\"\"withheld\"\":\"\"\(kind)\"\"")) }
        #expect(log.contains("\"\"deploymentId\"\":\"\"\(records.ownIDs[0])\"\""), "the own decision is shown")
        var across = SeriesAcross()
        for result in results { across.add(BundleClaims(try UnverifiedBundle(path: result.path))) }
        #expect(across.problems().allSatisfy { $0 == [] })
        // Made again from the log as it was, with the same bytes.
        try FileManager.default.removeItem(atPath: results[1].path)
        #expect(try await sealed.export("2026-01", own).last?.wasSealed == true)
    }

    @Test("a period alone is no filter: the whole intake stays, as it came")
    func periodAlone() async throws {
        let records = TwoNetworks(seed: 7)
        let folder = try Folder()
        let files = try Self.files(records, folder)
        let whole = try await MadeBundle.make(files)
        let month = try await MadeBundle.make(files) { $0.analysis.selection.period = Period(label: "2026-02") }
        for name in ["rejected.json", "sources.csv"] { #expect(month.text(name) == whole.text(name), "\(name)") }
    }
}
