import Foundation
import Testing

/// A site whose only archive begins with February 2026, and whose spool is covered by a marker.
struct FedSite {
    let folder: CommandFolder

    init() throws {
        folder = try CommandFolder()
        let made = try folder.run("init", "site", "--begin", "2026-02", "--covers-until", "marker", "--entity", "E")
        try #require(made.status == 0, "\(made.messages)")
    }

    func cover(_ month: String) throws { _ = try folder.write(month + "\n", to: "site/records-cover") }

    func run(_ day: String, more: String...) throws -> Ran {
        try folder.run(["run", "--config", "site/cartulary.yaml", "--now", "\(day)T06:00:00Z"] + more)
    }

    /// A dry run, then the run: both end with a status.
    func expect(_ status: Int32, on day: String, _ text: String = "") throws {
        let dry = try run(day, more: "--dry-run")
        let ran = try run(day)
        #expect(dry.status == status, "dry run: \(dry.status) \(dry.output) \(dry.messages)")
        #expect(ran.status == status && (text.isEmpty || ran.messages.contains(text)), "\(ran.status) \(ran.messages)")
    }

    func isSealed(_ month: String) -> Bool {
        FileManager.default.fileExists(atPath: "\(folder.path)/site/archive/2026/audit-\(month).zip")
    }

    func file(_ name: String, of month: String) throws -> String {
        try folder.shell("unzip -p site/archive/2026/audit-\(month).zip 'audit-\(month)/data/\(name)'").output
    }

    /// Somebody has dealt with what failed.
    func settle() throws { #expect(try folder.shell("rm site/spool/failed/*").status == 0) }

    func verify() throws -> Ran {
        try folder.run(
            "verify", "--archive", "site/archive", "--trust", "site/archive-key.allowed_signers", "--verify-time",
            "2026-06-01T00:00:00Z")
    }
}
