import AuditModel
import FileSystem
import Foundation
import Spools
import Testing

@testable import Archive
@testable import Schedule

/// What can be told before a run only by doing it: ``TestSchedule/run(_:_:)`` compares each run with the dry run before it.
@Suite("A dry run says what the run does")
struct DryRunTests {
    private func records(_ texts: String..., to name: String, in schedule: TestSchedule) throws {
        _ = try schedule.folder.write(texts.map { $0 + "\n" }.joined(), to: name)
    }

    @Test("a late record: the correction comes before the new period, and names its deployments")
    func corrects() async throws {
        let schedule = try TestSchedule()
        try schedule.feed("2026-01")
        try schedule.cover("2026-01")
        try await schedule.run("2026-02-02")
        try schedule.feed("2026-01", id: "late")
        try schedule.feed("2026-02")
        try schedule.cover("2026-02")
        let planned = try await schedule.run("2026-03-02") { $0.isDryRun = true }
        #expect(
            schedule.reports == [
                "would take in 2 of 3 files of source feed",
                "would correct 2026-01 of archive audit: 1 changed deployment", "would seal 2026-02 of archive audit",
            ])
        #expect(planned.plan.count == 3)
        let result = try await schedule.run("2026-03-02")
        #expect(result.corrected == 1 && result.sealed == 1 && result.isComplete)
    }

    @Test("new files that contradict or repeat each other, though the ledger knows neither")
    func comparesNewFiles() async throws {
        let schedule = try TestSchedule()
        schedule.plan.sources[0].location = .spool(schedule.folder.path + "/spool")
        let first = Text.transition("t", "d", "Queued", "2026-01-10T10:00:00Z")
        try records(first, to: "spool/a.ndjson", in: schedule)
        try records(first, to: "spool/b.ndjson", in: schedule)
        try records(Text.transition("t", "d", "Queued", "2026-01-11T10:00:00Z"), to: "spool/c.ndjson", in: schedule)
        try schedule.cover("2026-01")
        let planned = try await schedule.run("2026-02-02") { $0.isDryRun = true }
        #expect(planned.doubtful == 1, "\(schedule.reports)")
        let result = try await schedule.run("2026-02-02")
        #expect(result.doubtful == 1 && result.accepted == 1, "\(schedule.reports)")
    }

    @Test("fewer transitions than expected, in the first run of all", arguments: [1, 2])
    func counts(expected: Int) async throws {
        let schedule = try TestSchedule()
        schedule.plan.archives[0].expectedTransitions = expected
        try schedule.feed("2026-01")
        try schedule.cover("2026-01")
        let result = try await schedule.run("2026-02-02")
        #expect(result.sealed == (expected == 1 ? 1 : 0) && result.waiting == (expected == 1 ? 0 : 1))
    }

    @Test("a filter that only the new records decide", arguments: ["mainnet-v1.0", "testnet-v1.0"])
    func filters(network: String) async throws {
        let schedule = try TestSchedule()
        schedule.plan.archives[0].selection.networks = [network]
        try records(
            #"{"deploymentId":"d","network":"mainnet-v1.0","statusHistory":["#
                + Text.transition("t", "d", "Queued", "2026-01-10T10:00:00Z") + "]}", to: "in/a.ndjson", in: schedule)
        try schedule.cover("2026-01")
        #expect(try await schedule.run("2026-02-02").sealed == (network == "mainnet-v1.0" ? 1 : 0))
    }

    @Test("a file of the name that a new bundle would get")
    func nameIsTaken() async throws {
        let schedule = try TestSchedule()
        try schedule.feed("2026-01")
        try schedule.cover("2026-01")
        try await schedule.run("2026-02-02")
        try FileManager.default.createDirectory(
            atPath: schedule.folder.path + "/archive/2026/audit-2026-02.zip", withIntermediateDirectories: true)
        try schedule.cover("2026-02")
        let result = try await schedule.run("2026-03-02")
        #expect(result.sealed == 0 && result.failures.first?.kind == .cannotCreate, "\(schedule.reports)")
    }

    @Test(
        "what retention lets go because a new period is sealed, or keeps because of a correction",
        arguments: [false, true])
    func removes(isCorrected: Bool) async throws {
        let schedule = try TestSchedule()
        schedule.plan.archives[0].length = .year
        schedule.plan.archives[0].begin = Period(
            from: try TestSchedule.time("2020-01-01"), to: try TestSchedule.time("2021-01-01"), label: "2020")
        schedule.plan.archives[0].retention = RetentionPolicy(keepYears: 5)
        schedule.plan.archives[0].retention?.prunesWithRun = true
        try schedule.feed("2020-01")
        try schedule.cover("2020")
        try await schedule.run("2021-01-02")
        if isCorrected { try schedule.feed("2020-01", id: "late") }
        try schedule.cover("2026")
        let result = try await schedule.run("2027-01-02") { $0.isTimeConfirmed = true }
        #expect(result.sealed == 6 && result.removed == (isCorrected ? 0 : 1), "\(schedule.reports)")
    }
}
