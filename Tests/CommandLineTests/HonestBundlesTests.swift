import Foundation
import Testing

/// What the program seals its verifiers accept, one bundle at a time and any number of first positions together.
@Suite("Honest bundles that were refused")
struct HonestBundlesTests {
    private static func record(_ number: Int, _ status: String, on day: String) -> String {
        #"{"id":"t-\#(number)","deploymentId":"d-1","network":"n1","status":"\#(status)","timestamp":"2026-\#(day)T00:00:00Z"}"#
    }

    private static func ingest(_ folder: CommandFolder, _ text: String, on day: String) throws {
        _ = try folder.write(text + "\n", to: "records-\(day).ndjson")
        let ran = try folder.run(
            "ingest", "records-\(day).ndjson", "--ledger", "l", "--key", "key", "--received", "2026-\(day)T01:00:00Z",
            "--confirm-time")
        #expect(ran.status == 0, "\(ran.messages)")
    }

    private static func seal(_ folder: CommandFolder, _ period: String, on day: String, more: String...) throws {
        let ran = try folder.run(
            ["export", "--ledger", "l", "--key", "key", "--out", "out", "--period", period]
                + ["--now", "2026-\(day)T02:00:00Z", "--confirm-time", "--workbook", "never"] + more)
        #expect(ran.status == 0, "\(ran.messages)")
    }

    @Test("a filtered series begins in a ledger whose first entries are a failed file and a seal without records")
    func sealBeforeRecords() throws {
        let folder = try CommandFolder.withKey()
        try Self.ingest(folder, #"{"id": broken"#, on: "02-01")
        try Self.seal(folder, "2026-01", on: "02-02", more: "--archive", "all", "--allow-empty")
        let deployment = #"{"deploymentId":"d-1","network":"n1","createdAt":"2026-02-03T00:00:00Z","statusHistory":[]}"#
        try Self.ingest(folder, deployment, on: "03-01")
        try Self.seal(folder, "2026-02", on: "03-02", more: "--archive", "n1", "--network", "n1")
        try Self.seal(folder, "2026-02", on: "03-02", more: "--archive", "all")
        let files = try folder.shell("ls out/*.zip").output.split(separator: "\n").map(String.init)
        let verified = try folder.runBoth(files + ["--trust", "key.allowed_signers"])
        #expect(files.count == 3 && verified.status == 0, "\(verified.output)")
    }

    @Test("any number of first positions verify together, also between two corrections that one late record makes")
    func firstPositions() throws {
        let folder = try CommandFolder.withKey()
        for (number, status, month) in [(1, "Queued", 1), (2, "Submitted", 2)] {
            try Self.ingest(folder, Self.record(number, status, on: "0\(month)-03"), on: "0\(month + 1)-01")
            try Self.seal(folder, "2026-0\(month)", on: "0\(month + 1)-02")
        }
        try Self.ingest(
            folder, Self.record(3, "Confirmed", on: "03-03") + "\n" + Self.record(9, "Pending", on: "01-20"),
            on: "04-01")
        try Self.seal(folder, "2026-03", on: "04-02")
        let order = ["01", "02", "01-r1", "02-r1", "03"].map { "out/audit-2026-\($0).zip" }
        for count in 1...order.count {
            let verified = try folder.runBoth(Array(order.prefix(count)) + ["--trust", "key.allowed_signers"])
            #expect(verified.status == 0, "\(count): \(verified.output)")
        }
    }
}
