import Foundation
import StrictJSON
import Testing

/// Keys that sign bundles, and no ledger.
@Suite("Keys of a configuration that cannot sign its ledger")
struct KeyTypeTests {
    @Test("a key that cannot sign a ledger is refused before anything is taken")
    func keyType() throws {
        let folder = try CommandFolder()
        let made = try folder.run("init", "site", "--begin", "2026-01", "--covers-until", "unchecked")
        #expect(made.status == 0)
        #expect(
            try folder.shell(
                "rm site/archive-key* && cartulary keygen --out site/archive-key --algorithm ecdsa-p256 -q"
            ).status == 0)
        let line = #"{"id":"a","deploymentId":"da","status":"Queued","timestamp":"2026-01-10T10:00:00Z"}"#
        _ = try folder.write(line + "\n", to: "site/spool/a.ndjson")
        let run = ["run", "--now", "2026-02-05T00:00:00Z"]
        for words in [run, run + ["--dry-run"], run + ["--dry-run", "--json"], ["config", "check"]] {
            let ran = try folder.run(words + ["--config", "site/cartulary.yaml"])
            #expect(ran.status == 77 && ran.messages.contains("expected Ed25519"), "\(words): \(ran.messages)")
            guard words.contains("--json") else { continue }
            #expect(ran.json["status"]?.integer == 77, "\(ran.output)")
            let obstacle = try #require(ran.json["plan"]?.array?.first, "\(ran.output)")
            #expect(obstacle["event"]?.string == "failed" && obstacle["part"]?.string == "run", "\(ran.output)")
            #expect(obstacle["hint"]?.string?.hasPrefix("cartulary keygen") == true, "\(ran.output)")
        }
        let status = try folder.run("status", "--config", "site/cartulary.yaml")
        #expect(
            status.status == 15 && (status.output + status.messages).contains("expected Ed25519"), "\(status.output)")
        #expect(try folder.shell("ls -A site/spool").output == "a.ndjson\n")
    }
}
