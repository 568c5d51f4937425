import AuditModel
import BundleExport
import BundleFormat
import Foundation
import RecordAnalysis
import Signing
import StrictJSON
import ZipFormat

/// A folder that is removed with the value.
final class Folder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "pipeline-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, to name: String) throws -> String {
        let file = "\(path)/\(name)"
        guard FileManager.default.createFile(atPath: file, contents: Data(text.utf8)) else {
            throw CocoaError(.fileWriteUnknown)
        }
        return file
    }
}

/// Files beside the tests, found by walking up from this file.
enum Repository {
    static let root: URL = {
        var directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        while directory.path != "/",
            !FileManager.default.fileExists(atPath: directory.appending(path: "Package.swift").path)
        {
            directory.deleteLastPathComponent()
        }
        return directory
    }()

    static func records(_ names: String...) -> [String] {
        names.map { root.appending(path: "fixtures/records/\($0)").path }
    }

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appending(path: path).path)
    }
}

enum Analysed {
    /// Judges texts, each a file of its own.
    static func texts(_ texts: [String], _ change: (inout AnalysisOptions) -> Void = { _ in }) async throws
        -> AnalysisResult
    {
        let folder = try Folder()
        var options = AnalysisOptions()
        options.inputs = try texts.enumerated().map { try folder.write($1, to: "source-\($0)") }
        change(&options)
        return try await RecordAnalyzer.run(options)
    }

    static func files(_ paths: [String], _ change: (inout AnalysisOptions) -> Void = { _ in }) async throws
        -> AnalysisResult
    {
        var options = AnalysisOptions()
        options.inputs = paths
        change(&options)
        return try await RecordAnalyzer.run(options)
    }
}

extension AnalysisResult {
    /// Codes of intake findings, with their number.
    var intake: [FindingCode: Int] {
        Dictionary(counts.filter { !$0.code.isDerived }.map { ($0.code, $0.count) }) { $0 + $1 }
    }

    var derived: [Finding] { findings.filter(\.code.isDerived) }

    var sumText: String {
        "\(sums.accepted) accepted, \(sums.duplicates) duplicates, \(sums.conflicts) conflicts, \(sums.rejected) rejected"
    }

    /// The counts of a metric's group.
    func group(_ name: String) -> [String: Int64] {
        var result: [String: Int64] = [:]
        for (key, value) in metrics[name]?.group ?? [:] { result[key.text] = value.integer }
        return result
    }
}

/// A made bundle.
struct MadeBundle {
    var bytes: [UInt8]
    var files: [String: [UInt8]] = [:]
    var result: ExportResult

    /// What depends on the records, the options and the as-of time alone (docs/bundle-format.md, 1).
    var content: [String: [UInt8]] {
        var content: [String: [UInt8]] = [:]
        for name in ["audit-trail.json", "deployments.csv", "transitions.csv", "metrics.json", "metrics.csv"] {
            content[name] = files["data/\(name)"]
        }
        let findings = String(decoding: files["data/findings.json"] ?? [], as: UTF8.self)
        let derived = findings.split(separator: "\n").filter { $0.contains(#""origin":"derived""#) }
        content["derived findings"] = derived.flatMap { Array($0.utf8.filter { $0 != UInt8(ascii: ",") }) }
        return content
    }

    func text(_ name: String) -> String { String(decoding: files["data/\(name)"] ?? [], as: UTF8.self) }

    static func key() throws -> PrivateKey {
        try PrivateKey(ed25519Seed: [UInt8](repeating: 7, count: 32), comment: "test")
    }

    /// Exports files and reads the bundle back.
    static func make(_ paths: [String], _ change: (inout ExportOptions) -> Void = { _ in }) async throws -> MadeBundle {
        let folder = try Folder()
        var options = ExportOptions(key: try key(), toolVersion: "0.0.0-test")
        options.analysis.inputs = paths
        options.analysis.asOf = Timestamp(unixSeconds: 1_772_323_200)
        options.directory = folder.path
        options.name = "test"
        change(&options)
        let result = try await Export.run(options)
        let archive = try ZipArchive(path: result.path)
        var made = MadeBundle(bytes: Array(try Data(contentsOf: URL(fileURLWithPath: result.path))), result: result)
        for entry in archive.entries {
            var bytes: [UInt8] = []
            var reader = try archive.reader(for: entry)
            try reader.forEachBlock { bytes += $0 }
            made.files[entry.name.split(separator: "/").dropFirst().joined(separator: "/")] = bytes
        }
        return made
    }

    static func make(texts: [String], _ change: (inout ExportOptions) -> Void = { _ in }) async throws -> MadeBundle {
        let folder = try Folder()
        let paths = try texts.enumerated().map { try folder.write($1, to: "source-\($0)") }
        return try await make(paths, change)
    }
}

/// Texts of records.
enum Text {
    static func transition(
        _ id: String?, _ deployment: String = "d", _ status: String = "Queued", _ time: String = "2026-02-10T10:00:00Z",
        _ more: String = ""
    ) -> String {
        let own = id.map { "\"id\":\"\($0)\"," } ?? ""
        return #"{\#(own)"deploymentId":"\#(deployment)","status":"\#(status)","timestamp":"\#(time)"\#(more)}"#
    }

    /// A deployment record whose transitions are records of their own.
    static func deployment(_ id: String = "d", _ more: String = "") -> String {
        #"{"deploymentId":"\#(id)","statusHistory":[]\#(more)}"#
    }

    static let header =
        "DeploymentId,TokenType,TokenName,TokenSymbol,Network,DeployedBy,AssetIdentifier,TransactionHash,"
        + "Status,Timestamp,Message,ReasonCode,ActorAddress,ConfirmedRound,ErrorMessage,DurationFromPreviousMs\n"

    static func row(
        _ deployment: String, _ status: String, _ time: String, network: String = "", message: String = "",
        round: String = ""
    ) -> String {
        [deployment, "", "", "", network, "", "", "", status, time, message, "", "", round, "", ""]
            .map { "\"\($0)\"" }.joined(separator: ",") + "\n"
    }

    static func lines(_ lines: String...) -> String { lines.map { $0 + "\n" }.joined() }
}

/// A small generator with a fixed seed (SplitMix64), so that a failing sample comes back.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    mutating func pick<Value>(_ values: [Value]) -> Value { values[Int.random(in: 0..<values.count, using: &self)] }
}

enum Digest {
    static func hexadecimal(_ text: String) -> String { ContentDigest.hexadecimal(of: Array(text.utf8)) }
}
