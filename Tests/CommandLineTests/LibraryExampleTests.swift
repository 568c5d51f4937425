import Foundation
import Testing

/// AuditModel as another package sees it: fixtures/library-example depends on this package by its path.
@Suite("The library AuditModel")
struct LibraryExampleTests {
    #if arch(arm64)
        private static let target = "aarch64-unknown-linux-gnu"
    #else
        private static let target = "x86_64-unknown-linux-gnu"
    #endif

    private func run(_ program: String, _ arguments: [String]) throws -> Ran {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return Ran(status: process.terminationStatus, output: String(decoding: text, as: UTF8.self), messages: "")
    }

    @Test("a package that depends on this one builds histories, findings and metrics from what is public")
    func example() throws {
        let folder = try CommandFolder()
        let package = CommandFolder.root.appending(path: "fixtures/library-example").path
        let built = try run(
            "swift", ["build", "--package-path", package, "--scratch-path", "\(folder.path)/build"])
        #expect(built.status == 0, "\(built.output)")
        let reviewed = try run("\(folder.path)/build/debug/deployment-review", [])
        #expect(reviewed.status == 0)
        #expect(try reviewed.output == String(contentsOfFile: "\(package)/expected.txt", encoding: .utf8))
    }

    @Test("everything that is public says what it is")
    func documentation() throws {
        let folder = try CommandFolder()
        let modules = CommandFolder.programs.appending(path: "Modules").path
        let extracted = try run(
            "swift-symbolgraph-extract",
            [
                "-module-name", "AuditModel", "-I", modules, "-minimum-access-level", "public",
                "-target", Self.target, "-output-dir", folder.path,
            ])
        #expect(extracted.status == 0, "\(extracted.output)")
        let graph = try JSONSerialization.jsonObject(with: folder.bytes("\(folder.path)/AuditModel.symbols.json"))
        let symbols = try #require((graph as? [String: Any])?["symbols"] as? [[String: Any]])
        // What the compiler adds by itself has no location.
        let written = symbols.filter { $0["location"] != nil }
        #expect(written.count > 200)
        let undocumented = written.filter { $0["docComment"] == nil }.compactMap { $0["pathComponents"] as? [String] }
        #expect(undocumented.map { $0.joined(separator: ".") } == [])
    }
}
