import Foundation
import Testing

/// A folder with an archive that `init` made in `site`: its records are covered without a word, and one month is sealed.
struct SealedSite {
    let folder: CommandFolder

    init() throws {
        folder = try CommandFolder()
        let made = try folder.run(
            "init", "site", "--begin", "2026-01", "--covers-until", "unchecked", "--due-after", "0d")
        try #require(made.status == 0)
        try record("a", month: "01")
        try #require(try run("2026-02-02").status == 0)
    }

    func record(_ id: String, month: String) throws {
        let line =
            #"{"id":"\#(id)","deploymentId":"d\#(id)","status":"Queued","timestamp":"2026-\#(month)-10T10:00:00Z"}"#
        _ = try folder.write(line + "\n", to: "site/spool/\(id).ndjson")
    }

    func run(_ day: String, _ environment: [String: String] = [:]) throws -> Ran {
        try folder.run(
            ["run", "--config", "site/cartulary.yaml", "--now", "\(day)T00:00:00Z"], environment: environment)
    }

    func check(_ environment: [String: String] = [:]) throws -> Ran {
        try folder.run(["config", "check", "--config", "site/cartulary.yaml"], environment: environment)
    }

    func verify(at time: String? = nil) throws -> Ran {
        try folder.run(
            ["verify", "--archive", "site/archive", "--trust", "site/archive-key.allowed_signers"]
                + (time.map { ["--verify-time", $0] } ?? []))
    }

    /// What a bundle says of itself, its key included.
    func description(_ bundle: String) throws -> String {
        try folder.shell("unzip -p site/archive/2026/\(bundle).zip \(bundle)/data/bundle.json").output
    }

    func replace(_ text: String, with other: String) throws {
        let before = try folder.read("site/cartulary.yaml")
        try #require(before.contains(text))
        _ = try folder.write(before.replacingOccurrences(of: text, with: other), to: "site/cartulary.yaml")
    }

    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(folder.path)/\(name)") }
}
