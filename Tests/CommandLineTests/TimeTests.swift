import Foundation
import StrictJSON
import Testing

/// A time that cannot be true decides nothing, whichever command names it.
@Suite("The time of commands")
struct TimeTests {
    private static func record(_ id: String, _ time: String) -> String {
        #"{"id":"\#(id)","deploymentId":"d-\#(id)","status":"Queued","timestamp":"\#(time)"}"# + "\n"
    }

    private static func folder() throws -> CommandFolder {
        let folder = try CommandFolder.withKey()
        _ = try folder.write(record("a", "2026-02-10T10:00:00Z"), to: "a.ndjson")
        _ = try folder.write(record("b", "2026-02-11T10:00:00Z"), to: "b.ndjson")
        return folder
    }

    @Test("a record of 2099 does not decide what now is, and is a finding")
    func future() throws {
        let folder = try Self.folder()
        _ = try folder.write(Self.record("c", "2099-01-01T00:00:00Z"), to: "c.ndjson")
        let ran = try folder.run("validate", "a.ndjson", "c.ndjson", "--json")
        let report = ran.json
        #expect(report["asOf"]?.string?.hasPrefix("2099") != true, "\(ran.output)")
        #expect(ran.output.contains("timestamp-in-future"))
        let metrics = try folder.run("metrics", "a.ndjson", "c.ndjson", "--json").json
        #expect(metrics["calculatedAt"]?.string?.hasPrefix("2099") == false)
        let past = try folder.run("metrics", "a.ndjson", "--json").json
        #expect(past["calculatedAt"]?.string == "2026-02-10T10:00:00.0000000Z")
        #expect(
            try folder.run("export", "a.ndjson", "c.ndjson", "--key", "key", "--out", "out", "--name", "b").status == 0)
        #expect(try folder.run(["out/b.zip", "--trust", "key.pub"], program: "cartulary-verify").status == 0)
    }

    @Test("a time that the machine's clock has not reached is refused by every command, unless it is confirmed")
    func ahead() throws {
        let folder = try Self.folder()
        let ingest = ["ingest", "a.ndjson", "--ledger", "l", "--key", "key"]
        let late = ["--received", "2099-01-01T00:00:00Z"]
        let refused = try folder.run(ingest + late)
        #expect(refused.status == 64 && refused.messages.contains("--confirm-time"), "\(refused.messages)")
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/l"))
        #expect(try folder.run(ingest + ["--received", "2026-03-01T00:00:00Z"]).status == 0)
        let export = ["export", "--ledger", "l", "--key", "key", "--out", "out", "--period", "2026-02"]
        #expect(try folder.run(export + ["--now", "2099-01-01T00:00:00Z"]).status == 64)
        // More than 400 days after the ledger was written, by the machine's clock or by an option.
        #expect(try folder.run(export + ["--now", "2027-05-01T00:00:00Z", "--confirm-time"]).status == 0)
    }

    @Test("a time before the ledger's last is refused by every command")
    func back() throws {
        let folder = try Self.folder()
        let ingest = ["ingest", "--ledger", "l", "--key", "key"]
        #expect(try folder.run(ingest + ["a.ndjson", "--received", "2026-03-01T00:00:00Z"]).status == 0)
        let refused = try folder.run(ingest + ["b.ndjson", "--received", "2025-01-05T00:00:00Z"])
        #expect(refused.status == 64, "\(refused.messages)")
        #expect(refused.messages.contains("2025-01-05T00:00:00") && refused.messages.contains("2026-03-01T00:00:00"))
        // Clocks that differ by a little do no harm: the entry has the ledger's time.
        #expect(try folder.run(ingest + ["b.ndjson", "--received", "2026-02-28T23:56:00Z"]).status == 0)
        let export = ["export", "--ledger", "l", "--key", "key", "--out", "out", "--period", "2026-01"]
        #expect(try folder.run(export + ["--now", "2026-02-15T00:00:00Z"]).status == 64)
    }
}
