import AuditModel
import BundleExport
import BundleFormat
import Foundation
import Ledger
import RecordAnalysis
import Signing
import Testing

@testable import BundleVerifier

/// Whatever the writer accepts and makes, every verifier accepts: hostile values, names and forms, whole through the programs.
@Suite("What is made is verified")
struct RoundTripTests {
    /// How many seeds are tried: a few, or as many as asked for, from a first one.
    static let count = ProcessInfo.processInfo.environment["CARTULARY_ROUND_TRIPS"].flatMap(Int.init) ?? 16
    static let first = ProcessInfo.processInfo.environment["CARTULARY_ROUND_TRIP"].flatMap(Int.init) ?? 0

    @Test(
        "one-shot, ledger and seal are valid for every verifier and have one content", arguments: first..<first + count)
    func roundTrip(_ seed: Int) async throws {
        var generator = SeededGenerator(seed: UInt64(seed) + 4_000)
        let records = RoundTripRecords(seed: UInt64(seed))
        let folder = try Folder()
        let one = try await export(records.files(&generator), to: folder, name: "one")
        let other = try await export(records.files(&generator), to: folder, name: "other")
        #expect(one.contentRoot == other.contentRoot, "another order, seed \(seed)")
        try await expectValid(one.path, seed)
        // Another order may keep another record's position in the intake: it is verified as well.
        try await expectValid(other.path, seed)
        try await ledger(records, seed, root: one.contentRoot, by: &generator)
    }

    @Test("what would make a line too long is rejected, whatever the order, and the bundle is valid")
    func longLines() async throws {
        let folder = try Folder()
        let text = String(repeating: "x", count: 1 << 19)
        let transitions = (0..<60).map { number in
            Text.transition(
                "t\(number)", "d", "Queued", "2026-02-10T10:00:\(number < 10 ? "0" : "")\(number)Z",
                #","message":"\#(text)""#)
        }
        let records = (0..<9).map {
            Text.deployment("d", #","updatedAt":"2026-02-1\#($0)T00:00:00Z","tokenName":"\#(text)""#)
        }
        let one = try await export(
            [transitions.joined(separator: "\n"), records.joined(separator: "\n")], to: folder, name: "a")
        #expect(one.analysis.sums.inBundleTransitions == 47 && one.analysis.sums.acceptedDeploymentRecords == 5)
        #expect(one.analysis.sums.rejected == 17 && one.analysis.intake[.malformedRecord] == 17)
        let report = try await SealedLedger.verify(one.path)
        #expect(report.verdict == .valid)
        let turned = (transitions + records).reversed().joined(separator: "\n")
        #expect(try await export([turned], to: folder, name: "b").contentRoot == one.contentRoot)
    }

    @Test("what would give a line too many values is rejected, and the bundle is valid")
    func denseLines() async throws {
        let folder = try Folder()
        func list(_ count: Int) -> String { ",\"more\":[0" + String(repeating: ",0", count: count - 1) + "]" }
        let transitions = [1_000, 1_749_000, 1_000].enumerated().map { number, count in
            Text.transition("t\(number)", "d", "Queued", "2026-02-10T10:00:0\(number)Z", list(count))
        }
        let records = [1_000, 99_000, 1_000].enumerated().map { number, count in
            Text.deployment("d", #","updatedAt":"2026-02-1\#(number)T00:00:00Z"\#(list(count))"#)
        }
        let made = try await export(
            [transitions.joined(separator: "\n"), records.joined(separator: "\n")], to: folder, name: "a")
        #expect(made.analysis.sums.inBundleTransitions == 2 && made.analysis.sums.acceptedDeploymentRecords == 2)
        #expect(made.analysis.sums.rejected == 2 && made.analysis.intake[.malformedRecord] == 2)
        #expect(try await SealedLedger.verify(made.path).verdict == .valid)
    }

    @Test("a name that no verifier accepts is refused before anything is made")
    func names() async throws {
        let folder = try Folder()
        for name in ["x-partial", String(repeating: "n", count: 101), "con", "a-", "é"] {
            await #expect(throws: (any Error).self, "\(name)") {
                try await export([Text.transition("q")], to: folder, name: name)
            }
        }
        let longest = String(repeating: "n", count: 100)
        let made = try await export([Text.transition("q")], to: folder, name: longest)
        #expect(try await SealedLedger.verify(made.path).verdict == .valid)
        let series = try SealedLedger()
        try await series.ledger.ingest(Text.transition("q"))
        await #expect(throws: (any Error).self) {
            try await series.export("2026-02") { $0.archive = String(repeating: "n", count: 75) }
        }
        for made in try await series.export("2026-02", { $0.archive = String(repeating: "n", count: 74) }) {
            #expect(try await SealedLedger.verify(made.path).verdict == .valid)
        }
    }

    /// Takes the records into a ledger, in one go and in several, and verifies an answer and sealed periods.
    private func ledger(
        _ records: RoundTripRecords, _ seed: Int, root: String, by generator: inout SeededGenerator
    ) async throws {
        let files = records.files(&generator)
        let series = try SealedLedger()
        let paths = try files.enumerated().map { try series.ledger.folder.write($1, to: "in-\($0)") }
        var rest = paths[...]
        while !rest.isEmpty {
            let count = seed % 2 == 0 ? rest.count : Int.random(in: 1...rest.count, using: &generator)
            try await series.ledger.ingest(files: Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
            if seed % 4 == 1 { try await seal(series, "2026-02", seed: seed) }
        }
        for period in ["2026-02", "2026-03"] { try await seal(series, period, seed: seed) }
        let answer = try await series.export(nil) {
            $0.export.analysis.asOf = Timestamp(unixSeconds: 1_772_323_200)
            $0.export.analysis.allowsEmpty = true
        }
        for made in answer {
            try await expectValid(made.path, seed)
            // Of one run the same stays as of files; of several the first.
            if !records.hasConflicts || seed % 2 == 0 { #expect(made.contentRoot == root, "ledger, seed \(seed)") }
        }
    }

    private func seal(_ series: SealedLedger, _ period: String, seed: Int) async throws {
        for made in try await series.export(period) {
            try await expectValid(made.path, seed)
        }
    }

    private func export(_ texts: [String], to folder: Folder, name: String) async throws -> ExportResult {
        var options = ExportOptions(key: try MadeBundle.key(), toolVersion: "0.1.0")
        options.analysis.inputs = try texts.enumerated().map { try folder.write($1, to: "\(name)-\($0)") }
        options.analysis.asOf = Timestamp(unixSeconds: 1_772_323_200)
        options.analysis.allowsEmpty = true
        options.directory = folder.path
        options.name = name
        return try await Export.run(options)
    }

    private func expectValid(_ path: String, _ seed: Int) async throws {
        let report = try await SealedLedger.verify(path)
        let problems = report.checks.filter { $0.status != .passed }.map { "\($0.name) \($0.status): \($0.detail)" }
        #expect(report.verdict == .valid, "seed \(seed), \(path): \(problems)")
        let differences = try LeakSearch.differences(path)
        #expect(differences == nil, "seed \(seed), \(path): \(differences ?? "")")
        guard seed % 16 == 3 else { return }
        for program in [["cartulary", "verify"], ["cartulary-verify"]] {
            let (status, output) = try Programs.verify(path, with: program)
            #expect(status == 0, "seed \(seed), \(program[0]): \(output)")
        }
    }
}

/// The built programs beside the tests.
enum Programs {
    static let folder: URL = {
        var url = URL(
            fileURLWithPath: (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "/")
        while url.path != "/", !FileManager.default.isExecutableFile(atPath: url.appending(path: "cartulary").path) {
            url.deleteLastPathComponent()
        }
        return url
    }()

    /// Verifies a bundle of the tests' key.
    static func verify(_ path: String, with command: [String]) throws -> (status: Int32, output: String) {
        let trust = try Folder()
        let line = try SealedLedger.key().publicKey.openSSHLine()
        let process = Process()
        process.executableURL = folder.appending(path: command[0])
        process.arguments = Array(command.dropFirst()) + [path, "--trust", try trust.write(line, to: "key.pub")]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: text, as: UTF8.self))
    }
}
