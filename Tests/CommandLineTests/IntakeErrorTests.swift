import Foundation
import Testing

/// Findings at error level of a run's intake, which decide its status.
@Suite("Errors that an intake finds")
struct IntakeErrorTests {
    private static let header = "DeploymentId,Status,Timestamp,Network\n"
    private static let row = "d-1,Queued,2026-02-10T09:00:00Z,mainnet-v1.0\n"
    private static let contradicting = "d-1,Submitted,2026-02-10T09:00:04Z,testnet-v1.0\n"
    private static let record =
        #"{"deploymentId":"d-1","currentStatus":"Submitted","network":"testnet-v1.0"}"# + "\n"

    @Test(
        "columns of CSV rows that contradict each other, or a record, end the run with 1, once",
        arguments: [[header + row + contradicting], [header + row, record], [record, header + row]])
    func columns(_ texts: [String]) throws {
        let site = try FedSite()
        try site.cover("2026-02")
        for (number, text) in texts.enumerated() { _ = try site.folder.write(text, to: "site/spool/\(number)") }
        try site.expect(1, on: "2026-03-05", "1 conflicting record in quarantine")
        #expect(site.isSealed("2026-02"))
        for (number, text) in texts.enumerated() { _ = try site.folder.write(text + "\n", to: "site/spool/x\(number)") }
        try site.expect(0, on: "2026-03-05")
        #expect(try site.verify().status == 0)
    }

    @Test("columns that contradict what an earlier run took in end the run with 1 as well")
    func later() throws {
        let site = try FedSite()
        try site.cover("2026-02")
        _ = try site.folder.write(Self.header + Self.row, to: "site/spool/a")
        try site.expect(0, on: "2026-03-05")
        _ = try site.folder.write(Self.record, to: "site/spool/b")
        try site.expect(1, on: "2026-03-05", "1 conflicting record in quarantine")
    }

    @Test(
        "a claim at error level is reported when it comes, and by no dry run when it comes again",
        arguments: [#""isSimulated":true"#, #""confirmedRound":-1"#, #""errorDetails":{"category":11}"#])
    func claims(_ member: String) throws {
        let site = try FedSite()
        try site.cover("2026-02")
        let text = #"{"deploymentId":"d","status":0,"timestamp":"2026-02-10T09:00:00Z",\#(member)}"# + "\n"
        _ = try site.folder.write(text, to: "site/spool/a")
        try site.expect(1, on: "2026-03-05", "1 finding at error level")
        #expect(try site.folder.shell("gzip -c site/spool/done/a > site/spool/b.gz").status == 0)
        _ = try site.folder.write(text + "\n", to: "site/spool/c")
        try site.expect(0, on: "2026-03-05")
        _ = try site.folder.write(text + text.replacing(#""d""#, with: #""e""#), to: "site/spool/d")
        try site.expect(1, on: "2026-03-05", "at error level")
    }
}
