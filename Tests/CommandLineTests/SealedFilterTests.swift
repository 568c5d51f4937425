import Foundation
import Testing

/// Filters of a period that is sealed by hand.
@Suite("Filters of a series that match nothing")
struct SealedFilterTests {
    private static func folder() throws -> CommandFolder {
        let folder = try CommandFolder.withKey()
        _ = try folder.write(
            #"{"deploymentId":"a","network":"mainnet-v1.0","tokenType":"ASA_FT","deployedBy":"0xaa","currentStatus":"Queued","#
                + "\n"
                + #""createdAt":"2025-01-10T09:00:00Z","statusHistory":[{"status":"Queued","timestamp":"2025-01-10T09:00:00Z"}]}"#,
            to: "a.json")
        let ran = try folder.run("ingest", "a.json", "--ledger", "l", "--key", "key", "-q")
        try #require(ran.status == 0, "\(ran.messages)")
        return folder
    }

    private static func seal(_ folder: CommandFolder, _ more: [String]) throws -> Ran {
        try folder.run(["export", "--ledger", "l", "--period", "2025-01", "--key", "key", "--out", ".", "-q"] + more)
    }

    @Test(
        "a mistyped value seals nothing, and the hint seals",
        arguments: [("--network", "mainnet-v1.O"), ("--token-type", "ASA_FTT"), ("--deployed-by", "0xab")])
    func mistyped(option: String, value: String) throws {
        let folder = try Self.folder()
        let checkpoint = try folder.read("l.checkpoint")
        let ran = try Self.seal(folder, [option, value])
        #expect(ran.status == 64 && ran.messages.contains("\(option) \"\(value)\" matches nothing"), "\(ran.messages)")
        #expect(try folder.read("l.checkpoint") == checkpoint)
        let hint = try #require(ran.messages.split(separator: "\n").first { $0.contains("hint: ") })
        let words = hint.split(separator: " ").map(String.init).suffix(2)
        #expect(try Self.seal(folder, Array(words)).status == 0, "\(ran.messages)")
    }

    @Test("with --allow-empty a series begins before its first deployment")
    func allowed() throws {
        let folder = try Self.folder()
        let ran = try Self.seal(folder, ["--network", "testnet", "--allow-empty"])
        #expect(ran.status == 0, "\(ran.messages)")
        #expect(
            try folder.run("verify", "audit-2025-01-partial.zip", "--trust", "key.allowed_signers").status == 0)
    }

    @Test("a value that stands in the records of another period seals an empty one")
    func quiet() throws {
        let folder = try Self.folder()
        #expect(try Self.seal(folder, ["--network", "mainnet-v1.0"]).status == 0)
        let next = try folder.run(
            "export", "--ledger", "l", "--period", "2025-02", "--key", "key", "--out", ".", "-q", "--network",
            "mainnet-v1.0")
        #expect(next.status == 0, "\(next.messages)")
    }
}
