import AuditModel
import BundleExport
import BundleFormat
import FileSystem
import Foundation
import Ledger
import RecordAnalysis
import RecordSpill
import Testing

/// Bundles from a ledger whose records exceed the memory: nobody can tell from the bundles.
@Suite("A memory budget of bundles from a ledger")
struct BoundedSealTests {
    /// Bundles by name, and what else is in their folder.
    private typealias Made = [String: Data]

    /// Deployments over several ranges of rows: in January, in February, over both, and of no day at all.
    private static func records(_ deployments: Int) -> [String] {
        func number(_ place: Int) -> Int { place * 7919 % deployments }
        let day = { (place: Int) in "2026-0\(place % 3 == 0 ? 1 : 2)-\(10 + place % 18)" }
        return [
            (0..<deployments).map { Text.deployment("d\(number($0))", #","network":"n\#(number($0) % 3)""#) + "\n" },
            (0..<deployments).map {
                Text.transition("q\($0)", "d\($0)", "Queued", day($0) + "T10:00:00Z") + "\n"
            },
            // Every 97th identifier of a transition stands under two deployments.
            (0..<deployments).reversed().map {
                Text.transition("p\($0 % 97 == 0 ? 0 : $0)", "d\($0)", "Submitted", "2026-02-28T11:00:0\($0 % 10)Z")
                    + "\n"
            },
            (0..<deployments / 5).map { Text.transition("w\($0)", "d\($0)", "Pending", "2026-03-10T12:00:00Z") + "\n" },
        ].map { $0.joined() }
    }

    private static func budget(_ size: Int?, _ folder: Folder) -> (inout LedgerExportOptions) -> Void {
        { options in options.export.analysis.memory = size.map { MemoryBudget(size: $0, directory: folder.path) } }
    }

    /// Everything that a ledger's life makes: seals, a correction, a series of one network over a decision, and answers.
    private static func make(_ size: Int?, threads: Int = 2) async throws -> Made {
        let sealed = try SealedLedger()
        let scratch = try Folder()
        @discardableResult
        func export(
            _ period: String?, _ change: @escaping (inout LedgerExportOptions) -> Void = { _ in }
        ) async throws -> [ExportResult] {
            try await sealed.export(period) { options in
                budget(size, scratch)(&options)
                options.export.analysis.threads = threads
                change(&options)
            }
        }
        for text in records(1_300) { try await sealed.ledger.ingest(text) }
        try await export("2026-01")
        // A late record of January, one that contradicts what is held, and a deployment that nobody knew.
        try await sealed.ledger.ingest(
            Text.transition("late", "d3", "Failed", "2026-01-30T10:00:00Z") + "\n"
                + Text.transition("q6", "d6", "Failed", "2026-01-16T10:00:00Z") + "\n"
                + Text.transition("new", "e", "Queued", "2026-01-31T10:00:00Z"))
        var decision = LedgerDecision.Options(
            key: try SealedLedger.key(), received: Timestamp(unixSeconds: 1_796_083_200))
        decision.ledger = sealed.ledger.path
        decision.dispute = 1
        decision.accept = 1
        decision.reason = "said by the source"
        decision.by = "A. Auditor"
        #expect(try LedgerDecision.run(decision) == [1])
        let results = try await export("2026-02")
        #expect(results.contains { $0.name.hasSuffix("2026-01-r1") })
        for period in ["2026-01", "2026-02"] {
            try await export(period) { $0.export.analysis.selection.networks = ["n0", "n2"] }
        }
        try await export(nil)
        try await export("2026-02") { $0.idempotencyKey = "again" }
        try await export("2026-02") { $0.export.analysis.selection.deployments = ["d3", "d1200"] }
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == [])
        return try bundles(sealed.out)
    }

    private static func bundles(_ folder: String) throws -> Made {
        var made = Made()
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            made[name] = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)"))
        }
        return made
    }

    @Test("changes no byte of a seal, a correction, a filtered series or an answer, and leaves nothing")
    func isInvisible() async throws {
        let whole = try await Self.make(nil)
        #expect(whole.count == 8 && whole.keys.allSatisfy { $0.hasSuffix(".zip") })
        for budget in [1, 400_000, 1 << 30] {
            let parts = try await Self.make(budget, threads: budget == 1 ? 1 : 2)
            #expect(parts.keys.sorted() == whole.keys.sorted(), "budget \(budget)")
            for (name, bytes) in whole { #expect(parts[name] == bytes, "\(name) with a budget of \(budget)") }
        }
    }

    @Test("changes no byte for random records", arguments: 0..<3)
    func isInvisibleForRandomRecords(seed: Int) async throws {
        let sealed = try SealedLedger()
        var generator = SeededGenerator(seed: UInt64(seed) + 2300)
        for run in 0..<2 {
            let files = RandomRecords(seed: UInt64(seed) + UInt64(run) * 50).files(&generator)
            let paths = try files.enumerated().map { try sealed.ledger.folder.write($1, to: "run-\(run)-\($0)") }
            try await sealed.ledger.ingest(files: paths)
        }
        for period in [nil, "2026-02"] {
            var made: [Data] = []
            for size in [nil, 1, 5_000] {
                let scratch = try Folder()
                let result = try await sealed.export(period) { options in
                    options.isResponse = true
                    options.export.name = "answer-\(period ?? "all")-\(made.count)"
                    Self.budget(size, scratch)(&options)
                }
                made.append(Data(try SealedLedger.text(result[0].path, BundlePath.trail).utf8))
            }
            #expect(made[1] == made[0] && made[2] == made[0])
        }
    }

    @Test("an answer that is given again is the same with any budget, and a sealed bundle is made again in parts")
    func isMadeAgain() async throws {
        let sealed = try SealedLedger()
        let scratch = try Folder()
        for text in Self.records(300) { try await sealed.ledger.ingest(text) }
        let first = try await sealed.export("2026-02") { $0.idempotencyKey = "k" }[0]
        let seal = try await sealed.export("2026-02")[0]
        let before = try Self.bundles(sealed.out)
        try await sealed.ledger.ingest(Text.transition("later", "d1", "Failed", "2026-02-27T10:00:00Z"))
        for path in [first.path, seal.path] { try FileManager.default.removeItem(atPath: path) }
        _ = try await sealed.export("2026-02") { options in
            options.idempotencyKey = "k"
            Self.budget(1, scratch)(&options)
        }
        _ = try await sealed.export("2026-02") { options in
            options.revision = 0
            Self.budget(1, scratch)(&options)
        }
        let after = try Self.bundles(sealed.out)
        for (name, bytes) in before { #expect(after[name] == bytes, "\(name)") }
    }

    @Test("records go to the folder that is named, and only when they do not fit")
    func usesFolder() async throws {
        let sealed = try SealedLedger()
        for text in Self.records(100) { try await sealed.ledger.ingest(text) }
        func export(_ size: Int) async throws {
            _ = try await sealed.export("2026-02") { options in
                options.isResponse = true
                options.export.name = "answer-\(size)"
                options.export.analysis.memory = MemoryBudget(size: size, directory: sealed.out + "/none")
            }
        }
        await #expect(throws: FileSystemError.self) { try await export(1) }
        #expect(try Self.bundles(sealed.out).isEmpty)
        try await export(1 << 30)
        #expect(try Self.bundles(sealed.out).count == 1)
    }

    @Test("an altered entry is found in whichever part it stands", arguments: [1, 1 << 30])
    func findsDamage(budget: Int) async throws {
        let sealed = try SealedLedger()
        let scratch = try Folder()
        for text in Self.records(300) { try await sealed.ledger.ingest(text) }
        let triggers = try sealed.ledger.sql("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
        let schema = try LedgerSchemaText.triggers(of: sealed.ledger)
        let drop = triggers.split(separator: "\n").map { "DROP TRIGGER \($0)" }
        let edit = """
            UPDATE entry SET content = CAST(replace(content, 'Submitted', 'Completed') AS BLOB)
            WHERE kind = 1 AND deployment = 280
            """
        try sealed.ledger.sql((drop + [edit]).joined(separator: ";"))
        try LedgerSchemaText.restore(schema, in: sealed.ledger)
        for isResponse in [true, false] {
            let error = await #expect(throws: EnvironmentError.self) {
                _ = try await sealed.export("2026-02") { options in
                    options.isResponse = isResponse
                    Self.budget(budget, scratch)(&options)
                }
            }
            #expect(
                error?.kind == .brokenChain && error?.message.contains("altered") == true, "\(error?.message ?? "")")
        }
        #expect(try Self.bundles(sealed.out).isEmpty)
    }
}
