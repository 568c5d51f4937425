import AuditModel
import BundleExport
import BundleFormat
import BundleReading
import Foundation
import RecordAnalysis
import Signing
import Testing

@testable import BundleVerifier

/// The worked example of docs/bundle-format.md, section 11.
struct WorkedExampleTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let example = root.appending(path: "fixtures/example")

    private static func export(to directory: URL) async throws -> String {
        let key = try PrivateKey(openSSH: Array(Data(contentsOf: example.appending(path: "key"))))
        var options = ExportOptions(key: key, toolVersion: "0.1.0")
        options.analysis.inputs = [example.appending(path: "records.ndjson").path]
        options.analysis.selection.period = Period(label: "2026-02")
        options.directory = directory.path
        options.name = "example"
        options.command = ["export", "--period", "2026-02", "--name", "example"]
        return try await Export.run(options).path
    }

    @Test("the two records and the key give each file of the example, byte for byte")
    func filesAreThoseOfTheExample() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let bundle = try UnverifiedBundle(path: try await Self.export(to: directory))
        let files = Self.example.appending(path: "example")
        let names = try FileManager.default.subpathsOfDirectory(atPath: files.path).filter {
            var isDirectory: ObjCBool = false
            return FileManager.default.fileExists(atPath: files.appending(path: $0).path, isDirectory: &isDirectory)
                && !isDirectory.boolValue
        }
        #expect(Set(names) == Set(bundle.entries.keys))
        for name in names.sorted() {
            let expected = try Array(Data(contentsOf: files.appending(path: name)))
            #expect(try bundle.bytes(name) == expected, "\(name) differs; see scripts/example")
        }
    }

    @Test("the document shows the line, the root and the anchor of the example")
    func documentShowsTheBytes() throws {
        let text = try String(contentsOf: Self.root.appending(path: "docs/bundle-format.md"), encoding: .utf8)
        let files = Self.example.appending(path: "example")
        let trail = try String(contentsOf: files.appending(path: "data/audit-trail.json"), encoding: .utf8)
        let anchor = try String(contentsOf: files.appending(path: "tagmanifest-sha256.txt"), encoding: .utf8)
        let bundle = try String(contentsOf: files.appending(path: "data/bundle.json"), encoding: .utf8)
        for line in trail.split(separator: "\n").dropFirst().dropLast() + anchor.split(separator: "\n") {
            #expect(text.contains("    \(line)\n"), "section 11 lacks \(line)")
        }
        let root = try #require(bundle.firstMatch(of: /"root":"([0-9a-f]{64})"/)).1
        #expect(text.contains("    \(root)\n"))
    }
}
