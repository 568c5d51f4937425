import Foundation
import Testing

/// Files that could not be read in full, with bytes that were rejected in another file before.
@Suite("Damage that comes again")
struct RepeatedDamageTests {
    /// What a service delivers for a month, with damage that is the same each time.
    struct Feed: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let text: @Sendable (String) -> String
    }

    private static func record(_ month: String, _ more: String = "") -> String {
        #"{"deploymentId":"d-\#(month)","status":0,"timestamp":"2026-\#(month)-10T09:00:00Z"\#(more)}"#
    }

    private static let feeds = [
        Feed(testDescription: "an array that is cut behind a comma") { "[\(record($0))," },
        Feed(testDescription: "NDJSON that is cut in a line") { "\(record($0))\n{\"deploymentId\":" },
        Feed(testDescription: "CSV that is cut in its last row") {
            "DeploymentId,Status,Timestamp\nd-\($0),Queued,2026-\($0)-10T09:00:00Z\nd-9,Que"
        },
        Feed(testDescription: "an envelope with a member that is not read") {
            #"{"success":true,"deployments":[\#(record($0))],"pagination":{"hasMore":true}}"#
        },
        Feed(testDescription: "an error of the service with other blanks") {
            #"{"message":"no route to the database"}"# + ($0 == "02" ? "\n" : "\r\n\n")
        },
        Feed(testDescription: "a record without an identifier") {
            "\(record($0))\n" + #"{"id":"","deploymentId":"d","status":0,"timestamp":"2026-02-10T09:00:00Z"}"# + "\n"
        },
        Feed(testDescription: "a record with an unknown status") {
            "\(record($0))\n" + #"{"deploymentId":"d","status":"X","timestamp":"2026-02-10T09:00:00Z"}"# + "\n"
        },
    ]

    @Test("keeps its file from covering a period each time, and the bundle says so", arguments: feeds)
    func again(_ feed: Feed) throws {
        let site = try FedSite()
        for (month, next) in [("02", "03"), ("03", "04")] {
            _ = try site.folder.write(feed.text(month), to: "site/spool/\(month)")
            try site.cover("2026-\(month)")
            try site.expect(65, on: "2026-\(next)-05", "was rejected")
            #expect(!site.isSealed("2026-\(month)"))
            #expect(try site.folder.shell("ls site/spool/failed").output == "\(month)\n\(month).reason.txt\n")
            #expect(try site.run("2026-\(next)-05").status == 15)
            try site.settle()
            try site.expect(0, on: "2026-\(next)-05")
            #expect(site.isSealed("2026-\(month)"))
        }
        // Of March's file the ledger has noted that it brought something new, if it did.
        let isNoted = feed.text("03").contains("d-03")
        let sources = try site.file("sources.json", of: "2026-03")
        #expect(sources.contains(#""rejected":1"#) == isNoted, "\(sources)")
        #expect(try site.file("rejected.json", of: "2026-03").contains(#""kind":"rejected""#) == isNoted)
        let verified = try site.verify()
        #expect(verified.status == 0, "\(verified.output) \(verified.messages)")
        let checked = try site.folder.run("ledger", "check", "--full", "--ledger", "site/records.ledger")
        #expect(checked.status == 0, "\(checked.messages)")
    }

    @Test("is found under gzip, behind another name and beside whole files too")
    func repacked() throws {
        let site = try FedSite()
        let cut = "[\(Self.record("02")),"
        _ = try site.folder.write(cut, to: "site/spool/a")
        try site.cover("2026-02")
        try site.expect(65, on: "2026-03-05")
        #expect(try site.folder.shell("gzip -c site/spool/failed/a > site/spool/a.gz").status == 0)
        try site.settle()
        _ = try site.folder.write(Self.record("02", #","id":"x""#) + "\n", to: "site/spool/whole")
        try site.expect(65, on: "2026-03-05", "a.gz")
        #expect(try site.folder.shell("ls site/spool/failed").output == "a.gz\na.gz.reason.txt\n")
        #expect(try site.folder.shell("mv site/spool/failed/a.gz site/spool && rm site/spool/failed/*").status == 0)
        try site.expect(65, on: "2026-03-05", "1 of its 2 records was rejected")
        _ = try site.folder.write(cut + "\n", to: "again")
        let ingested = try site.folder.run(
            "ingest", "again", "--ledger", "site/records.ledger", "--key", "site/archive-key", "--received",
            "2026-03-06T00:00:00Z")
        #expect(ingested.status == 0, "\(ingested.messages)")
        #expect(
            ingested.messages.contains("read 2 = accepted 0 + duplicates 1 + conflicts 0 + rejected 1"),
            "\(ingested.messages)")
        try site.settle()
        try site.expect(0, on: "2026-03-06")
        #expect(try site.verify().status == 0)
        let restored = try site.folder.run(
            "ledger", "recover", "--journal", "site/records.ledger.journal", "--sources", "site/spool/done", "--ledger",
            "new.ledger", "--key", "site/archive-key")
        #expect(restored.status == 0, "\(restored.messages)")
    }
}
