import AuditModel
import FileSystem
import Foundation
import Spools
import Testing

@testable import Schedule

/// A source that gets another name or another place: what blocks it stays known until somebody has dealt with it, or says why not.
@Suite("Sources that are renamed or moved")
struct SourcePlacesTests {
    enum Change: CaseIterable { case renamed, moved, both }

    /// January sealed, and February open: of the file that fails, or of a listing that misses a page.
    private static func schedule(hasPages: Bool) async throws -> TestSchedule {
        let schedule = try TestSchedule()
        schedule.plan.sources[0].location = .spool(schedule.folder.path + "/spool")
        try schedule.feed("2026-01", to: "spool")
        try schedule.cover("2026-01")
        #expect(try await schedule.run("2026-02-02").sealed == 1)
        try schedule.feed("2026-02", to: "spool")
        let page =
            #"{"success":true,"generatedAt":"2026-03-01T00:00:00Z","totalCount":2,"page":1,"pageSize":1,"totalPages":2,"deployments":["#
            + #"{"deploymentId":"p","statusHistory":[\#(Text.transition("p1", "p", "Queued", "2026-02-11T10:00:00Z"))]}]}"#
        _ = try schedule.folder.write(
            hasPages ? page : #"{"success":false,"errorMessage":"timeout"}"#, to: "spool/b.json")
        try schedule.cover("2026-02")
        #expect(try await schedule.run("2026-03-02").sealed == 0)
        return schedule
    }

    private static func change(_ schedule: TestSchedule, _ change: Change) throws {
        if change != .moved {
            schedule.plan.sources[0].name = "api"
            schedule.plan.archives[0].expects = ["api"]
        }
        if change != .renamed {
            let other = schedule.folder.path + "/spool-2"
            try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: true)
            schedule.plan.sources[0].location = .spool(other)
        }
    }

    @Test(
        "nothing is sealed that a renamed or moved source blocks, in any number of runs",
        arguments: Change.allCases, [false, true])
    func stays(_ change: Change, hasPages: Bool) async throws {
        let schedule = try await Self.schedule(hasPages: hasPages)
        try Self.change(schedule, change)
        for day in ["2026-03-03", "2026-03-04", "2026-04-02"] {
            let result = try await schedule.run(day)
            #expect(result.sealed == 0, "\(schedule.reports)")
            // A source that is gone from the configuration is a precondition that fails; a known one waits.
            #expect(result.failures.map(\.kind) == (change == .both ? [.usage] : []), "\(schedule.reports)")
            #expect(change == .both || result.waiting == 1, "\(schedule.reports)")
        }
    }

    @Test(
        "what was left at the old place stops blocking when it is taken away", arguments: [Change.moved, .both])
    func takenAway(_ change: Change) async throws {
        let schedule = try await Self.schedule(hasPages: false)
        try Self.change(schedule, change)
        #expect(try await schedule.run("2026-03-03").sealed == 0)
        for name in try schedule.files("spool/failed") {
            try FileManager.default.removeItem(atPath: schedule.folder.path + "/spool/failed/" + name)
        }
        #expect(try await schedule.run("2026-03-03").sealed == 1, "\(schedule.reports)")
    }

    @Test("a reason seals the period, and settles what a source left that is gone", arguments: [false, true])
    func settled(hasPages: Bool) async throws {
        let schedule = try await Self.schedule(hasPages: hasPages)
        try Self.change(schedule, .both)
        #expect(try await schedule.run("2026-03-03").sealed == 0)
        let result = try await schedule.run("2026-03-03") {
            $0.uncovered = [.init("audit", "2026-02", reason: "feed was replaced")]
        }
        #expect(result.sealed == 1 && result.isComplete, "\(schedule.reports)")
        try schedule.cover("2026-03")
        #expect(try await schedule.run("2026-04-02").sealed == 1, "\(schedule.reports)")
    }

    @Test("a source that gets its name back is the source that it was")
    func nameBack() async throws {
        let schedule = try await Self.schedule(hasPages: true)
        try Self.change(schedule, .both)
        #expect(try await schedule.run("2026-03-03").failures.count == 1)
        schedule.plan.sources[0].name = "feed"
        schedule.plan.archives[0].expects = ["feed"]
        let result = try await schedule.run("2026-03-03")
        #expect(result.sealed == 0 && result.waiting == 1 && result.failures.isEmpty, "\(schedule.reports)")
    }

    @Test("two sources that change their names keep what blocks each")
    func swapped() async throws {
        let schedule = try await Self.schedule(hasPages: false)
        var other = schedule.plan.sources[0]
        other.name = "other"
        other.location = .files([schedule.folder.path + "/in"])
        schedule.plan.sources.append(other)
        #expect(try await schedule.run("2026-03-03").sealed == 0)
        // The archive expects what was `other` alone, which nothing blocks.
        schedule.plan.sources[0].name = "other"
        schedule.plan.sources[1].name = "feed"
        #expect(try await schedule.run("2026-03-03").sealed == 1, "\(schedule.reports)")
    }

    @Test("a file of files: that failed blocks when the pattern changes, until it is removed")
    func files() async throws {
        let schedule = try TestSchedule()
        try schedule.feed("2026-01")
        _ = try schedule.folder.write("no record\n", to: "in/bad.ndjson")
        try schedule.cover("2026-01")
        #expect(try await schedule.run("2026-02-02").sealed == 0)
        let archive = schedule.folder.path + "/in-2"
        try FileManager.default.createDirectory(atPath: archive, withIntermediateDirectories: true)
        schedule.plan.sources[0].location = .files([archive])
        for _ in 0..<2 {
            let result = try await schedule.run("2026-02-02")
            #expect(result.sealed == 0 && result.waiting == 1, "\(schedule.reports)")
        }
        try FileManager.default.removeItem(atPath: schedule.folder.path + "/in/bad.ndjson")
        #expect(try await schedule.run("2026-02-02").sealed == 1, "\(schedule.reports)")
    }

    @Test("files that came to the old spool and were not read block, and so does a failed file from before the ledger")
    func unread() async throws {
        let schedule = try TestSchedule()
        schedule.plan.sources[0].location = .spool(schedule.folder.path + "/spool")
        _ = try schedule.folder.write("\u{1F}\u{8B}no gzip", to: "spool/bad.ndjson.gz")
        try schedule.cover("2026-01")
        #expect(try await schedule.run("2026-02-02").notTaken == 1)
        try Self.change(schedule, .moved)
        try schedule.feed("2026-01", to: "spool-2")
        #expect(try await schedule.run("2026-02-02").sealed == 0, "\(schedule.reports)")
        try FileManager.default.removeItem(atPath: schedule.folder.path + "/spool/failed")
        try FileManager.default.createDirectory(
            atPath: schedule.folder.path + "/spool/failed", withIntermediateDirectories: true)
        try schedule.feed("2026-01", id: "late", to: "spool")
        #expect(try await schedule.run("2026-02-02").sealed == 0, "\(schedule.reports)")
        try FileManager.default.removeItem(atPath: schedule.folder.path + "/spool/late-2026-01.ndjson")
        #expect(try await schedule.run("2026-02-02").sealed == 1, "\(schedule.reports)")
    }

    @Test("a whole site that moves, and a spool that moves with all that is in it, go on")
    func wholeFolder() async throws {
        let schedule = try await Self.schedule(hasPages: false)
        let spool = schedule.folder.path + "/spool"
        try FileManager.default.moveItem(atPath: spool, toPath: spool + "-2")
        schedule.plan.sources[0].location = .spool(spool + "-2")
        let open = try await schedule.run("2026-03-03")
        #expect(open.sealed == 0 && open.waiting == 1 && open.failures.isEmpty, "\(schedule.reports)")
        for name in try schedule.files("spool-2/failed") {
            try FileManager.default.removeItem(atPath: "\(spool)-2/failed/\(name)")
        }
        #expect(try await schedule.run("2026-03-03").sealed == 1, "\(schedule.reports)")
    }

    @Test("a spool that is gone with its failed file, and nothing else, blocks")
    func unmounted() async throws {
        let schedule = try TestSchedule()
        schedule.plan.sources[0].location = .spool(schedule.folder.path + "/spool")
        try schedule.feed("2026-01", to: "spool")
        _ = try schedule.folder.write("no record\n", to: "spool/bad.ndjson")
        #expect(try await schedule.run("2026-01-20").notTaken == 1)
        let spool = schedule.folder.path + "/spool"
        let mark = spool + "/.ledger.json"
        let bytes = try #require(FileManager.default.contents(atPath: mark))
        try FileManager.default.removeItem(atPath: mark)
        try FileManager.default.removeItem(atPath: spool + "/done")
        try FileManager.default.removeItem(atPath: spool + "/failed")
        try schedule.cover("2026-01")
        #expect(try await schedule.run("2026-02-02").sealed == 0, "\(schedule.reports)")
        // A folder that looks like that of a spool is none.
        try FileManager.default.createDirectory(atPath: spool + "/done", withIntermediateDirectories: true)
        #expect(try await schedule.run("2026-02-02").sealed == 0, "\(schedule.reports)")
        try bytes.write(to: URL(filePath: mark))
        #expect(try await schedule.run("2026-02-02").sealed == 1, "\(schedule.reports)")
    }
}
