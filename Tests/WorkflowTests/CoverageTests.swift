import AuditModel
import FileSystem
import Foundation
import Spools
import Testing

@testable import Schedule

@Suite("Coverage of sources")
struct CoverageTests {
    /// A schedule whose source covers by its own envelopes.
    private static func schedule() throws -> TestSchedule {
        let schedule = try TestSchedule()
        schedule.plan.sources[0] = ScheduledSource(
            name: "feed", location: .files([schedule.folder.path + "/in"]), coverage: .generatedAt)
        return schedule
    }

    private static func envelope(_ members: String, _ generated: String = "2026-02-01T03:00:00Z", id: String = "a")
        -> String
    {
        let record = Text.transition(id, "d-\(id)", "Queued", "2026-01-10T10:00:00Z")
        return
            #"{"generatedAt":"\#(generated)",\#(members),"deployments":[{"deploymentId":"d-\#(id)","statusHistory":[\#(record)]}]}"#
    }

    private static func page(_ page: Int, of pages: Int, _ generated: String, id: String) -> String {
        envelope(
            #""success":true,"totalCount":2,"page":\#(page),"pageSize":1,"totalPages":\#(pages)"#, generated, id: id)
    }

    @Test(
        "a time without a zone covers nothing, unless the source says which zone it is in",
        arguments: [nil, "+02:00", "-05:00"])
    func zones(zone: String?) async throws {
        let schedule = try Self.schedule()
        schedule.plan.sources[0].zone = zone
        _ = try schedule.folder.write(Self.envelope(#""success":true"#, "2026-02-01T00:30:00"), to: "in/a.json")
        let result = try await schedule.run("2026-02-02")
        // Half past midnight is 22:30 of the day before in UTC where clocks are two hours ahead.
        #expect(result.sealed == (zone == "-05:00" ? 1 : 0), "\(schedule.reports)")
        #expect(result.notTaken == (zone == nil ? 1 : 0), "\(schedule.reports)")
    }

    @Test(
        "a marker begins with a byte order mark or not, and says its zone",
        arguments: [
            ("\u{FEFF}2026-01\n", 1), ("2026-02-01T00:00:00Z\n", 1), ("\u{FEFF}2026-02-01T02:00:00+02:00", 1),
            ("2026-02-01T00:00:00\n", 0),
        ])
    func markers(text: String, sealed: Int) async throws {
        let schedule = try TestSchedule()
        try schedule.feed("2026-01")
        _ = try schedule.folder.write(text, to: "covers")
        let result = try await schedule.run("2026-02-02")
        #expect(result.sealed == sealed && result.failures.isEmpty == (sealed == 1), "\(schedule.reports)")
    }

    @Test("pages that repeat a deployment cover nothing until all different ones have come", arguments: [true, false])
    func repeatedPages(isSpool: Bool) async throws {
        let schedule = try Self.schedule()
        if isSpool { schedule.plan.sources[0].location = .spool(schedule.folder.path + "/spool") }
        let folder = isSpool ? "spool" : "in"
        for number in 1...2 {
            let text = Self.page(number, of: 2, "2026-02-01T03:00:0\(number)Z", id: "a")
            _ = try schedule.folder.write(text, to: "\(folder)/\(number).json")
        }
        for _ in 0..<2 {
            let planned = try await schedule.run("2026-02-02") { $0.isDryRun = true }
            let result = try await schedule.run("2026-02-02")
            #expect(result.sealed == 0 && result.waiting == 1 && !result.isComplete, "\(schedule.reports)")
            #expect(planned.waiting == 1 && planned.flaws == result.flaws)
            #expect(schedule.reports.contains { $0.contains("2 deployments has 1 different") }, "\(schedule.reports)")
        }
        let whole = Self.page(2, of: 2, "2026-02-01T03:00:03Z", id: "b")
        _ = try schedule.folder.write(whole, to: "\(folder)/3.json")
        let result = try await schedule.run("2026-02-02")
        #expect(result.sealed == 1 && result.isComplete, "\(schedule.reports)")
        #expect(try await schedule.run("2026-02-03").isComplete)
    }

    @Test("a file of a spool whose generatedAt decides nothing moves to failed")
    func disbelieved() async throws {
        let schedule = try Self.schedule()
        schedule.plan.sources[0].location = .spool(schedule.folder.path + "/spool")
        for (name, time) in [("a", "2026-02-01T00:30:00"), ("b", "2026-03-01T00:00:00Z")] {
            _ = try schedule.folder.write(Self.envelope(#""success":true"#, time, id: name), to: "spool/\(name).json")
        }
        let result = try await schedule.run("2026-02-02")
        #expect(result.accepted == 4 && result.notTaken == 2 && result.sealed == 0, "\(schedule.reports)")
        let files = try schedule.files("spool")
        let copies = ["done/originals/a.json", "done/originals/b.json"]
        #expect(files.filter { $0.hasSuffix(".json") } == copies + ["failed/a.json", "failed/b.json"])
        let reason = schedule.folder.path + "/spool/failed/b.json.reason.txt"
        #expect(
            try String(contentsOfFile: reason, encoding: .utf8).contains(
                "expected a time that is not after now, 2026-02-02T"))
    }

    @Test("an envelope that succeeded covers up to when it was written")
    func covers() async throws {
        let schedule = try Self.schedule()
        _ = try schedule.folder.write(Self.envelope(#""success":true"#), to: "in/a.json")
        #expect(try await schedule.run("2026-02-02").sealed == 1)
    }

    @Test(
        "an answer that is no success, or says less than everything, covers nothing",
        arguments: [
            #"{"success":0,"generatedAt":"2026-02-01T03:00:00Z","deployments":[]}"#,
            #"{"success":false,"generatedAt":"2026-02-01T03:00:00Z","deployments":[]}"#,
            #"{"success":true,"generatedAt":"2026-02-01T03:00:00Z","data":null}"#,
            #"{"success":true,"generatedAt":"2026-02-01T03:00:00Z","deployments":[],"totalCount":40}"#,
            #"{"success":true,"generatedAt":"2026-02-01T03:00:00Z","deployments":[],"errorMessage":"timeout"}"#,
            envelope(#""success":true,"totalCount":3"#), envelope(#""success":true,"totalPages":4"#),
            envelope(#""success":true,"totalCount":3,"page":1"#), envelope(#""success":true,"history":[{"a":1}]"#),
            envelope(#""success":true,"result":{"a":1}"#), envelope(#""success":true,"data":5"#),
            envelope(#""success":true,"payload":"[{\"a\":1}]""#),
            envelope(#""success":true"#) + "\n" + #"{"success":false,"errorMessage":"timeout"}"#,
            envelope(#""success":true"#) + "\n" + #"{"status":503,"title":"Service Unavailable"}"#,
            envelope(#""success":true,"isCached":true"#), envelope(#""success":true,"recordCount":2"#),
            page(1, of: 2, "2026-02-01T03:00:00Z", id: "a"), envelope(#""success":true"#, "2026-01-31T23:00:00Z"),
        ])
    func coversNot(text: String) async throws {
        let schedule = try Self.schedule()
        try schedule.feed("2026-01")
        _ = try schedule.folder.write(text, to: "in/z.json")
        for _ in 0..<2 {
            let result = try await schedule.run("2026-02-02")
            #expect(result.sealed == 0 && result.waiting == 1)
        }
    }

    @Test("an envelope with members that hold nothing covers")
    func coversBesideEmptyMembers() async throws {
        let schedule = try Self.schedule()
        let text = Self.envelope(#""success":true,"archivedDeployments":[],"errors":{},"warnings":null"#)
        _ = try schedule.folder.write(text, to: "in/a.json")
        #expect(try await schedule.run("2026-02-02").sealed == 1)
    }

    @Test("the status of a job covers nothing by itself, and is read")
    func readsJobs() async throws {
        let schedule = try Self.schedule()
        let text =
            #"{"success":true,"jobId":"d","status":"Queued","generatedAt":"2026-02-01T03:00:00Z","#
            + #""statusHistory":[{"status":"Queued","timestamp":"2026-01-10T10:00:00Z"}]}"#
        _ = try schedule.folder.write(text, to: "in/a.json")
        let result = try await schedule.run("2026-02-02")
        #expect(result.sealed == 0 && result.waiting == 1 && result.notTaken == 0)
    }

    @Test("an empty answer covers if it says itself that there is nothing")
    func coversEmpty() async throws {
        let schedule = try Self.schedule()
        try schedule.feed("2026-01")
        let text = #"{"success":true,"generatedAt":"2026-02-01T03:00:00Z","deployments":[],"totalCount":0}"#
        _ = try schedule.folder.write(text, to: "in/z.json")
        #expect(try await schedule.run("2026-02-02").sealed == 1)
    }

    @Test("pages that come in two runs cover together, as of the oldest of them")
    func joinsPages() async throws {
        let schedule = try Self.schedule()
        _ = try schedule.folder.write(Self.page(2, of: 2, "2026-01-20T00:00:00Z", id: "b"), to: "in/2.json")
        #expect(try await schedule.run("2026-02-02").waiting == 1)
        _ = try schedule.folder.write(Self.page(1, of: 2, "2026-02-01T00:00:00Z", id: "a"), to: "in/1.json")
        #expect(try await schedule.run("2026-02-02").waiting == 1)
        _ = try schedule.folder.write(Self.page(2, of: 2, "2026-02-01T00:00:01Z", id: "b"), to: "in/2.json")
        #expect(try await schedule.run("2026-02-02").sealed == 1)
    }

    @Test("a time after now is not believed, neither of an envelope nor of a marker")
    func disbelievesFuture() async throws {
        let schedule = try Self.schedule()
        _ = try schedule.folder.write(Self.envelope(#""success":true"#, "2036-02-01T00:00:00Z"), to: "in/a.json")
        let result = try await schedule.run("2026-02-02")
        #expect(result.sealed == 0 && result.notTaken == 1)
        let marked = try TestSchedule()
        try marked.feed("2026-01")
        try marked.cover("2099-01")
        let other = try await marked.run("2026-02-02")
        #expect(other.sealed == 0 && other.failures.map(\.kind) == [.unreadableInput])
    }

    @Test("a place that is gone is no silent feed", arguments: ["gone", "gone/*.json", "in/gone.json"])
    func missesPlaces(pattern: String) async throws {
        let schedule = try TestSchedule()
        try schedule.feed("2026-01")
        try schedule.cover("2026-01")
        let marker = schedule.folder.path + "/covers"
        schedule.plan.sources.append(
            ScheduledSource(
                name: "other", location: .files([schedule.folder.path + "/" + pattern]), coverage: .marker(marker)))
        schedule.plan.archives[0].expects.append("other")
        let result = try await schedule.run("2026-02-01")
        #expect(result.sealed == 0 && result.failures.map(\.kind) == [.noInput])
    }

    @Test("an empty folder is")
    func allowsEmptyFolders() async throws {
        let schedule = try TestSchedule()
        try FileManager.default.createDirectory(
            atPath: schedule.folder.path + "/in/empty", withIntermediateDirectories: true)
        schedule.plan.sources[0].location = .files([schedule.folder.path + "/in"])
        try schedule.feed("2026-01")
        try schedule.cover("2026-01")
        #expect(try await schedule.run("2026-02-01").sealed == 1)
    }

    @Test(
        "what is kept of coverage and cannot be read is an error",
        arguments: ["", "{}", #"{"excluded":[],"pages":{},"sources":{"feed":"zzz"}}"#])
    func refusesBrokenCoverage(text: String) async throws {
        let schedule = try Self.schedule()
        _ = try schedule.folder.write(text, to: "ledger.coverage.json")
        await #expect {
            try await schedule.run("2026-02-02")
        } throws: { ($0 as? EnvironmentError)?.kind == .unreadableInput }
    }

    @Test("a marker that is no file does not keep the run waiting")
    func refusesPipes() async throws {
        let schedule = try TestSchedule()
        try schedule.feed("2026-01")
        #expect(mkfifo(schedule.folder.path + "/covers", 0o600) == 0)
        #expect(try await schedule.run("2026-02-01").failures.map(\.kind) == [.io])
    }
}
