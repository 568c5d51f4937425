import AuditModel
import BundleFormat
import BundleVerifier
import Foundation
import StrictJSON
import Testing

@testable import Pipeline

@Suite("Scheduled runs")
struct ScheduleTests {
    @Test("every period that was missed is sealed, oldest first, and a second run does nothing")
    func catchesUp() async throws {
        let schedule = try TestSchedule()
        for month in ["2026-01", "2026-02", "2026-03"] { try schedule.feed(month) }
        try schedule.cover("2026-03")
        let first = try await schedule.run("2026-04-02")
        #expect(first.isComplete && first.sealed == 3)
        #expect(
            schedule.reports == [
                "feed: 3 new", "audit: sealed audit-2026-01", "audit: sealed audit-2026-02",
                "audit: sealed audit-2026-03",
            ])
        let files = try schedule.bundles()
        #expect(files == ["2026/audit-2026-01.zip", "2026/audit-2026-02.zip", "2026/audit-2026-03.zip"])
        let second = try await schedule.run("2026-04-02")
        #expect(second.isComplete && second.sealed == 0 && second.accepted == 0)
        #expect(schedule.reports == ["feed: 0 new"])
    }

    @Test("a period is sealed when it is due, not before")
    func waitsForDelay() async throws {
        let schedule = try TestSchedule()
        schedule.plan.archives[0].delay = 3 * 86_400
        try schedule.feed("2026-01")
        try schedule.cover("2026-01")
        #expect(try await schedule.run("2026-02-03").sealed == 0)
        #expect(try await schedule.run("2026-02-04").sealed == 1)
    }

    @Test("a silent feed is not sealed as if nothing had happened")
    func waitsForCoverage() async throws {
        let schedule = try TestSchedule()
        try schedule.feed("2026-01")
        let silent = try await schedule.run("2026-03-01")
        #expect(silent.waiting == 1 && !silent.isComplete)
        #expect(schedule.reports.last == "audit: waits for 2026-01")
        try schedule.cover("2026-01")
        let covered = try await schedule.run("2026-03-01")
        #expect(covered.sealed == 1 && covered.waiting == 1)
        #expect(schedule.reports.suffix(2) == ["audit: sealed audit-2026-01", "audit: waits for 2026-02"])
    }

    @Test("with a reason a period is sealed all the same, the bundle says so, and only this one")
    func sealsUncovered() async throws {
        let schedule = try TestSchedule()
        try schedule.feed("2026-01")
        let result = try await schedule.run("2026-03-01") { $0.uncovered = ("2026-01", "feed was off") }
        #expect(result.sealed == 1 && result.waiting == 1)
        let path = schedule.folder.path + "/archive/2026/audit-2026-01.zip"
        let bundle = try SealedLedger.bundle(path)
        #expect(bundle["declared"]?["uncovered"] == .string("feed was off"))
        #expect(bundle["command"]?.array?.contains(.string("--uncovered")) == true)
        #expect(try SealedLedger.text(path, BundlePath.report).contains("feed was off"))
        #expect(try await SealedLedger.verify(path).verdict == .valid)
    }

    @Test("fewer transitions than expected are no period either")
    func expectsTransitions() async throws {
        let schedule = try TestSchedule()
        schedule.plan.archives[0].expectedTransitions = 2
        try schedule.feed("2026-01")
        try schedule.cover("2026-01")
        #expect(try await schedule.run("2026-02-01").waiting == 1)
        try schedule.feed("2026-01", id: "u")
        #expect(try await schedule.run("2026-02-01").sealed == 1)
    }

    @Test("the source's own generatedAt covers, unless it says that more exists")
    func coversByGeneratedAt() async throws {
        let schedule = try TestSchedule()
        schedule.plan.sources[0] = ScheduledSource(
            name: "feed", place: .files([schedule.folder.path + "/in/*.json"]), coverage: .generatedAt)
        let record = Text.transition("a", "d", "Queued", "2026-01-10T10:00:00Z")
        func envelope(_ pages: Int) -> String {
            #"{"success":true,"totalCount":1,"page":1,"pageSize":1,"totalPages":\#(pages),"generatedAt":"2026-02-01T03:00:00Z","#
                + #""deployments":[{"deploymentId":"d","statusHistory":[\#(record)]}]}"#
        }
        _ = try schedule.folder.write(envelope(2), to: "in/a.json")
        #expect(try await schedule.run("2026-02-02").waiting == 1)
        _ = try schedule.folder.write(envelope(1), to: "in/a.json")
        #expect(try await schedule.run("2026-02-02").sealed == 1)
    }

    @Test("late records correct what was sealed, each bundle in the folder of its year")
    func corrects() async throws {
        let schedule = try TestSchedule()
        schedule.plan.archives[0].begin = try #require(Period(label: "2025-12"))
        try schedule.feed("2025-12")
        try schedule.cover("2026-01")
        #expect(try await schedule.run("2026-02-01").sealed == 2)
        try schedule.feed("2025-12", id: "late")
        let result = try await schedule.run("2026-02-01")
        #expect(result.corrected == 1 && result.sealed == 0)
        #expect(
            try schedule.bundles() == [
                "2025/audit-2025-12-r1.zip", "2025/audit-2025-12.zip", "2026/audit-2026-01.zip",
            ])
    }

    @Test("a clock that was set back seals nothing, and nothing twice")
    func survivesClock() async throws {
        let schedule = try TestSchedule()
        try schedule.feed("2026-01")
        try schedule.cover("2026-02")
        #expect(try await schedule.run("2026-03-01").sealed == 2)
        #expect(try await schedule.run("2026-01-15").sealed == 0)
        #expect(try await schedule.run("2026-03-01").sealed == 0)
    }

    @Test("what goes wrong with one archive does not stop the others")
    func goesOn() async throws {
        let schedule = try TestSchedule()
        var other = schedule.plan.archives[0]
        (other.name, other.directory) = ("other", schedule.folder.path + "/missing")
        schedule.plan.archives.insert(other, at: 0)
        try schedule.feed("2026-01")
        try schedule.cover("2026-01")
        let result = try await schedule.run("2026-02-01")
        #expect(result.sealed == 1 && result.failures.map(\.kind) == [.cannotCreate])
    }

    @Test("a run beside another one leaves with a lock error")
    func locks() async throws {
        let schedule = try TestSchedule()
        let lock = open(schedule.plan.ledger + ".run.lock", O_RDWR | O_CREAT, 0o644)
        defer { close(lock) }
        try #require(flock(lock, LOCK_EX) == 0)
        await #expect { try await schedule.run("2026-02-01") } throws: { ($0 as? EnvironmentError)?.kind == .locked }
    }

    @Test("a dry run says what would be done, and does nothing")
    func foresees() async throws {
        let schedule = try TestSchedule()
        try schedule.feed("2026-01")
        try schedule.cover("2026-02")
        try await schedule.run("2026-02-01")
        try schedule.feed("2026-02")
        let before = try schedule.files(".")
        let result = try await schedule.run("2026-03-01") { $0.isDryRun = true }
        #expect(result.sealed == 0)
        #expect(
            schedule.reports == [
                "would take in 1 of 2 files of source feed", "would seal 2026-02 of archive audit",
            ])
        #expect(try schedule.files(".") == before)
    }
}
