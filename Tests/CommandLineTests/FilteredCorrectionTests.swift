import Foundation
import Testing

/// Corrections of archives that hold a part of the records.
@Suite("Corrections of filtered archives")
struct FilteredCorrectionTests {
    @Test("a correction of a filtered archive is called a correction")
    func correction() throws {
        let site = try SealedSite()
        let line =
            #"{"deploymentId":"dt","network":"testnet-v1.0","statusHistory":[{"id":"t","status":"Queued","timestamp":"2026-02-10T10:00:00Z"}]}"#
        let before = try site.folder.read("site/cartulary.yaml")
        let filtered =
            "  - name: test\n    directory: test\n    period: month\n    begin: 2026-01\n    due-after: 0d\n    network: [testnet-v1.0]\n"
        _ = try site.folder.write(
            before.replacing("archives:\n", with: "archives:\n" + filtered), to: "site/cartulary.yaml")
        _ = try site.folder.write(line + "\n", to: "site/spool/t.ndjson")
        #expect(try site.folder.shell("mkdir site/test").status == 0)
        #expect(try site.run("2026-03-02").status == 0)
        _ = try site.folder.write(
            line.replacing(#""t""#, with: #""u""#).replacing(#""dt""#, with: #""du""#) + "\n", to: "site/spool/u.ndjson"
        )
        let ran = try site.folder.run("run", "--config", "site/cartulary.yaml", "--now", "2026-03-03T00:00:00Z", "-v")
        #expect(ran.messages.contains("corrected: site/test/2026/test-2026-02-r1-partial.zip"), "\(ran.messages)")
        #expect(ran.messages.contains("sealed 0, corrected 2"), "\(ran.messages)")
    }
}
