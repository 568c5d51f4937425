import AuditModel
import BundleExport
import BundleFormat
import BundleReading
import BundleVerifier
import Foundation
import RecordAnalysis
import Signing

/// Keys of the tests; their seeds are no secret.
enum TestKeys {
    static let trusted = key(1)
    static let other = key(2)

    private static func key(_ byte: UInt8) -> PrivateKey {
        do {
            return try PrivateKey(ed25519Seed: [UInt8](repeating: byte, count: 32), comment: "test-\(byte)")
        } catch {
            fatalError("test key refused: \(error)")
        }
    }

    /// A trust file with one key, with the options of ssh-keygen(1) before it.
    static func trust(_ key: PrivateKey = trusted, options: String = "") throws -> AllowedSigners {
        let line = try key.publicKey.openSSHLine(comment: "")
        return try AllowedSigners(parsing: Array("test@example.org \(options) \(line)\n".utf8))
    }
}

/// Bundles that are made once for all tests, from the records of the repository.
enum TestBundles {
    static let repository: URL = {
        var directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        while directory.path != "/",
            !FileManager.default.fileExists(atPath: directory.appending(path: "Package.swift").path)
        {
            directory.deleteLastPathComponent()
        }
        return directory
    }()

    static let records = repository.appending(path: "fixtures/records").path

    /// All deployments of the fixtures, with findings, retries and refused transitions.
    static let full = Task { try await make("full") }
    /// Of a ledger: the correction of January, then February, in which a CSV row is superseded.
    static let sealed = Task { Array(try await series.value.dropFirst()) }
    /// Of a ledger that held the columns of a row when a record came that contradicts them.
    static let columns = Task { try await SealedBundles.makeColumns() }
    /// Of a ledger that has columns of rows alone, beside a record, and of several rows.
    static let rows = Task { try await SealedBundles.makeRows() }
    /// Every bundle of that ledger.
    static let series = Task { try await SealedBundles.make() }
    /// The same without one deployment, under the same name.
    static let shortened = Task { try await makeShortened() }
    /// One network only.
    static let filtered = Task { try await make("filtered-partial") { $0.networks = ["base-mainnet"] } }
    /// One deployment and one transition.
    static let tiny = Task { try await makeTiny() }

    /// Times of all test bundles, so that none depends on another's records.
    private static let asOf = Timestamp(unixSeconds: 1_772_323_200)

    static func make(
        _ name: String, inputs: [String]? = nil, selection: (inout Selection) -> Void = { _ in }
    ) async throws -> [UInt8] {
        let directory = try TemporaryDirectory()
        var options = ExportOptions(key: TestKeys.trusted, toolVersion: "0.0.0-test")
        options.analysis.inputs = inputs ?? ["deployments.ndjson", "transitions.ndjson"].map { "\(records)/\($0)" }
        options.analysis.asOf = asOf
        selection(&options.analysis.selection)
        (options.name, options.directory) = (name, directory.path)
        let result = try await Export.run(options)
        return [UInt8](try Data(contentsOf: URL(fileURLWithPath: result.path)))
    }

    /// Lines of a file of the fixtures that hold a text, or do not.
    static func lines(_ file: String, with text: String, held: Bool = true) throws -> [String] {
        let content = try String(contentsOfFile: "\(records)/\(file)", encoding: .utf8)
        return content.split(separator: "\n").map(String.init).filter { $0.contains(text) == held }
    }

    /// The identifier of the deployment that is left out in `shortened`.
    static let leftOut = "ce33dd70-9294-4d94-9fac-971a80185844"

    private static func makeShortened() async throws -> [UInt8] {
        let directory = try TemporaryDirectory()
        let files = try ["deployments.ndjson", "transitions.ndjson"].map { file in
            try directory.write(try lines(file, with: leftOut, held: false), to: file)
        }
        return try await make("full", inputs: files)
    }

    private static func makeTiny() async throws -> [UInt8] {
        let directory = try TemporaryDirectory()
        let files = try ["deployments.ndjson", "transitions.ndjson"].map { file in
            try directory.write(Array(try lines(file, with: leftOut).prefix(1)), to: file)
        }
        return try await make("tiny", inputs: files)
    }
}

/// A folder that is removed with the value.
final class TemporaryDirectory {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "verifier-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file of lines and returns its path.
    func write(_ lines: [String], to name: String) throws -> String {
        let file = "\(path)/\(name)"
        try lines.map { $0 + "\n" }.joined().write(toFile: file, atomically: false, encoding: .utf8)
        return file
    }
}

/// A seeded generator (SplitMix64), so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Verifies an archive in memory against the trusted test key.
func verify(
    _ archive: [UInt8], fileName: String, trust: AllowedSigners? = nil, time: Int64 = 1_800_000_000
) async throws -> VerificationReport {
    let verifier = Verifier(trust: try trust ?? TestKeys.trust(), time: time, threads: 2)
    return await verifier.verify(try UnverifiedBundle(bytes: archive, fileName: fileName))
}

extension VerificationReport {
    /// The names of the checks that failed.
    var failures: [String] { checks.filter { $0.status == .failed }.map(\.name) }

    /// Everything that is wrong, for a message.
    var faults: String {
        checks.filter { $0.status != .passed }.map { "\($0.status.rawValue) \($0.name): \($0.detail)" }
            .joined(separator: "\n")
    }

    func detail(_ name: String) -> String { checks.first { $0.name == name }?.detail ?? "" }
}
