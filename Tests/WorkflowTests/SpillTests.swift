import AuditModel
import BundleExport
import BundleFormat
import FileSystem
import Foundation
import RecordIngest
import RecordSpill
import Testing

@testable import RecordAnalysis

/// Records that exceed the memory go to a file: nobody can tell from the bundle.
@Suite("A memory budget")
struct SpillTests {
    /// Deployments over several ranges of rows, in files that each hold some of every deployment.
    private static func files(_ folder: Folder, deployments: Int = 1_900) throws -> [String] {
        let stages: [(name: String, line: (Int) -> String)] = [
            ("deployments", { Text.deployment("d\($0 * 7919 % deployments)", #","network":"n\#($0 % 7)""#) }),
            ("queued", { Text.transition("q\($0)", "d\($0)") }),
            ("submitted", { Text.transition("s\($0)", "d\($0)", "Submitted", "2026-02-1\($0 % 10)T11:00:00Z") }),
            // Every 97th identifier of a transition stands under two deployments.
            ("pending", { Text.transition("p\($0 % 97 == 0 ? 0 : $0)", "d\($0)", "Pending", "2026-03-10T12:00:00Z") }),
        ]
        return try stages.map { stage in
            try folder.write((0..<deployments).map { stage.line($0) + "\n" }.joined(), to: "\(stage.name).ndjson")
        }
    }

    private static func make(
        _ paths: [String], budget: Int?, _ change: (inout ExportOptions) -> Void = { _ in }
    ) async throws -> MadeBundle {
        let folder = try Folder()
        return try await MadeBundle.make(paths) { options in
            options.analysis.memory = budget.map { MemoryBudget(size: $0, directory: folder.path) }
            change(&options)
        }
    }

    /// Names of files that differ; empty also says that the bundles are the same, byte by byte.
    private static func differences(_ left: MadeBundle, _ right: MadeBundle) -> [String] {
        let names = Set(left.files.keys).union(right.files.keys).filter { left.files[$0] != right.files[$0] }
        return left.bytes == right.bytes ? [] : ["the bundle"] + names.sorted()
    }

    @Test("changes no byte of a bundle, whatever it is", arguments: [1, 100_000, 1_000_000])
    func isInvisible(budget: Int) async throws {
        let folder = try Folder()
        let paths = try Self.files(folder)
        let whole = try await Self.make(paths, budget: nil)
        let parts = try await Self.make(paths, budget: budget)
        #expect(Self.differences(whole, parts) == [])
        #expect(whole.text("findings.json").contains("identifier-reused"))
    }

    @Test("changes no byte of a filtered bundle of a period")
    func isInvisibleInPeriod() async throws {
        let folder = try Folder()
        let paths = try Self.files(folder)
        func select(_ options: inout ExportOptions) {
            options.analysis.selection.period = Period(label: "2026-02")
            options.analysis.selection.networks = ["n1", "n2", "n4"]
        }
        let whole = try await Self.make(paths, budget: nil, select)
        let parts = try await Self.make(paths, budget: 100_000, select)
        #expect(Self.differences(whole, parts) == [])
    }

    @Test("changes nothing of duplicates, contradictions, rows and broken records", arguments: 0..<10)
    func isInvisibleForRandomRecords(seed: Int) async throws {
        var generator = SeededGenerator(seed: UInt64(seed) + 900)
        let folder = try Folder()
        let texts = RandomRecords(seed: UInt64(seed) + 40).files(&generator)
        let paths = try texts.enumerated().map { try folder.write($1, to: "source-\($0)") }
        let whole = try await Self.make(paths, budget: nil)
        for budget in [1, 20_000] {
            let parts = try await Self.make(paths, budget: budget) { $0.analysis.threads = 1 }
            #expect(Self.differences(whole, parts) == [], "budget \(budget)")
        }
    }

    @Test(
        "changes nothing of what samples of every shape say of themselves, or of findings and metrics without a bundle")
    func isInvisibleForSamples() async throws {
        let paths = Repository.records("list-response.json", "audit-trail-bulk.csv", "bulk-response-json.json")
        let whole = try await Self.make(paths, budget: nil)
        let parts = try await Self.make(paths, budget: 1)
        #expect(Self.differences(whole, parts) == [])
        var options = AnalysisOptions()
        options.inputs = paths
        let judged = try await RecordAnalyzer.run(options)
        let folder = try Folder()
        options.memory = MemoryBudget(size: 1, directory: folder.path)
        let again = try await RecordAnalyzer.run(options)
        #expect(judged.findings.map(\.message) == again.findings.map(\.message) && judged.sums == again.sums)
    }

    @Test("is kept with parts: none has more deployments than it can hold, and together they have all")
    func cuts() async throws {
        let folder = try Folder()
        var options = AnalysisOptions()
        options.inputs = try Self.files(folder)
        options.memory = MemoryBudget(size: 2_000_000, directory: folder.path)
        let (sources, parts) = try await SourceLoader.parts(options)
        #expect(parts.isSpilled && parts.count > 3 && sources.count == 4)
        #expect(sources.allSatisfy { $0.batches.allSatisfy(\.isEmpty) })
        var identifiers: [[UInt8]] = []
        var loader = PartLoader(parts)
        for part in 0..<parts.count {
            let (number, records) = try #require(try await loader.load())
            #expect(number == part)
            #expect(try await parts.load(part).count == records.count)
            #expect(records.count > 0 && records.count < 1_000)
            identifiers += (0..<records.count).map(records.identifier)
        }
        let behind = try await loader.load()
        #expect(behind?.part == nil)
        #expect(identifiers.count == 1_900)
        #expect(identifiers == identifiers.sorted { $0.lexicographicallyPrecedes($1) })
    }

    @Test("a directory without room or right to write ends the run with what was tried, and leaves nothing")
    func reportsDirectory() async throws {
        let folder = try Folder()
        var options = ExportOptions(key: try MadeBundle.key(), toolVersion: "0.0.0-test")
        options.analysis.inputs = try Self.files(folder)
        options.directory = folder.path
        options.analysis.memory = MemoryBudget(size: 1, directory: folder.path + "/none")
        await #expect(throws: FileSystemError.self) { try await Export.run(options) }
        options.analysis.memory?.directory = "/dev/full"
        await #expect(throws: (any Error).self) { try await Export.run(options) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 4)
    }
}
