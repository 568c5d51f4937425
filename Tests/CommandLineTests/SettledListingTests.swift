import Foundation
import Testing

/// A listing whose pages come in several runs: an error as long as it is not whole, and none once it is.
@Suite("Listings that later runs complete")
struct SettledListingTests {
    /// A page of a listing with some deployments; `made` is the time of the answer.
    private static func page(
        _ number: Int, of pages: Int, total: Int, _ ids: [String], made: String? = nil, day: Int = 10
    ) -> String {
        let time = made.map { #""generatedAt":"\#($0)","# } ?? ""
        let list = ids.map {
            #"{"deploymentId":"\#($0)","currentStatus":0,"statusHistory":[{"id":"t\#($0)","status":"Queued","timestamp":"2026-02-\#(day)T10:00:00Z"}]}"#
        }
        return
            #"{"success":true,\#(time)"totalCount":\#(total),"page":\#(number),"pageSize":2,"totalPages":\#(pages),"deployments":["#
            + list.joined(separator: ",") + "]}"
    }

    private static func findings(_ site: SealedSite, _ bundle: String = "audit-2026-02") throws -> String {
        try site.folder.shell("unzip -p site/archive/2026/\(bundle).zip \(bundle)/data/findings.json").output
    }

    private static func isOpen(_ site: SealedSite, _ day: String) throws {
        let ran = try site.run(day)
        #expect(ran.status != 0 && !site.exists("site/archive/2026/audit-2026-02.zip"), "\(ran.messages)")
        #expect(ran.messages.contains("listing"), "\(ran.messages)")
    }

    @Test("pages of three runs are whole in the end, and the bundle of their period is without the error")
    func completed() throws {
        let site = try SealedSite()
        for (number, ids) in [["a", "b"], ["c", "d"], ["e"]].enumerated() {
            _ = try site.folder.write(
                Self.page(number + 1, of: 3, total: 5, ids), to: "site/spool/p\(number + 1).json")
            guard number < 2 else { break }
            try Self.isOpen(site, "2026-03-02")
        }
        let ran = try site.run("2026-03-02")
        #expect(ran.status == 0, "\(ran.messages)")
        #expect(try !Self.findings(site).contains("source-incomplete"))
        #expect(try site.verify().status == 0)
        // What is made again is what was sealed.
        #expect(try site.folder.shell("mv site/archive/2026/audit-2026-02.zip kept").status == 0)
        let again = try site.folder.run("repair", "--config", "site/cartulary.yaml")
        #expect(again.status == 0, "\(again.messages)")
        #expect(try site.folder.shell("cmp site/archive/2026/audit-2026-02.zip kept").status == 0)
    }

    @Test("a bundle that was sealed in between keeps the error, and is the same when it is made again")
    func sealedBetween() throws {
        let site = try SealedSite()
        _ = try site.folder.write(Self.page(1, of: 2, total: 3, ["a", "b"]), to: "site/spool/p1.json")
        let sealed = try site.folder.run(
            "run", "--config", "site/cartulary.yaml", "--now", "2026-03-02T00:00:00Z", "--uncovered", "audit/2026-02",
            "--reason", "the service is down")
        #expect(sealed.status == 1, "\(sealed.messages)")
        #expect(try Self.findings(site).contains("source-incomplete"))
        _ = try site.folder.write(Self.page(2, of: 2, total: 3, ["c"]), to: "site/spool/p2.json")
        let ran = try site.run("2026-03-02")
        #expect(ran.status == 0 || ran.status == 1, "\(ran.messages)")
        #expect(try site.folder.shell("mv site/archive/2026/audit-2026-02.zip kept").status == 0)
        let again = try site.folder.run("repair", "--config", "site/cartulary.yaml")
        #expect(again.status == 0, "\(again.messages)")
        #expect(try site.folder.shell("cmp site/archive/2026/audit-2026-02.zip kept").status == 0)
        let correction = try Self.findings(site, "audit-2026-02-r1")
        #expect(correction.hasPrefix("[") && !correction.contains("source-incomplete"), "\(correction)")
        #expect(try site.verify().status == 0)
    }

    @Test(
        "pages that repeat deployments, or were made days apart, complete nothing",
        arguments: [["b", "c"], ["a", "b"]], [false, true])
    func repeated(second: [String], isLate: Bool) throws {
        let site = try SealedSite()
        let isWhole = second == ["b", "c"] && isLate
        _ = try site.folder.write(
            Self.page(1, of: 2, total: 4, ["a", "b"], made: "2026-02-20T00:00:00Z"), to: "site/spool/p1.json")
        try Self.isOpen(site, "2026-03-02")
        _ = try site.folder.write(
            Self.page(
                2, of: 2, total: 4, isWhole ? ["c", "d"] : second,
                made: isLate ? "2026-02-25T00:00:00Z" : "2026-02-20T00:00:01Z"), to: "site/spool/p2.json")
        try Self.isOpen(site, "2026-03-02")
        let sealed = try site.folder.run(
            "run", "--config", "site/cartulary.yaml", "--now", "2026-03-02T00:00:00Z", "--uncovered", "audit/2026-02",
            "--reason", "the service is down")
        #expect(sealed.status == 0 || sealed.status == 1, "\(sealed.messages)")
        #expect(try Self.findings(site).contains("source-incomplete"))
    }

    @Test("all pages again in one run settle what came before them")
    func fetchedAgain() throws {
        let site = try SealedSite()
        _ = try site.folder.write(
            Self.page(1, of: 2, total: 4, ["a", "b"], made: "2026-02-20T00:00:00Z"), to: "site/spool/p1.json")
        try Self.isOpen(site, "2026-03-02")
        for (number, ids) in [["a", "b"], ["c", "d"]].enumerated() {
            _ = try site.folder.write(
                Self.page(number + 1, of: 2, total: 4, ids, made: "2026-02-25T00:00:0\(number)Z"),
                to: "site/spool/again\(number).json")
        }
        let ran = try site.run("2026-03-02")
        #expect(ran.status == 0, "\(ran.messages)")
        #expect(try !Self.findings(site).contains("source-incomplete"))
    }

    @Test("a run that ended before it noted which deployments came takes repeated pages for no whole listing")
    func stopped() throws {
        let site = try SealedSite()
        #expect(try site.folder.shell("cp site/records.ledger.coverage.json before").status == 0)
        for number in 1...2 {
            _ = try site.folder.write(Self.page(number, of: 2, total: 4, ["a", "b"]), to: "site/spool/p\(number).json")
        }
        try Self.isOpen(site, "2026-03-02")
        let stopped = try site.folder.shell(
            "mv site/spool/done/p*.json site/spool/.taking/ && cp before site/records.ledger.coverage.json")
        #expect(stopped.status == 0, "\(stopped.messages)")
        try Self.isOpen(site, "2026-03-02")
        #expect(try site.folder.shell("rm site/records.ledger.coverage.json").status == 0)
        try Self.isOpen(site, "2026-03-02")
    }

    @Test("a page behind one that says there are more, without a number of pages, completes it")
    func following() throws {
        func more(_ number: Int, _ id: String, hasMore more: String) -> String {
            #"{"success":true,"page":\#(number),"pageSize":1,"hasMore":\#(more),"deployments":[{"deploymentId":"\#(id)","currentStatus":0,"#
                + #""statusHistory":[{"id":"t\#(id)","status":"Queued","timestamp":"2026-02-10T10:00:00Z"}]}]}"#
        }
        let site = try SealedSite()
        _ = try site.folder.write(more(1, "a", hasMore: "true"), to: "site/spool/m1.json")
        #expect(try site.run("2026-03-02").status == 15)
        _ = try site.folder.write(more(2, "b", hasMore: "false"), to: "site/spool/m2.json")
        let ran = try site.run("2026-03-02")
        #expect(ran.status == 0, "\(ran.messages)")
        #expect(try !Self.findings(site).contains("source-incomplete"))
    }
}
