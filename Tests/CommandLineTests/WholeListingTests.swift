import Foundation
import Testing

/// What makes a listing whole: pages 1 to the highest or to the total, made within a day, none beyond its own total.
@Suite("Whole listings")
struct WholeListingTests {
    /// An answer that holds one deployment.
    private static func answer(_ id: Int, _ claims: String, made: String = "2025-02-03T00:00:00Z") -> String {
        #"{"success":true,"deployments":[{"deploymentId":"d-\#(id)","currentStatus":"Queued","statusHistory":["#
            + #"{"status":"Queued","timestamp":"2025-01-10T09:00:00Z"}]}],\#(claims),"generatedAt":"\#(made)"}"# + "\n"
    }

    private static func site(_ files: [String]) throws -> CommandFolder {
        let folder = try CommandFolder()
        let made = try folder.run(
            "init", "site", "--begin", "2025-01", "--covers-until", "generated-at", "--entity", "E")
        try #require(made.status == 0, "\(made.messages)")
        for (number, text) in files.enumerated() { _ = try folder.write(text, to: "site/spool/\(number).json") }
        return folder
    }

    private static func run(_ folder: CommandFolder, more: String...) throws -> Ran {
        try folder.run(["run", "--config", "site/cartulary.yaml", "--now", "2025-02-05T06:00:00Z"] + more)
    }

    private static func hasSealed(_ folder: CommandFolder) -> Bool {
        FileManager.default.fileExists(atPath: "\(folder.path)/site/archive/2025/audit-2025-01.zip")
    }

    /// The program's own word on files: whether they are whole, by `validate`, `export`, `ingest`, a dry run and a run.
    private static func isWhole(_ files: [String]) throws -> Bool {
        let folder = try site(files)
        let names = files.indices.map { "site/spool/\($0).json" }
        let validated = try folder.run(["validate", "--json"] + names)
        let whole = !validated.output.contains("source-incomplete")
        #expect(validated.status == 0 || validated.status == 1, "\(validated)")
        #expect(try folder.shell("mkdir out").status == 0)
        let exported = try folder.run(
            ["export"] + names + ["--key", "site/archive-key", "--out", "out", "--name", "e"])
        #expect(exported.status == 0 || exported.status == 1, "\(exported.messages)")
        let found = try folder.shell("unzip -p out/e.zip e/data/findings.json").output
        #expect(found.contains("source-incomplete") != whole, "\(found)")
        let ingested = try folder.run(
            ["ingest"] + names + ["--ledger", "other.ledger", "--key", "site/archive-key", "--json"])
        #expect(ingested.output.contains("\"errors\":0") == whole, "\(ingested)")
        let dry = try run(folder, more: "--dry-run")
        #expect((dry.status == 0) == whole, "\(dry)")
        let ran = try run(folder)
        #expect((ran.status == 0) == whole, "\(ran.messages)")
        #expect(hasSealed(folder) == whole, "\(ran.messages)")
        return whole
    }

    static let incomplete: [[String]] = [
        // Pages that tell that others exist.
        [answer(1, #""page":1,"pageSize":50"#), answer(3, #""page":3,"pageSize":50"#)],
        [answer(1, #""page":7,"hasMore":false"#)],
        [answer(2, #""page":2,"pageSize":2"#), answer(3, #""page":3,"pageSize":2"#)],
        [answer(1, #""page":1"#, made: "2024-06-10T00:00:00Z"), answer(2, #""page":2"#)],
        // An answer of another day is the end of nothing, and so is one that was made before.
        [answer(1, #""hasMore":true"#), answer(2, #""hasMore":false"#, made: "2024-06-10T00:00:00Z")],
        [answer(1, #""nextPageToken":"x""#), answer(2, #""nextPageToken":null"#, made: "2025-02-02T23:59:59Z")],
        [answer(1, #""hasMore":true,"nextPageToken":null"#)],
        [
            answer(1, #""totalPages":2,"page":1"#, made: "2025-02-01T00:00:00Z"),
            answer(2, #""totalPages":2,"page":2"#),
        ],
        // Each envelope without a page is a listing of its own.
        [answer(1, #""totalCount":2"#) + answer(2, #""totalCount":2"#)],
        // A page that its own total does not have.
        [answer(1, #""page":7,"totalPages":1"#)], [answer(1, #""page":1,"totalPages":0,"pageSize":2"#)],
        [answer(1, #""page":5,"totalPages":1,"totalCount":1"#)],
        // Words for an answer that is cut, or failed.
        [answer(1, #""truncated":true"#)], [answer(1, #""is_partial":"True""#)], [answer(1, #""timedOut":true"#)],
        [answer(1, #""complete":false"#)], [answer(1, #""statusCode":500"#)], [answer(1, #""code":429"#)],
        [answer(1, #""offset":50,"limit":50,"total":99"#)], [answer(1, #""limit":50,"total":2"#)],
    ]

    @Test("a listing that lacks something is so for every command, and is not sealed", arguments: incomplete.indices)
    func lacks(_ row: Int) throws {
        #expect(try !Self.isWhole(Self.incomplete[row]), "\(Self.incomplete[row])")
    }

    static let whole: [[String]] = [
        [answer(1, #""page":1,"pageSize":2"#), answer(2, #""page":2,"pageSize":2"#)],
        [answer(1, #""hasMore":true"#), answer(2, #""hasMore":false"#, made: "2025-02-03T00:01:00Z")],
        [answer(1, #""totalPages":2,"page":1"#, made: "2025-02-02T00:00:00Z"), answer(2, #""totalPages":2,"page":2"#)],
        // What is older and looks alike is settled by a whole listing.
        [
            answer(1, #""totalCount":2,"page":1,"pageSize":1"#, made: "2025-01-30T00:00:00Z"),
            answer(1, #""totalCount":2,"page":1,"pageSize":1"#), answer(2, #""totalCount":2,"page":2,"pageSize":1"#),
        ],
        [answer(1, #""totalCount":1"#) + answer(2, #""totalCount":1"#)],
        [answer(1, #""truncated":false,"complete":true,"statusCode":200"#)],
        [answer(1, #""partial":3,"complete":0"#)],
        [answer(1, #""offset":0,"limit":1,"total":2"#), answer(2, #""offset":1,"limit":1,"total":2"#)],
    ]

    @Test("a listing that is whole is so for every command, and is sealed", arguments: whole.indices)
    func isWhole(_ row: Int) throws {
        #expect(try Self.isWhole(Self.whole[row]), "\(Self.whole[row])")
    }

    @Test("a page whose page before came with an earlier run is taken in, and one that came before it waits for it")
    func laterPages() throws {
        let folder = try Self.site([Self.answer(1, #""page":1,"pageSize":2"#, made: "2025-01-30T00:00:00Z")])
        #expect(try Self.run(folder).status == 15)
        _ = try folder.write(
            Self.answer(3, #""page":3,"pageSize":2"#, made: "2025-01-30T00:00:02Z"), to: "site/spool/3.json")
        let third = try Self.run(folder)
        #expect(third.status == 15 && third.messages.contains("misses 1, such as page 2"), "\(third.messages)")
        _ = try folder.write(
            Self.answer(2, #""page":2,"pageSize":2"#, made: "2025-01-30T00:00:01Z"), to: "site/spool/2.json")
        #expect(try Self.run(folder).status == 15)
        _ = try folder.write(Self.answer(4, #""totalCount":1"#), to: "site/spool/4.json")
        let ran = try Self.run(folder)
        #expect(ran.status == 0 && Self.hasSealed(folder), "\(ran.messages)")
        let found = try folder.shell(
            "unzip -p site/archive/2025/audit-2025-01.zip audit-2025-01/data/findings.json"
        ).output
        #expect(found.hasPrefix("[") && !found.contains("source-incomplete"), "\(found)")
    }

    @Test("a listing without a number of pages is as old as its oldest page")
    func oldestPage() throws {
        let folder = try Self.site([
            Self.answer(1, #""hasMore":true"#, made: "2025-01-31T23:59:59Z"),
            Self.answer(2, #""hasMore":false"#, made: "2025-02-01T00:00:01Z"),
        ])
        #expect(try Self.run(folder).status == 15)
        #expect(!Self.hasSealed(folder))
    }

    @Test("a plain member of an envelope that is not known is named once by source, and known ones are not")
    func unknownMembers() throws {
        let folder = try CommandFolder()
        let members = #""totalElements":88,"remaining":5,"total":9,"timedOut":"x","warnings":[],"note":null"#
        _ = try folder.write(Self.answer(1, members) + Self.answer(2, members), to: "a.ndjson")
        _ = try folder.write(
            Self.answer(3, #""page":1,"format":0,"errorMessage":null,"hasMore":false,"correlationId":"c","code":200"#),
            to: "b.json")
        let checked = try folder.run("validate", "a.ndjson", "b.json", "--json")
        let found = checked.output.components(separatedBy: "\"unknown-member\"").count - 1
        for name in ["totalElements", "remaining", "total", "timedOut"] {
            #expect(checked.output.contains(#"\"\#(name)\" in 2 records"#), "\(name): \(checked.output)")
        }
        #expect(!checked.output.contains(#"\"warnings\""#) && !checked.output.contains(#"\"format\""#))
        #expect(found >= 4)
    }
}
