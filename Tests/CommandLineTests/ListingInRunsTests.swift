import Foundation
import Testing

/// Pages of listings that come in several files and runs, and what stands beside them.
@Suite("Listings in several runs")
struct ListingInRunsTests {
    private static let totals = #""pageSize":2,"totalPages":2,"totalCount":4,"#

    private static func deployment(_ id: Int) -> String {
        #"{"deploymentId":"d-\#(id)","currentStatus":"Queued","statusHistory":["#
            + #"{"status":"Queued","timestamp":"2025-01-10T09:00:00Z"}]}"#
    }

    /// An answer that lists deployments.
    private static func page(_ ids: [Int], _ claims: String, made: String = "2025-02-01T01:00:00Z") -> String {
        #"{"success":true,"generatedAt":"\#(made)",\#(claims)"deployments":["#
            + ids.map(deployment).joined(separator: ",") + "]}\n"
    }

    private struct Site {
        let folder: CommandFolder
        var hour = 6

        init(_ coverage: String = "generated-at") throws {
            folder = try CommandFolder()
            let made = try folder.run("init", "site", "--begin", "2025-01", "--covers-until", coverage, "--entity", "E")
            try #require(made.status == 0, "\(made.messages)")
            if coverage == "marker" { _ = try folder.write("2025-01\n", to: "site/records-cover") }
        }

        /// The status of a run after some files came, the same as of a dry run before it.
        mutating func run(_ files: [String: String]) throws -> Int32 {
            for (name, text) in files { _ = try folder.write(text, to: "site/spool/\(name)") }
            let words = ["run", "--config", "site/cartulary.yaml", "--now", "2025-02-05T0\(hour):00:00Z"]
            hour += 1
            let dry = try folder.run(words + ["--dry-run"])
            let ran = try folder.run(words)
            #expect(dry.status == ran.status, "\(dry.messages) / \(ran.messages)")
            #expect(ran.status != 0 || isSealed, "\(ran.messages)")
            return ran.status
        }

        var isSealed: Bool {
            FileManager.default.fileExists(atPath: "\(folder.path)/site/archive/2025/audit-2025-01.zip")
        }

        /// Whether the sealed bundle says that something is missing.
        func lacks() throws -> Bool {
            let found = try folder.shell(
                "unzip -p site/archive/2025/audit-2025-01.zip audit-2025-01/data/findings.json")
            try #require(found.output.hasPrefix("["))
            return found.output.contains("source-incomplete")
        }
    }

    /// Runs, one after the other, each with its files; not whole after the last one.
    static let incomplete: [(name: String, runs: [[String: String]])] = [
        (
            "a record beside a page is none of the listing",
            [
                ["a": page([1, 2], #""page":1,"# + totals)],
                ["b": page([3], #""page":2,"# + totals) + deployment(9) + "\n"],
            ]
        ),
        (
            "nor is one beside the first page",
            [
                [
                    "a": page([1, 2], #""page":1,"# + totals) + deployment(9) + "\n",
                    "b": page([3], #""page":2,"# + totals),
                ]
            ]
        ),
        (
            "a page of another listing that says the same",
            [
                [
                    "a": page([1, 2], #""page":1,"# + totals), "b": page([3, 4], #""page":2,"# + totals),
                    "c": page([11, 12], #""page":1,"# + totals),
                ]
            ]
        ),
        (
            "the same over two runs",
            [
                ["a": page([1, 2], #""page":1,"# + totals), "c": page([11, 12], #""page":1,"# + totals)],
                ["b": page([3, 4], #""page":2,"# + totals)],
            ]
        ),
        (
            "the end of a listing by offsets, without what is between",
            [["a": page([1, 2], #""offset":0,"limit":2,"#), "b": page([5], #""offset":4,"limit":2,"#)]]
        ),
        ("a listing by offsets that begins later", [["a": page([5], #""offset":4,"limit":2,"#)]]),
        ("an offset that nobody can count", [["a": page([5], #""offset":4,"#)]]),
        ("an empty page beyond the total, alone", [["b": page([], #""page":2,"pageSize":2,"totalCount":2,"#)]]),
        ("a page that says that one is behind it", [["a": page([1], #""page":1,"hasMore":true,"#)]]),
    ]

    @Test("a listing that lacks something is not sealed", arguments: incomplete.indices)
    func lacks(_ row: Int) throws {
        var site = try Site()
        var status: Int32 = 0
        for files in Self.incomplete[row].runs { status = try site.run(files) }
        #expect([15, 65].contains(status) && !site.isSealed, "\(Self.incomplete[row].name): \(status)")
    }

    static let whole: [(name: String, runs: [[String: String]])] = [
        (
            "the second page first",
            [["b": page([3], #""page":2,"pageSize":2,"#)], ["a": page([1, 2], #""page":1,"pageSize":2,"#)]]
        ),
        (
            "a page that says that one is behind it, before that one",
            [
                ["a": page([1, 2], #""page":1,"pageSize":2,"hasMore":true,"#)],
                ["b": page([3], #""page":2,"pageSize":2,"hasMore":false,"#)],
            ]
        ),
        (
            "an empty last page",
            [
                [
                    "a": page([1, 2], #""page":1,"pageSize":2,"totalPages":2,"#),
                    "b": page([], #""page":2,"pageSize":2,"totalPages":2,"#),
                ]
            ]
        ),
        (
            "an empty page behind the last",
            [
                [
                    "a": page([1, 2], #""page":1,"pageSize":2,"totalCount":2,"#),
                    "b": page([], #""page":2,"pageSize":2,"totalCount":2,"#),
                ]
            ]
        ),
        (
            "a total without the size of a page",
            [["a": page([1, 2], #""page":1,"totalCount":4,"#)], ["b": page([3, 4], #""page":2,"totalCount":4,"#)]]
        ),
        (
            "parts by offsets in two runs",
            [
                ["b": page([3, 4], #""offset":2,"limit":2,"total":4,"#)],
                ["a": page([1, 2], #""offset":0,"limit":2,"total":4,"#)],
            ]
        ),
        (
            "a record beside a page, and all pages",
            [
                [
                    "a": page([1, 2], #""page":1,"# + totals) + deployment(9) + "\n",
                    "b": page([3, 4], #""page":2,"# + totals),
                ]
            ]
        ),
        (
            "two listings of one page each that say the same",
            [
                [
                    "a": page([1, 2], #""page":1,"pageSize":9,"totalCount":2,"#),
                    "b": page([3, 4], #""page":1,"pageSize":9,"totalCount":2,"#),
                ]
            ]
        ),
        ("pages from 0", [["a": page([1], #""page":0,"#), "b": page([2], #""page":1,"#)]]),
        ("the only page by offset", [["a": page([1], #""offset":0,"limit":5,"#)]]),
    ]

    @Test("a listing that is whole is sealed, whichever page came first", arguments: whole.indices)
    func isWhole(_ row: Int) throws {
        var site = try Site()
        let runs = Self.whole[row].runs
        for (number, files) in runs.enumerated() {
            let status = try site.run(files)
            #expect(status == (number == runs.count - 1 ? 0 : 15), "\(Self.whole[row].name), run \(number): \(status)")
        }
        #expect(try site.isSealed && !site.lacks(), "\(Self.whole[row].name)")
        #expect(try site.run([:]) == 0, "another run changes nothing")
    }

    private static let history = #""statusHistory":[{"status":"Queued","timestamp":"2025-01-10T09:00:00Z"}]}"# + "\n"

    @Test(
        "an answer about one deployment that is not all of it is not sealed",
        arguments: [
            #"{"success":true,"deploymentId":"d-1","page":1,"totalPages":3,"#,
            #"{"success":true,"deploymentId":"d-1","currentStatus":"Queued","page":2,"#,
            #"{"success":true,"jobId":"d-1","status":"Queued","totalPages":2,"#,
            #"{"deploymentId":"d-1","truncated":true,"#, #"{"deploymentId":"d-1","hasMore":true,"#,
            #"{"deploymentId":"d-1","totalPages":2,"#, #"{"deploymentId":"d-1","nextPageToken":"x","#,
        ])
    func histories(_ claims: String) throws {
        var site = try Site("marker")
        #expect(try site.run(["h.json": claims + Self.history]) == 65)
        #expect(!site.isSealed)
    }

    @Test(
        "an answer about one deployment that is all of it is sealed",
        arguments: [
            #"{"success":true,"deploymentId":"d-1","page":1,"totalPages":1,"#,
            #"{"deploymentId":"d-1","truncated":false,"hasMore":false,"nextPageToken":null,"#,
        ])
    func wholeHistories(_ claims: String) throws {
        var site = try Site("marker")
        #expect(try site.run(["h.json": claims + Self.history]) == 0)
    }

    @Test(
        "a request that failed says so in any form of its status",
        arguments: ["5e2", "500.0", "4.04e2", "\"500\"", "\"404\"", "599"])
    func statuses(_ status: String) throws {
        for name in ["status", "statusCode", "code"] {
            var site = try Site()
            #expect(try site.run(["a": Self.page([1], #""\#(name)":\#(status),"#)]) == 65, "\(name)")
        }
        var site = try Site()
        #expect(try site.run(["a": Self.page([1], #""status":"200","statusCode":2e2,"code":0,"#)]) == 0)
    }

    @Test("a page that comes with the time of a listing that was whole begins another one")
    func sameTime() throws {
        var site = try Site()
        let both = [
            "a": Self.page([1, 2], #""page":1,"# + Self.totals), "b": Self.page([3, 4], #""page":2,"# + Self.totals),
        ]
        #expect(try site.run(both) == 0)
        #expect(try site.run(["c": Self.page([11, 12], #""page":1,"# + Self.totals)]) == 1)
        let words = ["run", "--config", "site/cartulary.yaml", "--now", "2025-03-05T00:00:00Z"]
        let waiting = try site.folder.run(words)
        #expect(waiting.status == 15 && waiting.messages.contains("such as page 2"), "\(waiting.messages)")
        _ = try site.folder.write(
            Self.page([13, 14], #""page":2,"# + Self.totals, made: "2025-03-01T00:00:00Z"), to: "site/spool/d")
        #expect(try site.folder.run(words).status == 15)
    }
}
