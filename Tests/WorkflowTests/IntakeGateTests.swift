import AuditModel
import Foundation
import Spools
import Testing

@testable import Schedule

/// A file of which not everything was read keeps its source's periods open, in every run until somebody has looked after it.
@Suite("Files that came less than whole")
struct IntakeGateTests {
    private static let good = Text.transition("q", "d", "Queued", "2026-01-10T10:00:00Z")

    struct Bad: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let name: String
        let text: String
    }

    static let bad = [
        Bad(testDescription: "a failed answer", name: "b.json", text: #"{"success":false,"errorMessage":"timeout"}"#),
        Bad(
            testDescription: "a failed answer around records", name: "b.json",
            text: #"{"success":false,"deployments":[{"deploymentId":"e","statusHistory":[\#(good)]}]}"#),
        Bad(testDescription: "a list cut in half", name: "b.json", text: #"[\#(good),{"id":"t1","depl"#),
        Bad(testDescription: "lines cut in half", name: "b.ndjson", text: good + "\n" + good.prefix(30)),
        Bad(testDescription: "a line that is no record", name: "b.ndjson", text: good + "\nnonsense\n" + good + "\n"),
        Bad(
            testDescription: "a job whose history is no list", name: "b.json",
            text: #"{"jobId":"j","status":"Queued","statusHistory":{"0":{"status":"Queued"}}}"#),
        Bad(
            testDescription: "a failed request on a job", name: "b.json",
            text: #"{"jobId":"j","status":500,"title":"Internal Server Error","detail":"x"}"#),
        Bad(
            testDescription: "a failed request on a deployment", name: "b.json",
            text: #"{"status":500,"title":"x","deploymentId":"d1","timestamp":"2026-01-10T10:00:00Z"}"#),
        Bad(testDescription: "a total in another form", name: "b.json", text: counted("5.0")),
        Bad(testDescription: "a total that is no count", name: "b.json", text: counted("-1")),
        Bad(testDescription: "a total that is no number", name: "b.json", text: counted(#""x""#)),
        Bad(
            testDescription: "a record in the metadata of another", name: "b.ndjson",
            text: Text.transition("r", "d", "Queued", "2026-01-10T10:00:00Z").dropLast()
                + #","metadata":{"more":[\#(good)]}}"#),
        Bad(
            testDescription: "a record as an unknown member of a deployment", name: "b.ndjson",
            text: #"{"deploymentId":"e","currentStatus":0,"previous":{"deploymentId":"f","currentStatus":0}}"#),
        Bad(
            testDescription: "a CSV that is cut in its last cell", name: "b.csv",
            text: table + "a,Queued,2026-01-10T10:00:00Z,hel"),
        Bad(
            testDescription: "rows of a CSV that quotation marks join", name: "b.csv",
            text: table + "a,Queued,2026-01-10T10:00:00Z,\"x\nb,Queued,2026-01-10T10:00:00Z,y\"\n"),
        Bad(testDescription: "a listing with more than came", name: "b.json", text: page(1, of: 4)),
    ]

    private static let table = "DeploymentId,Status,Timestamp,Message\nd,Queued,2026-01-10T10:00:00Z,\n"

    private static func counted(_ total: String) -> String {
        #"{"success":true,"totalCount":\#(total),"deployments":[{"deploymentId":"d1","currentStatus":0}]}"#
    }

    private static func page(_ number: Int, of pages: Int) -> String {
        #"{"success":true,"totalCount":\#(pages),"page":\#(number),"pageSize":1,"totalPages":\#(pages),"deployments":["#
            + #"{"deploymentId":"d\#(number)","statusHistory":["#
            + Text.transition("p\(number)", "d\(number)", "Queued", "2026-01-10T10:00:00Z") + "]}]}"
    }

    /// A schedule whose source is a spool, or files that stay; January is covered.
    private static func schedule(isSpool: Bool) throws -> TestSchedule {
        let schedule = try TestSchedule()
        schedule.plan.sources[0].location =
            isSpool ? .spool(schedule.folder.path + "/spool") : .files([schedule.folder.path + "/in"])
        try schedule.cover("2026-01")
        return schedule
    }

    /// What a run and a dry run before it say alike: what was refused, what waits, and what was sealed.
    private static func run(_ schedule: TestSchedule, _ date: String = "2026-02-02") async throws -> ScheduleResult {
        let planned = try await schedule.run(date) { $0.isDryRun = true }
        let seals = schedule.reports.filter { $0.hasPrefix("would seal") }.count
        let result = try await schedule.run(date)
        #expect(planned.notTaken == result.notTaken && planned.waiting == result.waiting, "\(schedule.reports)")
        #expect(seals == result.sealed && planned.failures == result.failures, "\(schedule.reports)")
        return result
    }

    @Test("nothing is sealed in any run, until it is taken away", arguments: bad, [true, false])
    func blocks(_ bad: Bad, isSpool: Bool) async throws {
        let schedule = try Self.schedule(isSpool: isSpool)
        let folder = isSpool ? "spool" : "in"
        _ = try schedule.folder.write(Self.good + "\n", to: folder + "/a.ndjson")
        _ = try schedule.folder.write(bad.text, to: "\(folder)/\(bad.name)")
        for _ in 0..<3 {
            let result = try await Self.run(schedule)
            #expect(result.sealed == 0 && result.waiting == 1, "\(schedule.reports)")
        }
        if bad.text.contains("totalPages") {
            for number in 2...4 {
                #expect(try await Self.run(schedule).sealed == 0)
                _ = try schedule.folder.write(Self.page(number, of: 4), to: "\(folder)/p\(number).json")
            }
        } else {
            try FileManager.default.removeItem(
                atPath: schedule.folder.path + (isSpool ? "/spool/failed/\(bad.name)" : "/in/\(bad.name)"))
            if isSpool {
                let reason = schedule.folder.path + "/spool/failed/\(bad.name).reason.txt"
                #expect(try String(contentsOfFile: reason, encoding: .utf8).contains(/line 2: |line 1: |expected/))
                try FileManager.default.removeItem(atPath: reason)
            }
        }
        let result = try await Self.run(schedule)
        #expect(result.sealed == 1 && result.isComplete, "\(schedule.reports)")
    }

    @Test("a failed file that is moved back as it was fails again")
    func failsAgain() async throws {
        let schedule = try Self.schedule(isSpool: true)
        _ = try schedule.folder.write(Self.good + "\nnonsense\n", to: "spool/b.ndjson")
        #expect(try await Self.run(schedule).sealed == 0)
        try FileManager.default.moveItem(
            atPath: schedule.folder.path + "/spool/failed/b.ndjson", toPath: schedule.folder.path + "/spool/b.ndjson")
        try FileManager.default.removeItem(atPath: schedule.folder.path + "/spool/failed/b.ndjson.reason.txt")
        let again = try await Self.run(schedule)
        #expect(again.sealed == 0 && again.notTaken == 1, "\(schedule.reports)")
        #expect(try schedule.files("spool").contains("failed/b.ndjson"))
    }

    @Test("what is good beside it is taken in")
    func takesOthers() async throws {
        let schedule = try Self.schedule(isSpool: true)
        _ = try schedule.folder.write(Self.good + "\nnonsense\n", to: "spool/a.ndjson")
        _ = try schedule.folder.write(Text.transition("r", "e", "Queued", "2026-01-11T10:00:00Z"), to: "spool/b.ndjson")
        let result = try await Self.run(schedule)
        #expect(result.accepted == 2 && result.notTaken == 1 && result.sealed == 0)
    }
}
