import AuditModel
import Foundation
import Testing

@testable import Pipeline

@Suite("Spool folders")
struct SpoolTests {
    private static func schedule() throws -> TestSchedule {
        let schedule = try TestSchedule()
        schedule.plan.sources[0] = ScheduledSource(
            name: "feed", place: .spool(schedule.folder.path + "/spool"), coverage: .unchecked)
        return schedule
    }

    @Test("files move to done, and one that cannot be read to failed with the reason, without stopping the rest")
    func moves() async throws {
        let schedule = try Self.schedule()
        try schedule.feed("2026-01", to: "spool")
        _ = try schedule.folder.write("no record at all\n", to: "spool/bad.ndjson")
        _ = try schedule.folder.write("being written", to: "spool/next.ndjson.part")
        let result = try await schedule.run("2026-01-20")
        #expect(result.accepted == 1 && result.notTaken == 1)
        #expect(
            try schedule.files("spool") == [
                "done/t-2026-01.ndjson", "failed/bad.ndjson", "failed/bad.ndjson.reason.txt", "next.ndjson.part",
            ])
        let reason = try String(
            contentsOfFile: schedule.folder.path + "/spool/failed/bad.ndjson.reason.txt", encoding: .utf8)
        #expect(reason.contains("all 1 records were rejected"))
    }

    @Test("what failed keeps its period open until somebody has looked after it")
    func keepsOpen() async throws {
        let schedule = try Self.schedule()
        try schedule.feed("2026-01", to: "spool")
        _ = try schedule.folder.write("\u{1F}\u{8B}no gzip", to: "spool/bad.ndjson.gz")
        #expect(try await schedule.run("2026-02-01").waiting == 1)
        #expect(try await schedule.run("2026-02-01").waiting == 1)
        try FileManager.default.removeItem(atPath: schedule.folder.path + "/spool/failed")
        #expect(try await schedule.run("2026-02-01").sealed == 1)
    }

    @Test("a file that has a name of an earlier one does not replace it")
    func keepsNames() async throws {
        let schedule = try Self.schedule()
        for id in ["a", "b", "c"] {
            _ = try schedule.folder.write(Text.transition(id) + "\n", to: "spool/daily.ndjson")
            try await schedule.run("2026-01-20")
        }
        let files = try schedule.files("spool")
        #expect(files == ["done/daily.ndjson", "done/daily.ndjson.1", "done/daily.ndjson.2"])
    }

    @Test("a file that was taken in by a run that ended before moving it is moved by the next")
    func movesAgain() async throws {
        let schedule = try Self.schedule()
        let path = try schedule.feed("2026-01", to: "spool")
        try await schedule.run("2026-01-20")
        // As after a run that ended between naming the file anew and taking its old name away.
        let done = schedule.folder.path + "/spool/done/t-2026-01.ndjson"
        try FileManager.default.linkItem(atPath: done, toPath: path)
        let result = try await schedule.run("2026-01-20")
        #expect(result.isComplete && result.accepted == 0)
        #expect(try schedule.files("spool") == ["done/t-2026-01.ndjson"])
    }

    @Test("records that are refused or contradict others are told, once")
    func tellsDoubtful() async throws {
        let schedule = try Self.schedule()
        let text = Text.transition("a") + "\n" + Text.transition("a", "d", "Submitted") + "\nbroken\n"
        _ = try schedule.folder.write(text, to: "spool/mixed.ndjson")
        let result = try await schedule.run("2026-01-20")
        #expect(result.doubtful == 2 && !result.isComplete)
        #expect(try await schedule.run("2026-01-20").isComplete)
    }
}
