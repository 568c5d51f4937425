import Foundation
import Testing

/// An older ledger that was put back with its own checkpoint: the journal beside it tells of more.
@Suite("An older ledger beside its newer journal")
struct OlderLedgerTests {
    /// A ledger of two months of which the first is sealed, and a copy of it with its checkpoint, from before the second.
    private static func folder() throws -> CommandFolder {
        let folder = try CommandFolder()
        try Self.make(folder, "keygen", "--out", "k", "-q")
        _ = try folder.write(record("a", month: "01"), to: "a.ndjson")
        _ = try folder.write(record("b", month: "02"), to: "b.ndjson")
        _ = try folder.write(record("c", month: "03"), to: "c.ndjson")
        try Self.make(
            folder, "ingest", "a.ndjson", "--ledger", "l", "--key", "k", "--received", "2026-02-01T00:00:00Z", "-q")
        try Self.make(folder, "ledger", "backup", "--ledger", "l", "--to", "old")
        try Self.make(
            folder, "ingest", "b.ndjson", "--ledger", "l", "--key", "k", "--received", "2026-03-01T00:00:00Z", "-q")
        return folder
    }

    private static func make(_ folder: CommandFolder, _ words: String...) throws {
        let ran = try folder.run(words)
        try #require(ran.status == 0, "\(ran.messages)")
    }

    private static func record(_ id: String, month: String) -> String {
        #"{"deploymentId":"\#(id)","status":"Queued","timestamp":"2026-\#(month)-10T09:00:00Z"}"# + "\n"
    }

    private static let commands = [
        "ingest c.ndjson --ledger l --key k --received 2026-04-01T00:00:00Z",
        "ingest b.ndjson --ledger l --key k --received 2026-04-01T00:00:00Z",
        "export --ledger l --key k --period 2026-01 --now 2026-04-01T00:00:00Z --out .",
        "export --ledger l --key k --response --now 2026-04-01T00:00:00Z --out .",
        "export --ledger l --key k --idempotency-key one --now 2026-04-01T00:00:00Z --out .",
        "ledger status --ledger l", "ledger check --ledger l", "ledger check --full --ledger l",
        "ledger backup --ledger l --to copy", "ledger quarantine --ledger l", "list networks --ledger l",
    ]

    @Test("is refused by every command, and nothing is written", arguments: commands)
    func refused(_ command: String) throws {
        let folder = try Self.folder()
        #expect(
            try folder.shell("rm l l-wal l-shm 2>/dev/null; cp old l && cp old.checkpoint l.checkpoint").status == 0)
        let before = try folder.shell("sha256sum l.journal l.checkpoint; ls *.zip copy 2>/dev/null").output
        let ran = try folder.run(command.split(separator: " ").map(String.init))
        #expect(ran.status == 13, "\(ran.status) \(ran.messages)")
        #expect((ran.messages + ran.output).contains("the ledger is an older copy"), "\(ran.messages)")
        #expect(try folder.shell("sha256sum l.journal l.checkpoint; ls *.zip copy 2>/dev/null").output == before)
    }

    @Test("one that went on from the older copy beside another journal is refused when the newer journal comes back")
    func wentOn() throws {
        let folder = try Self.folder()
        #expect(
            try folder.shell(
                "rm l l-wal l-shm 2>/dev/null; cp old l && cp old.checkpoint l.checkpoint && mv l.journal newer"
            ).status == 0)
        try Self.make(
            folder, "ingest", "c.ndjson", "--ledger", "l", "--key", "k", "--received", "2026-04-01T00:00:00Z", "-q")
        #expect(try folder.shell("cp newer l.journal").status == 0)
        let ran = try folder.run("ledger", "check", "--ledger", "l")
        #expect(ran.status == 13 && ran.output.contains("another ingest or seal"), "\(ran.output)\(ran.messages)")
    }

    @Test("the newer ledger put back is sound")
    func sound() throws {
        let folder = try Self.folder()
        #expect(try folder.run("ledger", "check", "--full", "--ledger", "l").status == 0)
    }
}
