import AuditModel
import BundleExport
import BundleFormat
import Foundation
import Ledger
import RecordAnalysis
import Signing
import StrictJSON
import Testing

@testable import BundleVerifier
@testable import Schedule

@Suite("Records with claims that cannot be read")
struct UnreadableClaimTests {
    /// Everything that cannot be read, with everything else of its records.
    static let records = Text.lines(
        #"{"deploymentId":"a","currentStatus":8,"network":"n","deployedBy":"0xA","tokenType":"T","#
            + #""tokenName":"Name","assetIdentifier":820017699,"createdAt":"2026-02-10T10:00:00Z","#
            + #""statusHistory":[\#(Text.transition("a1", "a"))]}"#,
        #"{"deploymentId":"b","network":"n","statusHistory":{"0":\#(Text.transition("b1", "b"))}}"#,
        Text.transition("b2", "b", "Queued", "2026-02-10T10:00:00Z"),
        Text.transition(
            "b3", "b", "Failed", "2026-02-10T10:01:00Z",
            #","durationFromPreviousStatusMs":6e5,"transactionHash":1.0,"#
                + #""metadata":{"errorCategory":1.0,"isRetryable":"false","suggestedRetryDelaySeconds":3600.0}"#),
        Text.transition(
            "b4", "b", "Queued", "2026-02-10T10:02:00Z",
            #","complianceChecks":[{"checkName":1.0,"passed":"true","checkedAt":"soon"},7]"#),
        Text.transition(
            "b5", "b", "Submitted", "2026-02-10T10:03:00Z", #","errorDetails":{"category":42.0,"timestamp":1.0}"#))

    @Test("the record stays with everything else, and a bundle of it is valid, from files as from a ledger")
    func bundles() async throws {
        let once = try await MadeBundle.make(texts: [Self.records]) { $0.analysis.asOf = nil }
        let deployments = once.text("deployments.csv")
        #expect(deployments.contains("a,Queued,8,T,n,0xA,Name,,820017699,"))
        #expect(deployments.contains(#"{""statusHistory"":{""0"":"#))
        let sealed = try SealedLedger()
        try await sealed.ledger.ingest(Self.records)
        let answer = try await sealed.export(nil) { $0.isResponse = true }[0]
        for name in ["audit-trail.json", "deployments.csv", "transitions.csv", "metrics.json", "metrics.csv"] {
            #expect(try SealedLedger.text(answer.path, "data/\(name)") == once.text(name), "\(name)")
        }
        try Data(once.bytes).write(to: URL(fileURLWithPath: sealed.out + "/test.zip"))
        for path in [answer.path, sealed.out + "/test.zip"] {
            let report = try await SealedLedger.verify(path)
            #expect(report.verdict == .valid, "\(report.checks.filter { $0.status != .passed })")
            let findings = try SealedLedger.text(path, "data/findings.csv")
            #expect(findings.contains("unreadable-member,a,"))
            #expect(findings.contains("currentStatus: 8,"))
            #expect(findings.contains("asset-before-confirmation,a,"))
            #expect(findings.contains("duration-mismatch,b,b3,60000 ms,600000 ms"), "6e5 is 600000")
            #expect(findings.contains("retry-too-early,b,b4,3600 s after the failure,60000 ms"), "3600.0 is 3600")
        }
    }

    @Test("every such claim is a finding of its own, with the value, and nothing is rejected")
    func findings() async throws {
        let result = try await Analysed.texts([Self.records])
        let actual = result.findings.filter { $0.code == .unreadableMember }.map { $0.actual ?? "" }
        #expect(
            actual.sorted() == [
                "complianceChecks[0].checkName: 1.0", #"complianceChecks[0].checkedAt: "soon""#,
                #"complianceChecks[0].passed: "true""#, "complianceChecks[1]: 7", "currentStatus: 8",
                "errorDetails.category: 42.0", "errorDetails.timestamp: 1.0", #"metadata.isRetryable: "false""#,
                #"statusHistory: {"0":{"deploymentId":"b","id":"b1","status":"Queued","#
                    + #""timestamp":"2026-02-10T10:00:00Z"}}"#,
                "transactionHash: 1.0",
            ])
        #expect(result.sumText == "7 accepted, 0 duplicates, 0 conflicts, 0 rejected")
        #expect(result.findings.filter { $0.code == .unreadableMember }.allSatisfy { $0.severity == .error })
    }

    @Test(
        "a member of another type blocks what its source covers, a value that is not known does not",
        arguments: [
            (Text.deployment("x", #","statusHistory":{"0":{}}"#), 0), (Text.deployment("x", #","network":{}"#), 0),
            (Text.transition("x", "x", "Queued", "2026-01-10T10:00:00Z", #","metadata":[]"#), 0),
            (#"{"success":true,"data":5}"#, 0), (#"{"success":true,"deployments":true}"#, 0),
            (Text.deployment("x", #","currentStatus":8"#), 1), (Text.deployment("x", #","totalDurationMs":1.5"#), 1),
            (Text.deployment("x"), 1),
        ])
    func coverage(_ text: String, _ sealed: Int) async throws {
        let schedule = try TestSchedule()
        try schedule.feed("2026-01")
        try schedule.cover("2026-01")
        _ = try schedule.folder.write(text + "\n", to: "in/z.ndjson")
        let result = try await schedule.run("2026-02-02")
        #expect(result.sealed == sealed && result.waiting == 1 - sealed, "\(schedule.reports)")
    }

    @Test("a member of an envelope that should hold records and does not is a finding with its value")
    func envelope() async throws {
        let result = try await Analysed.texts([#"{"success":true,"data":5}"#, Text.transition("q")])
        let finding = result.findings.first { $0.code == .unreadMember }
        #expect(finding?.actual?.contains("data") == true && finding?.deploymentID == nil, "\(result.findings)")
    }
}
