import Foundation
import Testing

/// Files that hold nothing at all: a copy that was broken off, or a producer that failed before its compressor.
@Suite("Blank files and empty answers")
struct BlankFileTests {
    private static let good =
        #"{"deploymentId":"d","status":0,"timestamp":"2026-02-10T09:00:00Z"}"# + "\n"

    @Test(
        "a file without text covers nothing, alone and beside a good one, and begins no ledger",
        arguments: ["", "echo", "printf ' \\t\\r\\n '", "printf '\\357\\273\\277'", "printf '\\357\\273\\277\\n'"],
        [false, true])
    func blank(_ command: String, isGzip: Bool) throws {
        let site = try FedSite()
        try site.cover("2026-02")
        let write = command.isEmpty ? ":" : command
        let make = "{ \(write); } \(isGzip ? "| gzip " : "")> site/spool/nothing"
        #expect(try site.folder.shell(make).status == 0)
        try site.expect(65, on: "2026-03-05", "it is empty: ")
        try site.settle()
        // Nobody has said anything yet.
        try site.expect(15, on: "2026-03-05", "a later begin: in the configuration")
        _ = try site.folder.write(Self.good, to: "site/spool/good")
        #expect(try site.folder.shell(make).status == 0)
        try site.expect(65, on: "2026-03-05", "it is empty: ")
        #expect(try site.folder.shell("ls site/spool/failed").output == "nothing\nnothing.reason.txt\n")
        // The ledger has it now, and says the same of it without the file beside it that remembers.
        let back = "mv site/spool/failed/nothing site/spool && rm site/spool/failed/* site/records.ledger.coverage.json"
        #expect(try site.folder.shell(back).status == 0)
        try site.expect(65, on: "2026-03-05", "it is empty: ")
        #expect(!site.isSealed("2026-02"))
        try site.settle()
        try site.expect(0, on: "2026-03-05")
    }

    private static let empty = [
        #"{"success":true}"#, #"{"success":true,"data":null}"#, #"{"success":true,"data":""}"#,
        #"{"success":true,"data":" \n"}"#, #"{"success":true,"deployments":null,"deployment":null,"message":"ok"}"#,
        #"[{"success":true}]"#, #"{"success":true,"data":{"success":true}}"#,
        #"{"success":true,"page":1,"hasMore":false}"#,
    ]

    @Test("an answer that succeeded and says nothing covers nothing", arguments: empty)
    func says(_ text: String) throws {
        let site = try FedSite()
        try site.cover("2026-02")
        _ = try site.folder.write(text + "\n", to: "site/spool/answer")
        let checked = try site.folder.run("validate", "site/spool/answer")
        #expect(checked.status == 1 && checked.output.contains("source-incomplete"), "\(checked.output)")
        try site.expect(65, on: "2026-03-05", "expected deployments, an empty list of them, or totalCount")
        #expect(!site.isSealed("2026-02"))
        #expect(try site.folder.shell("mv site/spool/failed/answer site/spool && rm site/spool/failed/*").status == 0)
        try site.expect(65, on: "2026-03-06")
        try site.settle()
        try site.expect(0, on: "2026-03-06")
        #expect(try site.file("findings.csv", of: "2026-02").contains("source-incomplete"))
        #expect(try site.verify().status == 0)
    }

    @Test(
        "an answer that says that there is nothing covers its period",
        arguments: [
            #"[]"#, #"{"success":true,"deployments":[]}"#, #"{"success":true,"data":[]}"#,
            #"{"success":true,"data":"[]"}"#, #"{"success":true,"totalCount":0}"#, #"{"success":true,"recordCount":0}"#,
            #"{"success":true,"data":"DeploymentId,Status,Timestamp\n"}"#,
            #"{"success":true,"metrics":{"totalDeployments":0,"successfulDeployments":0}}"#,
        ])
    func saysNone(_ text: String) throws {
        let site = try FedSite()
        try site.cover("2026-02")
        _ = try site.folder.write(text, to: "site/spool/answer")
        try site.expect(0, on: "2026-03-05")
        #expect(site.isSealed("2026-02"))
    }
}
