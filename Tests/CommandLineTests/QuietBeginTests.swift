import Foundation
import Testing

/// Archives whose first period is quiet: nothing but the word of a source that there is nothing.
@Suite("Quiet first periods")
struct QuietBeginTests {
    private static func site(_ coverage: String) throws -> CommandFolder {
        let folder = try CommandFolder()
        let made = try folder.run(
            "init", "site", "--begin", "2025-01", "--covers-until", coverage, "--entity", "E")
        try #require(made.status == 0, "\(made.messages)")
        if coverage == "marker" { _ = try folder.write("2025-01\n", to: "site/records-cover") }
        return folder
    }

    private static func run(_ folder: CommandFolder, _ day: String, more: String...) throws -> Ran {
        try folder.run(["run", "--config", "site/cartulary.yaml", "--now", "\(day)T06:00:00Z"] + more)
    }

    private static func answer(_ day: String) -> String {
        #"{"success":true,"deployments":[],"totalCount":0,"generatedAt":"\#(day)T00:00:00Z"}"# + "\n"
    }

    /// Requires that January is sealed, that a second run finds nothing to do, and that the archive is valid.
    private static func hasSealed(_ folder: CommandFolder) throws {
        let dry = try run(folder, "2025-02-05", more: "--dry-run")
        #expect(dry.status == 0 && dry.output.contains("would seal 2025-01 of archive audit"), "\(dry)")
        let ran = try run(folder, "2025-02-05")
        #expect(ran.status == 0, "\(ran.messages)")
        let path = "\(folder.path)/site/archive/2025/audit-2025-01.zip"
        #expect(FileManager.default.fileExists(atPath: path))
        let again = try run(folder, "2025-02-06")
        #expect(again.status == 0 && again.messages.isEmpty, "\(again.messages)")
        let verified = try folder.run(
            "verify", "--archive", "site/archive", "--trust", "site/archive-key.allowed_signers", "--verify-time",
            "2025-02-06T00:00:00Z")
        #expect(verified.status == 0, "\(verified.output)")
        let checked = try folder.run("ledger", "check", "--full", "--ledger", "site/records.ledger")
        #expect(checked.status == 0, "\(checked.messages)")
    }

    @Test("an answer that says that there is nothing seals the first period, and the next one")
    func generatedAt() throws {
        let folder = try Self.site("generated-at")
        _ = try folder.write(Self.answer("2025-02-02"), to: "site/spool/1.json")
        try Self.hasSealed(folder)
        _ = try folder.write(Self.answer("2025-03-02"), to: "site/spool/2.json")
        let ran = try Self.run(folder, "2025-03-05")
        #expect(ran.status == 0, "\(ran.messages)")
        let restored = try folder.run(
            "ledger", "recover", "--journal", "site/records.ledger.journal", "--sources", "site/spool/done", "--ledger",
            "new.ledger", "--key", "site/archive-key")
        #expect(restored.status == 0, "\(restored.messages)")
    }

    @Test(
        "a file without records seals the first period that a marker covers",
        arguments: [
            "[]\n", "DeploymentId,Status,Timestamp\n", #"{"success":true,"deployments":[]}"#, answer("2025-02-02"),
        ])
    func marker(text: String) throws {
        let folder = try Self.site("marker")
        _ = try folder.write(text, to: "site/spool/1")
        try Self.hasSealed(folder)
    }

    @Test(
        "where no file came at all, and where one is empty, the first period stays open and nothing is proposed that does not help"
    )
    func nothing() throws {
        let folder = try Self.site("marker")
        for more in [[], ["--uncovered", "audit/2025-01", "--reason", "quiet"]] {
            let ran = try folder.run(
                ["run", "--config", "site/cartulary.yaml", "--now", "2025-02-05T06:00:00Z"] + more)
            #expect(ran.status == 15 && ran.messages.contains("a later begin: in the configuration"), "\(ran.messages)")
            #expect(!ran.messages.contains("hint:"), "\(ran.messages)")
        }
        _ = try folder.write("", to: "site/spool/empty")
        let empty = try Self.run(folder, "2025-02-05")
        #expect(empty.status == 65 && empty.messages.contains("it is empty: 0 bytes"), "\(empty.messages)")
        #expect(try folder.shell("rm site/spool/failed/*").status == 0)
        #expect(try Self.run(folder, "2025-02-05").status == 15)
        _ = try folder.write("[]\n", to: "site/spool/1.json")
        try Self.hasSealed(folder)
    }

    @Test("an answer that holds more deployments than it counts covers nothing, and is named")
    func moreThanCounted() throws {
        let folder = try Self.site("generated-at")
        let record = #"{"deploymentId":"d","currentStatus":"Queued"}"#
        let text = Self.answer("2025-02-02").replacing("[]", with: "[\(record)]")
        _ = try folder.write(text, to: "site/spool/1.json")
        let checked = try folder.run("validate", "site/spool/1.json")
        #expect(checked.status == 1 && checked.output.contains("source-incomplete"), "\(checked.output)")
        #expect(checked.output.contains("Expected: totalCount 0. Found: 1 deployment."), "\(checked.output)")
        for _ in 0..<2 {
            let ran = try Self.run(folder, "2025-02-05")
            #expect(ran.status == 65 || ran.status == 15, "\(ran.messages)")
            #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/site/archive/2025"))
        }
        let reason = try folder.read("site/spool/failed/1.json.reason.txt")
        #expect(reason.contains("expected totalCount 0, found 1 deployment\n"), "\(reason)")
    }

    @Test(
        "what stands in place of a file of the run, and is none, is named as what it is",
        arguments: ["", ".journal", ".lock", ".run.lock"], ["mkfifo", "mkdir"])
    func noRegularFile(suffix: String, command: String) throws {
        let site = try SealedSite()
        let path = "site/records.ledger\(suffix)"
        #expect(try site.folder.shell("rm -f \(path) && \(command) \(path)").status == 0)
        let kind = command == "mkdir" ? "directory" : "FIFO"
        let dry = try site.folder.run(
            "run", "--config", "site/cartulary.yaml", "--now", "2026-02-03T00:00:00Z", "--dry-run")
        for ran in [try site.run("2026-02-03"), dry, try site.check()] {
            #expect(ran.status == 74, "\(ran.messages)")
            #expect(
                ran.messages.contains("records.ledger\(suffix)\": it is a \(kind), expected a regular file"),
                "\(ran.messages)")
        }
    }

    @Test("the settings of a sealed archive and the count of rejected records are told in whole sentences")
    func sentences() throws {
        let site = try SealedSite()
        try site.replace("period: month", with: "period: week")
        try site.replace("begin: 2026-01", with: "begin: 2026-W01")
        let ran = try site.run("2026-02-03")
        #expect(ran.status == 64, "\(ran.messages)")
        #expect(
            ran.messages.contains(
                "archive audit: the bundles sealed as audit have periods of another length than the configuration: expected"
            ),
            "\(ran.messages)")
        _ = try site.folder.write("{\"a\":1}\n", to: "bad.json")
        let exported = try site.folder.run("export", "bad.json", "--key", "site/archive-key", "--out", ".")
        #expect(
            exported.status == 65 && exported.messages.contains("records: rejected 1 of 1, the first for"),
            "\(exported.messages)")
    }
}
