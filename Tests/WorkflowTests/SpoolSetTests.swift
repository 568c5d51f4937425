import AuditModel
import Foundation
import Spools
import Testing

@testable import Schedule

/// What one run takes from a source goes into the ledger as one set, whether its files move or stay.
@Suite("The files of a source as one set")
struct SpoolSetTests {
    private static func schedule(isSpool: Bool) throws -> TestSchedule {
        let schedule = try TestSchedule()
        schedule.plan.sources[0].location =
            isSpool ? .spool(schedule.folder.path + "/spool") : .files([schedule.folder.path + "/in"])
        try schedule.cover("2026-01")
        return schedule
    }

    private static func page(_ number: Int, of pages: Int) -> String {
        #"{"success":true,"totalCount":\#(pages),"page":\#(number),"pageSize":1,"totalPages":\#(pages),"deployments":["#
            + #"{"deploymentId":"d\#(number)","statusHistory":["#
            + Text.transition("p\(number)", "d\(number)", "Queued", "2026-01-10T10:00:00Z") + "]}]}"
    }

    private static func findings(_ schedule: TestSchedule) throws -> String {
        let bundle = try #require(try schedule.bundles().last)
        return try SealedLedger.text("\(schedule.folder.path)/archive/\(bundle)", "data/findings.json")
    }

    @Test(
        "pages of one listing complete each other, beside a damaged file too", arguments: [true, false], [true, false])
    func pages(isSpool: Bool, hasDamaged: Bool) async throws {
        let schedule = try Self.schedule(isSpool: isSpool)
        let folder = isSpool ? "spool" : "in"
        for number in 1...3 {
            _ = try schedule.folder.write(Self.page(number, of: 3), to: "\(folder)/p\(number).json")
        }
        if hasDamaged {
            let path = "\(schedule.folder.path)/\(folder)/p2-bad.json.gz"
            #expect(FileManager.default.createFile(atPath: path, contents: Data([0x1F, 0x8B, 8, 0, 0])))
            let result = try await schedule.run("2026-02-02")
            #expect(result.accepted == 6 && result.notTaken == 1 && result.sealed == 0, "\(schedule.reports)")
            #expect(!schedule.reports.contains { $0.contains("source-incomplete") })
            let moved = "\(schedule.folder.path)/spool/failed"
            try FileManager.default.removeItem(atPath: isSpool ? moved : path)
        }
        let result = try await schedule.run("2026-02-02")
        #expect(result.sealed == 1 && result.isComplete, "\(schedule.reports)")
        #expect(try !Self.findings(schedule).contains("source-incomplete"))
    }

    @Test("a full page with another one behind it is no finding", arguments: [true, false])
    func fullPage(isSpool: Bool) async throws {
        let schedule = try Self.schedule(isSpool: isSpool)
        for number in 1...2 {
            let id = "d\(number)"
            let history = Text.transition("p\(number)", id, "Queued", "2026-01-10T10:00:00Z")
            let list = number == 1 ? #"{"deploymentId":"\#(id)","statusHistory":[\#(history)]}"# : ""
            _ = try schedule.folder.write(
                #"{"success":true,"page":\#(number),"pageSize":1,"deployments":[\#(list)]}"#,
                to: "\(isSpool ? "spool" : "in")/p\(number).json")
        }
        #expect(try await schedule.run("2026-02-02").sealed == 1, "\(schedule.reports)")
        #expect(try !Self.findings(schedule).contains("full-page"))
    }

    @Test("of two contradicting records the same one is accepted, whatever the files are called")
    func winner() async throws {
        let records = ["Queued", "Submitted"].map { Text.transition("t", "d", $0, "2026-01-10T10:00:00Z") + "\n" }
        var trails: Set<String> = []
        for names in [["a", "b"], ["b", "a"]] {
            let schedule = try Self.schedule(isSpool: true)
            for (name, text) in zip(names, records) { _ = try schedule.folder.write(text, to: "spool/\(name).ndjson") }
            let result = try await schedule.run("2026-02-02")
            #expect(result.doubtful == 1 && result.sealed == 1, "\(schedule.reports)")
            let bundle = try #require(try schedule.bundles().last)
            trails.insert(
                try SealedLedger.text("\(schedule.folder.path)/archive/\(bundle)", "data/audit-trail.json"))
        }
        #expect(trails.count == 1)
    }

    @Test("metrics that the service states are compared with the records beside them")
    func metrics() async throws {
        let schedule = try Self.schedule(isSpool: true)
        try schedule.feed("2026-01", to: "spool")
        _ = try schedule.folder.write(
            #"{"success":true,"metrics":{"totalDeployments":2,"successfulDeployments":0,"#
                + #""periodStart":"2026-01-01T00:00:00Z","periodEnd":"2026-01-31T23:59:59Z"}}"#,
            to: "spool/metrics.json")
        #expect(try await schedule.run("2026-02-02").sealed == 1, "\(schedule.reports)")
        #expect(try Self.findings(schedule).contains("totalDeployments 2"))
    }

    @Test(
        "a file that was not whole fails again after a run that ended before it was moved",
        arguments: [#"{"success":false,"errorMessage":"timeout"}"#, ""], [true, false])
    func failsAgain(text: String, keepsNotes: Bool) async throws {
        let schedule = try Self.schedule(isSpool: true)
        try schedule.feed("2026-01", to: "spool")
        _ = try schedule.folder.write(text, to: "spool/b.json")
        #expect(try await schedule.run("2026-02-02").notTaken == 1)
        let spool = schedule.folder.path + "/spool"
        // As after a run that ended between taking the files in and moving them.
        for file in ["done/t-2026-01.ndjson", "failed/b.json"] {
            let name = try #require(file.split(separator: "/").last)
            try FileManager.default.moveItem(atPath: "\(spool)/\(file)", toPath: "\(spool)/.taking/\(name)")
        }
        try FileManager.default.removeItem(atPath: spool + "/failed")
        if !keepsNotes { try FileManager.default.removeItem(atPath: schedule.plan.ledger + ".coverage.json") }
        let result = try await schedule.run("2026-02-02")
        #expect(result.accepted == 0 && result.notTaken == 1 && result.sealed == 0, "\(schedule.reports)")
        let files = try schedule.files("spool")
        #expect(
            files == ["done/originals/b.json", "done/t-2026-01.ndjson", "failed/b.json", "failed/b.json.reason.txt"])
    }

    @Test("each of two files of the same bytes that are not whole fails")
    func twins() async throws {
        let schedule = try Self.schedule(isSpool: true)
        let text = Text.transition("r", "e", "Queued", "2026-01-11T10:00:00Z") + "\nnonsense\n"
        for name in ["a", "b"] { _ = try schedule.folder.write(text, to: "spool/\(name).ndjson") }
        let result = try await schedule.run("2026-02-02")
        #expect(result.notTaken == 2 && result.sealed == 0, "\(schedule.reports)")
        #expect(
            try schedule.files("spool").filter { $0.hasPrefix("failed/") && $0.hasSuffix(".ndjson") } == [
                "failed/a.ndjson", "failed/b.ndjson",
            ])
    }

    @Test(
        "an answer that failed and came into the ledger by another command is refused all the same",
        arguments: [true, false])
    func knownBefore(isSpool: Bool) async throws {
        let schedule = try Self.schedule(isSpool: isSpool)
        let folder = isSpool ? "spool" : "in"
        try schedule.feed("2026-01", to: folder)
        _ = try schedule.folder.write(#"{"success":false}"#, to: "\(folder)/b.json")
        #expect(try await schedule.run("2026-02-02").notTaken == 1)
        try FileManager.default.removeItem(atPath: schedule.plan.ledger + ".coverage.json")
        if isSpool {
            try FileManager.default.removeItem(atPath: schedule.folder.path + "/spool/failed")
            _ = try schedule.folder.write(#"{"success":false}"#, to: "spool/renamed.json")
        }
        let again = try await schedule.run("2026-02-02")
        #expect(again.notTaken == 1 && again.sealed == 0, "\(schedule.reports)")
    }
}
