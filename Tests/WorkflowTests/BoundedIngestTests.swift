import AuditModel
import BundleFormat
import Foundation
import Ledger
import LedgerUpkeep
import StrictJSON
import Testing

/// An ingest of records that exceed the memory: nobody can tell from the ledger.
@Suite("A memory budget of an ingest")
struct BoundedIngestTests {
    /// What an ingest left and said, as texts.
    private struct Outcome: Equatable {
        var log: [String] = []
        var tables: [String] = []
        var said: [String] = []

        /// Compares everything, so that what differs is printed and not the whole.
        static func expectSame(_ own: Outcome, _ other: Outcome, what: Comment) {
            for (left, right) in [(own.log, other.log), (own.tables, other.tables), (own.said, other.said)] {
                #expect(left.count == right.count, what)
                for (one, another) in zip(left, right) where one != another { #expect(one == another, what) }
            }
        }
    }

    private static let queries = [
        "SELECT number, hex(id), day, isOdd, records, transitions, superseded, hex(network), hex(tokenType), "
            + "hex(deployedBy) FROM deployment ORDER BY number",
        "SELECT day, deployment, transitions FROM activity ORDER BY day, deployment",
        "SELECT run, hex(body) FROM finding ORDER BY rowid",
        "SELECT number, run, kind, hex(deployment), hex(digest), hex(body) FROM quarantine ORDER BY number",
        "SELECT run, hex(sha256), bytes, hex(body) FROM source ORDER BY rowid",
        "SELECT day, deployments, records, superseded, transitions FROM tally ORDER BY day",
        "SELECT number, hex(root), size FROM run ORDER BY number",
    ]

    /// Takes sets of files into a fresh ledger, one after the other.
    private static func ingest(_ sets: [[String]], memory: Int?, threads: Int = 2) async throws -> Outcome {
        let ledger = try TestLedger()
        ledger.memory = memory
        ledger.threads = threads
        var outcome = Outcome()
        for set in sets {
            let result = try await ledger.ingest(files: set)
            outcome.log.append("\(result.size) \(result.root)")
            outcome.said += [
                "\(result.sums)", "\(result.errors) \(result.warnings) \(result.superseded)",
                "\(result.shortfalls.sorted { $0.key < $1.key })", "\(result.listed.sorted { $0.key < $1.key })",
                "\(result.claimErrors.sorted { $0.key.rawValue < $1.key.rawValue })", "\(result.known)",
                "\(result.isChanged)",
            ]
            outcome.said += result.sources.map { String(decoding: IntakeFiles.source($0).bytes, as: UTF8.self) }
        }
        #expect(try ledger.problems() == [])
        outcome.tables = try ledger.sql(queries.joined(separator: ";")).split(separator: "\n").map(String.init)
        return outcome
    }

    @Test("changes no entry and no row for random records, in a fresh ledger and one that holds some", arguments: 0..<8)
    func isInvisibleForRandomRecords(seed: Int) async throws {
        var generator = SeededGenerator(seed: UInt64(seed) + 1700)
        let folder = try Folder()
        var sets: [[String]] = []
        for run in 0..<3 {
            // The second set repeats the first in another split, and adds contradictions of its own.
            let records = RandomRecords(seed: UInt64(seed) + (run == 2 ? 90 : 60))
            sets.append(
                try records.files(&generator).enumerated().map { try folder.write($1, to: "run-\(run)-\($0)") })
        }
        let whole = try await Self.ingest(sets, memory: nil)
        for budget in [1, 20_000, 1_000_000] {
            let parts = try await Self.ingest(sets, memory: budget, threads: budget == 1 ? 1 : 2)
            Outcome.expectSame(parts, whole, what: "budget \(budget)")
        }
    }

    @Test("changes nothing of the same histories as JSON and as CSV, whichever comes first", arguments: 0..<5)
    func isInvisibleForBothForms(seed: Int) async throws {
        let forms = BothForms(seed: UInt64(seed))
        let folder = try Folder()
        let json = try forms.json.enumerated().map { try folder.write($1, to: "history-\($0).json") }
        let csv = try folder.write(forms.csv, to: "history.csv")
        for sets in [[json + [csv]], [[csv], json], [json, [csv]], [[json[0], csv], [json[1]]]] {
            let whole = try await Self.ingest(sets, memory: nil)
            for budget in [1, 3_000] {
                Outcome.expectSame(try await Self.ingest(sets, memory: budget), whole, what: "budget \(budget)")
            }
        }
    }

    @Test("changes nothing of samples of every shape, of listings in pages, of sources given twice and of known ones")
    func isInvisibleForSamples() async throws {
        let folder = try Folder()
        func page(_ number: Int, total: Int) -> String {
            let records = (0..<3).map { Text.deployment("p\(number)-\($0)") }.joined(separator: ",")
            return #"{"success":true,"totalCount":\#(total),"page":\#(number),"pageSize":3,"totalPages":3,"#
                + #""deployments":[\#(records)]}"#
        }
        let samples = Repository.records("list-response.json", "audit-trail-bulk.csv", "bulk-response-json.json")
        let whole = try (1...3).map { try folder.write(page($0, total: 9), to: "page-\($0).json") }
        let lacking = try (1...2).map { try folder.write(page($0, total: 11), to: "lacking-\($0).json") }
        let copy = try folder.write(page(2, total: 9), to: "again.json")
        let counted = try folder.write(
            #"{"success":true,"totalCount":2,"deployments":[\#(Text.deployment("c"))]}"#, to: "counted.json")
        let sets = [samples + [whole[0]], whole + [copy, counted] + lacking, samples + lacking]
        let held = try await Self.ingest(sets, memory: nil)
        #expect(held.said.contains { $0.contains("p2-1") || $0.contains("holds more than came") })
        for budget in [1, 2_000] {
            Outcome.expectSame(try await Self.ingest(sets, memory: budget), held, what: "budget \(budget)")
        }
    }

    /// Deployments of which one has so long a history that it is read piece by piece: its record comes after its transitions.
    private static func longHistory(_ folder: Folder) throws -> String {
        let entries = (0..<9_000).map {
            #"{"id":"h\#($0)","status":"Pending","timestamp":"2026-02-10T10:00:00.\#(String(format: "%04d", $0))Z","#
                + #""message":"\#(String(repeating: "m", count: 2_000))"}"#
        }
        let long = #"{"deploymentId":"long","network":"n","statusHistory":[\#(entries.joined(separator: ","))]}"#
        return try folder.write("[\(Text.deployment("a")),\(long),\(Text.deployment("z"))]", to: "long.json")
    }

    @Test("keeps the order of entries over several stretches of a source and buckets of the file")
    func keepsOrder() async throws {
        let folder = try Folder()
        let count = 9_000
        let lines = (0..<count).map { number in
            Text.transition("t\(number)", "d\(number * 7919 % 1_000)", "Pending", "2026-02-10T12:00:00Z") + "\n"
        }
        let deployments = (0..<1_000).map { Text.deployment("d\($0)") }.joined(separator: ",\n")
        let paths = [
            try Self.longHistory(folder), try folder.write("[\(deployments)]", to: "deployments.json"),
            try folder.write("[\(lines.joined(separator: ","))]", to: "transitions.json"),
        ]
        let whole = try await Self.ingest([paths], memory: nil)
        for budget in [100_000, 4_000_000, 60_000_000] {
            Outcome.expectSame(try await Self.ingest([paths], memory: budget), whole, what: "budget \(budget)")
        }
    }

    @Test("leaves nothing beside the ledger")
    func leavesNothing() async throws {
        let ledger = try TestLedger()
        let first = try await ledger.ingest(Text.transition("q"))
        let file = try ledger.folder.write(Text.lines(Text.deployment("e"), Text.transition("r", "e")), to: "more")
        ledger.memory = 1
        let again = try await ledger.ingest(files: [file])
        #expect(again.sums.accepted == 2 && again.size > first.size)
        // Nothing of the scratch files is left beside the ledger.
        let names = try FileManager.default.contentsOfDirectory(atPath: ledger.folder.path)
        #expect(names.allSatisfy { $0.hasPrefix("ledger") || $0.hasPrefix("input-") || $0 == "more" })
    }
}
