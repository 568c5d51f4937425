import Foundation
import Testing

@Suite("Options and variables that a command cannot follow")
struct RefusedOptionsTests {
    @Test(
        "SOURCE_DATE_EPOCH that is no time ends the commands that use it with 64",
        arguments: ["99999999999999", "abc", "-1", "+1", "1.5", " 1", "253402300800", "99999999999999999999"])
    func epoch(_ text: String) throws {
        let folder = try CommandFolder.withKey()
        let records = CommandFolder.records("audit-trail-bulk.json")
        for arguments in [
            ["validate", records], ["metrics", records], ["export", records, "--key", "key", "--out", "out"],
        ] {
            let ran = try folder.run(arguments, environment: ["SOURCE_DATE_EPOCH": text])
            #expect(ran.status == 64 && ran.messages.contains("SOURCE_DATE_EPOCH is \"\(text)\""), "\(ran.messages)")
        }
        #expect(folder.bundles == [])
        #expect(try folder.run(["metrics", records], environment: ["SOURCE_DATE_EPOCH": ""]).status == 0)
        #expect(try folder.run(["metrics", records], environment: ["SOURCE_DATE_EPOCH": "253402300799"]).status == 0)
    }

    @Test(
        "a decision needs a reason and a name that are not blank",
        arguments: ["", " ", "\u{A0}\u{3000}", "\u{200B}", "\u{2060} "])
    func blank(_ text: String) throws {
        let folder = try CommandFolder()
        for (reason, name) in [(text, "A. Auditor"), ("why", text)] {
            let ran = try folder.run(
                "ledger", "resolve", "1", "--accept", "0", "--reason", reason, "--by", name, "--ledger", "l", "--key",
                "k")
            #expect(ran.status == 64, "\(ran.messages)")
        }
    }

    @Test(
        "options that a sealed period cannot take any more are refused; those it was sealed with are taken",
        arguments: [
            ["--entity", "Other"], ["--prepared-by", "B"], ["--lei", "5493001KJTIIGC8Y1R12"], ["--uncovered", "why"],
            ["--threshold", "p95-seconds=1"], ["--threshold", "stuck-after-seconds=3600"], ["--due-days", "10"],
            ["--allow-empty"],
        ])
    func sealedOptions(_ more: [String]) throws {
        let folder = try CommandFolder.withKey()
        let records = CommandFolder.records("audit-trail-bulk.json")
        #expect(try folder.run("ingest", records, "--ledger", "l", "--key", "key").status == 0)
        let export = ["export", "--ledger", "l", "--period", "2026-02", "--key", "key", "--out", "out"]
        let own = ["--entity", "One", "--threshold", "stuck-after-seconds=7200", "--due-days", "5"]
        #expect(try folder.run(export + own).status == 0)
        let bundle = try folder.bytes(folder.path + "/out/audit-2026-02.zip")
        #expect(try folder.run(export + own).status == 0)
        #expect(try folder.run(export).status == 0)
        let refused = try folder.run(export + more)
        #expect(
            refused.status == 64 && refused.messages.contains("is sealed as \"audit-2026-02\""), "\(refused.messages)")
        #expect(refused.messages.contains(more[more.count - 1].split(separator: "=").last ?? ""))
        #expect(try folder.bytes(folder.path + "/out/audit-2026-02.zip") == bundle)
        let answer = try folder.run(export + more + ["--response"])
        #expect(answer.status == 0, "\(answer.messages)")
    }

    @Test("how rejected records are kept is decided when they are ingested: no bundle of a ledger can say otherwise")
    func rejectedOfLedger() throws {
        let folder = try CommandFolder.withKey()
        let records = CommandFolder.records("audit-trail-bulk.json")
        #expect(try folder.run("ingest", records, "--ledger", "l", "--key", "key").status == 0)
        let export = ["export", "--ledger", "l", "--period", "2026-02", "--key", "key", "--out", "out"]
        for round in ["before it is sealed", "sealed"] {
            for form in ["bytes", "digest-only"] {
                for more in [[], ["--response"]] {
                    let ran = try folder.run(export + ["--rejected", form] + more)
                    #expect(ran.status == 64 && ran.messages.contains("--rejected"), "\(round): \(ran.messages)")
                }
            }
            #expect(try folder.run(export).status == 0)
        }
        #expect(try folder.export("--rejected", "digest-only").status == 0)
    }
}
