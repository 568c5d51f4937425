import Foundation
import StrictJSON
import Testing

@Suite("What is shown of sources without records, through the whole program")
struct ShownNewsTests {
    private static let fail = #"{"success":false,"errorMessage":"timeout"}"#

    @Test("simulated evidence and a failed answer that come alone are errors in the bundle, and are stored once")
    func oneByOne() throws {
        let place = try CommandFolder.withKey()
        _ = try place.write(HostileInputTests.good + "\n", to: "base.ndjson")
        _ = try place.write(#"{"success":true,"isSimulatedEvidence":true,"deployments":[]}"#, to: "sim.json")
        _ = try place.write(Self.fail, to: "fail.json")
        func ingest(_ file: String) throws -> Ran {
            try place.run(
                "ingest", file, "--ledger", "ledger", "--key", "key", "--json", "--received", "2026-03-01T00:00:00Z")
        }
        for file in ["base.ndjson", "sim.json", "fail.json"] {
            let first = try ingest(file)
            let again = try ingest(file)
            #expect(first.status == 0 && first.json["changed"] == .bool(true), "\(first.messages)")
            #expect(again.status == 0 && again.json["changed"] == .bool(false), "\(again.messages)")
            #expect(first.json["root"] == again.json["root"])
        }
        let exported = try place.run(
            "export", "--ledger", "ledger", "--key", "key", "--out", "out", "--name", "shown", "--now",
            "2026-03-02T00:00:00Z")
        #expect(exported.status == 0, "\(exported.messages)")
        let findings = try place.shell("unzip -p out/shown.zip shown/data/findings.json").output
        #expect(findings.contains("simulated-evidence") && findings.contains("source-incomplete"), "\(findings)")
        #expect(try place.run("verify", "out/shown.zip", "--trust", "key.allowed_signers").status == 0)
        let made = try place.run(
            "ledger", "recover", "--journal", "ledger.journal", "--sources", ".", "--ledger", "made", "--key", "key")
        #expect(made.status == 0 && made.messages.contains("3 runs"), "\(made.messages)")
    }

    @Test("three pages in a spool that one run takes are one listing, and its bundle is without error")
    func pages() throws {
        let place = try CommandFolder()
        let made = try place.run(
            "init", "site", "--begin", "2026-02", "--covers-until", "unchecked", "--due-after", "0d")
        #expect(made.status == 0)
        for number in 1...3 {
            _ = try place.write(
                #"{"success":true,"totalCount":3,"page":\#(number),"pageSize":1,"totalPages":3,"deployments":["#
                    + #"{"deploymentId":"d\#(number)","statusHistory":[{"id":"t\#(number)","status":"Queued","#
                    + #""timestamp":"2026-02-10T10:00:00Z"}]}]}"#, to: "site/spool/p\(number).json")
        }
        let ran = try place.run(["run", "--config", "site/cartulary.yaml", "--now", "2026-03-05T00:00:00Z"])
        #expect(ran.status == 0, "\(ran.messages)")
        let name = "audit-2026-02"
        let findings = try place.shell("unzip -p site/archive/2026/\(name).zip \(name)/data/findings.json").output
        #expect(!findings.contains("source-incomplete") && findings.hasPrefix("["), "\(findings)")
    }
}
