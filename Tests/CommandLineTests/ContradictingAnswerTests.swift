import Foundation
import Testing

/// An answer that contradicts itself, or names an error, is not believed; one that does neither is.
@Suite("Answers that contradict themselves or name an error")
struct ContradictingAnswerTests {
    private static let deployment =
        #"{"deploymentId":"d-1","currentStatus":"Queued","statusHistory":["#
        + #"{"status":"Queued","timestamp":"2026-02-10T09:00:00Z"}]}"#

    private static func answer(_ members: String, holding records: String = #""deployments":[\#(deployment)]"#)
        -> String
    {
        #"{"success":true,"generatedAt":"2026-03-02T00:00:00Z",\#(records),\#(members)}"# + "\n"
    }

    /// What `validate` finds, and what becomes of the answer in a run.
    private static func fate(_ files: [String], coverage: String) throws -> (found: String, run: Ran, isSealed: Bool) {
        let folder = try CommandFolder()
        let made = try folder.run(
            "init", "site", "--begin", "2026-02", "--covers-until", coverage, "--entity", "E")
        try #require(made.status == 0, "\(made.messages)")
        for (number, text) in files.enumerated() { _ = try folder.write(text, to: "site/spool/\(number).json") }
        if coverage == "marker" { _ = try folder.write("2026-02\n", to: "site/records-cover") }
        let found = try folder.run(["validate", "--json"] + files.indices.map { "site/spool/\($0).json" })
        let ran = try folder.run("run", "--config", "site/cartulary.yaml", "--now", "2026-03-05T06:00:00Z")
        let path = "\(folder.path)/site/archive/2026/audit-2026-02.zip"
        return (found.output, ran, FileManager.default.fileExists(atPath: path))
    }

    @Test(
        "an answer that speaks of a page behind its last one, or names an error, is moved to failed and seals nothing",
        arguments: [
            (#""page":1,"totalPages":1,"hasMore":true"#, "no page behind page 1, the last of the listing"),
            (#""page":1,"pageSize":1,"totalCount":1,"nextPageToken":"abc""#, "no page behind page 1"),
            (#""offset":0,"limit":1,"total":1,"hasMore":true"#, "no page behind page 1"),
            (#""totalCount":1,"hasMore":true"#, "no page behind an answer that is all of its listing"),
            (#""totalPages":1,"next":"/x""#, "no page behind an answer that is all of its listing"),
            (#""page":1,"totalPages":1,"recordCount":1,"@odata.nextLink":"u""#, "no page behind page 1"),
            (
                #""errorMessage":"timeout after 3 of 9 deployments""#,
                #"errorMessage: \"timeout after 3 of 9 deployments\""#
            ),
            (#""error":"timeout""#, #"error: \"timeout\""#), (#""error":true"#, "error: true"),
            (#""errors":["a"]"#, "errors: a list"), (#""error_message":"x""#, #"error_message: \"x\""#),
            (#""errors":3"#, "errors: 3"), (#""status":"failed""#, #"status: \"failed\""#),
            (#""status":"Error""#, #"status: \"Error\""#), (#""status":"PARTIAL""#, #"status: \"PARTIAL\""#),
            (#""status":"partial_content""#, #"status: \"partial_content\""#),
            (#""statusCode":206"#, "statusCode: 206"), (#""statusCode":"206""#, #"statusCode: \"206\""#),
            (#""statusCode":302"#, "statusCode: 302"), (#""status":206"#, "status: 206"),
        ])
    func refused(_ members: String, _ message: String) throws {
        for coverage in ["marker", "generated-at"] {
            let (found, ran, isSealed) = try Self.fate([Self.answer(members)], coverage: coverage)
            #expect(found.contains("source-incomplete") && found.contains(message), "\(found)")
            #expect(ran.status == 65 && !isSealed, "\(ran)")
            #expect(ran.messages.contains(message.replacing("\\", with: "")), "\(ran.messages)")
        }
    }

    @Test(
        "an answer that says that there is nothing more, and no error, is sealed",
        arguments: [
            #""page":1,"totalPages":1,"hasMore":false,"nextPageToken":null"#,
            #""page":1,"pageSize":1,"totalCount":1,"hasMore":"false""#, #""totalCount":1,"next":"""#,
            #""errorMessage":null,"error":"","errors":[],"status":"success","statusCode":200"#,
            #""errorMessage":"","error":false,"errors":{},"status":"OK","statusCode":"201","code":0"#,
            #""errors":0,"status":"Completed","statusCode":null"#,
        ])
    func believed(_ members: String) throws {
        for coverage in ["marker", "generated-at"] {
            let (found, ran, isSealed) = try Self.fate([Self.answer(members)], coverage: coverage)
            #expect(!found.contains("source-incomplete"), "\(found)")
            #expect(ran.status == 0 && isSealed, "\(ran)")
        }
    }

    @Test("around one deployment that failed, an error message and a status are that deployment's")
    func ownError() throws {
        let failed =
            #""deployment":{"deploymentId":"d-1","currentStatus":"Failed","errorMessage":"no funds","statusHistory":["#
            + #"{"status":"Queued","timestamp":"2026-02-10T09:00:00Z"},"#
            + #"{"status":"Failed","timestamp":"2026-02-10T09:00:01Z"}]}"#
        let members = #""errorMessage":"no funds","status":"Failed""#
        let own = try Self.fate([Self.answer(members, holding: failed)], coverage: "marker")
        #expect(!own.found.contains("source-incomplete") && own.isSealed, "\(own)")
        // It covers no period by its own time; what it holds is taken, and nothing is left to be mended.
        let timed = try Self.fate([Self.answer(members, holding: failed)], coverage: "generated-at")
        #expect(!timed.isSealed && timed.run.status == 15 && !timed.found.contains("source-incomplete"), "\(timed.run)")
        let open = try Self.fate(
            [Self.answer(members, holding: #""deployment":\#(Self.deployment)"#)], coverage: "marker")
        #expect(open.found.contains("source-incomplete") && !open.isSealed, "\(open.run)")
        for members in [#""error":"x""#, #""statusCode":206"#] {
            let other = try Self.fate([Self.answer(members, holding: failed)], coverage: "marker")
            #expect(other.found.contains("source-incomplete") && !other.isSealed, "\(members)")
        }
    }

    @Test("a page that is not the last may say that another one is behind it, in one run and in several")
    func middlePages() throws {
        func page(_ number: Int, of total: String, more: String) -> String {
            let id = Self.deployment.replacing("d-1", with: "d-\(number)")
            return Self.answer(#""page":\#(number),\#(total),"hasMore":\#(more)"#, holding: #""deployments":[\#(id)]"#)
        }
        for total in [#""totalPages":2"#, #""totalCount":2,"pageSize":1"#, #""totalCount":2"#] {
            let pages = [page(1, of: total, more: "true"), page(2, of: total, more: "false")]
            for files in [pages, [pages[1], pages[0]]] {
                let (found, ran, isSealed) = try Self.fate(files, coverage: "generated-at")
                #expect(!found.contains("source-incomplete") && ran.status == 0 && isSealed, "\(total): \(ran)")
            }
            let wrong = try Self.fate([pages[0], page(2, of: total, more: "true")], coverage: "generated-at")
            #expect(wrong.found.contains("source-incomplete") && wrong.run.status != 0 && !wrong.isSealed, "\(total)")
        }
    }

    @Test("a total without the size of a page waits for the page that is spoken of, in later runs too")
    func laterPages() throws {
        let folder = try CommandFolder()
        _ = try folder.run("init", "site", "--begin", "2026-02", "--covers-until", "generated-at", "--entity", "E")
        func run() throws -> Ran {
            try folder.run("run", "--config", "site/cartulary.yaml", "--now", "2026-03-05T06:00:00Z")
        }
        _ = try folder.write(Self.answer(#""page":1,"totalCount":1,"hasMore":true"#), to: "site/spool/1.json")
        for _ in 1...2 {
            let open = try run()
            #expect(open.status == 15 && open.messages.contains("such as page 2"), "\(open)")
        }
        _ = try folder.write(
            Self.answer(#""page":2,"totalCount":1,"hasMore":false"#, holding: #""deployments":[]"#),
            to: "site/spool/2.json")
        let ran = try run()
        #expect(ran.status == 0, "\(ran)")
        let found = try folder.shell(
            "unzip -p site/archive/2026/audit-2026-02.zip audit-2026-02/data/findings.json"
        ).output
        #expect(found.hasPrefix("[") && !found.contains("source-incomplete"), "\(found)")
    }

    @Test("a page 0 is said to be none, where pages are missing")
    func pageZero() throws {
        let folder = try CommandFolder()
        _ = try folder.write(Self.answer(#""page":0,"pageSize":1,"totalCount":1,"totalPages":1"#), to: "a.json")
        let found = try folder.run("validate", "a.json").output
        #expect(found.contains("page 0: pages count from 1"), "\(found)")
        let id = Self.deployment.replacing("d-1", with: "d-2")
        let (_, ran, _) = try Self.fate(
            [
                Self.answer(#""page":0,"totalPages":2"#),
                Self.answer(#""page":1,"totalPages":2"#, holding: #""deployments":[\#(id)]"#),
            ], coverage: "generated-at")
        #expect(ran.status == 15 && ran.messages.contains("page 0 came: pages count from 1"), "\(ran)")
    }
}
