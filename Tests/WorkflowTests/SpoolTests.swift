import AuditModel
import FileSystem
import Foundation
import Spools
import Testing

@testable import Schedule

@Suite("Spool folders")
struct SpoolTests {
    private static func schedule() throws -> TestSchedule {
        let schedule = try TestSchedule()
        schedule.plan.sources[0] = ScheduledSource(
            name: "feed", location: .spool(schedule.folder.path + "/spool"), coverage: .unchecked)
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
                "done/originals/bad.ndjson", "done/t-2026-01.ndjson", "failed/bad.ndjson",
                "failed/bad.ndjson.reason.txt", "next.ndjson.part",
            ])
        let reason = try String(
            contentsOfFile: schedule.folder.path + "/spool/failed/bad.ndjson.reason.txt", encoding: .utf8)
        #expect(reason.contains("1 of its 1 record was rejected\nline 1: "))
    }

    @Test(
        "a folder of a spool that is none is told before a file is moved, by a dry run too",
        arguments: [".taking", "done", "failed"])
    func noFolder(name: String) async throws {
        let schedule = try Self.schedule()
        try schedule.feed("2026-01", to: "spool")
        _ = try schedule.folder.write("x", to: "spool/\(name)")
        for isDryRun in [true, false] {
            let result = try await schedule.run("2026-02-01") { $0.isDryRun = isDryRun }
            #expect(result.failures.map(\.kind) == [.cannotCreate] && result.sealed == 0, "\(schedule.reports)")
            #expect(try schedule.files("spool") == [name, "t-2026-01.ndjson"].sorted())
        }
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
        try schedule.feed("2026-01", to: "spool")
        try await schedule.run("2026-01-20")
        // As after a run that ended between taking the file in and moving it.
        try FileManager.default.moveItem(
            atPath: schedule.folder.path + "/spool/done/t-2026-01.ndjson",
            toPath: schedule.folder.path + "/spool/.taking/t-2026-01.ndjson")
        let result = try await schedule.run("2026-01-20")
        #expect(result.isComplete && result.accepted == 0)
        #expect(try schedule.files("spool") == ["done/t-2026-01.ndjson"])
    }

    @Test("a file that comes under the name of one that is being read is another file")
    func keepsNewcomers() throws {
        let schedule = try Self.schedule()
        let spool = Spool(folder: schedule.folder.path + "/spool")
        let path = try schedule.folder.write("first", to: "spool/daily.ndjson")
        let taken = try #require(try spool.claim(path))
        _ = try schedule.folder.write("second", to: "spool/daily.ndjson")
        try spool.putAway(taken)
        #expect(try schedule.files("spool") == ["daily.ndjson", "done/daily.ndjson"])
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "second")
    }

    @Test("a file that failed and was put back as it was fails again")
    func failsAgain() async throws {
        let schedule = try Self.schedule()
        try schedule.feed("2026-01", to: "spool")
        _ = try schedule.folder.write("<html>\n", to: "spool/h.json")
        #expect(try await schedule.run("2026-02-01").notTaken == 1)
        let failed = schedule.folder.path + "/spool/failed"
        try FileManager.default.moveItem(atPath: failed + "/h.json", toPath: schedule.folder.path + "/spool/h.json")
        try FileManager.default.removeItem(atPath: failed)
        let again = try await schedule.run("2026-02-01")
        #expect(again.notTaken == 1 && again.sealed == 0)
    }

    @Test("what is no file that can be read is told, and keeps the period open")
    func tellsStrangers() async throws {
        let schedule = try Self.schedule()
        try schedule.feed("2026-01", to: "spool")
        let spool = schedule.folder.path + "/spool"
        try FileManager.default.createSymbolicLink(atPath: spool + "/b.json", withDestinationPath: "nowhere")
        try FileManager.default.createDirectory(atPath: spool + "/sub", withIntermediateDirectories: true)
        #expect(mkfifo(spool + "/pipe", 0o600) == 0)
        let odd = (spool + "/a").utf8CString.dropLast(2) + [CChar(bitPattern: 0xFF), 0]
        close(odd.withContiguousStorageIfAvailable { open($0.baseAddress!, O_CREAT, 0o600) } ?? -1)
        let result = try await schedule.run("2026-02-01")
        #expect(result.notTaken == 4 && result.waiting == 1 && result.sealed == 0)
    }

    @Test(
        "everything in failed but the reasons keeps the period open",
        arguments: ["x", ".keep", "x.tmp", "a.reason.txt"])
    func respectsFailed(name: String) async throws {
        let schedule = try Self.schedule()
        try schedule.feed("2026-01", to: "spool")
        let failed = schedule.folder.path + "/spool/failed"
        try FileManager.default.createDirectory(atPath: failed, withIntermediateDirectories: true)
        _ = try schedule.folder.write("", to: "spool/failed/" + name)
        if name.hasSuffix(".reason.txt") { _ = try schedule.folder.write("", to: "spool/failed/\(name).reason.txt") }
        #expect(try await schedule.run("2026-02-01").waiting == 1)
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
