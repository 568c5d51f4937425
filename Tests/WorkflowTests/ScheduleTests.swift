import AuditModel
import BundleFormat
import BundleVerifier
import FileSystem
import Foundation
import Ledger
import LedgerUpkeep
import Spools
import StrictJSON
import Testing

@testable import Schedule

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

    @Test("a run seals no bundle that the verifier refuses, and the next run seals it")
    func inspects() async throws {
        let schedule = try TestSchedule()
        try schedule.feed("2026-01")
        try schedule.cover("2026-01")
        var options = ScheduleOptions(
            key: try SealedLedger.key(), now: try TestSchedule.time("2026-02-02"), toolVersion: "0.1.0")
        options.temporaryFolder = schedule.folder.path
        options.inspect = { _, name in throw EnvironmentError(.brokenChain, "\(name) would be tampered") }
        let refused = try await ScheduleRun.run(schedule.plan, options)
        #expect(refused.sealed == 0 && refused.failures.map(\.kind) == [.brokenChain])
        #expect(try schedule.bundles() == [] && LedgerView.status(schedule.plan.ledger).seals == 0)
        #expect(try await schedule.run("2026-02-02").sealed == 1)
        #expect(try schedule.bundles() == ["2026/audit-2026-01.zip"])
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
        let result = try await schedule.run("2026-03-01") {
            $0.uncovered = [.init("audit", "2026-01", reason: "feed was off")]
        }
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

    @Test("a clock that was set back is refused, before anything is taken in, and nothing is sealed twice")
    func survivesClock() async throws {
        let schedule = try TestSchedule()
        try schedule.feed("2026-01")
        try schedule.cover("2026-02")
        #expect(try await schedule.run("2026-03-01").sealed == 2)
        try schedule.feed("2026-02", id: "late")
        for isDryRun in [true, false] {
            await #expect(throws: EnvironmentError.self) {
                try await schedule.run("2026-01-15") { $0.isDryRun = isDryRun }
            }
        }
        #expect(try LedgerView.status(schedule.plan.ledger).sources == 1)
        #expect(try await schedule.run("2026-03-01").sealed == 0)
    }

    @Test("a clock that leaps ahead, or is ahead of the machine's, has to be confirmed")
    func confirmsTime() async throws {
        let schedule = try TestSchedule()
        try schedule.feed("2026-01")
        try schedule.cover("2026-01")
        try await schedule.run("2026-02-01")
        for isDryRun in [true, false] {
            let error = await #expect(throws: EnvironmentError.self) {
                try await schedule.run("2027-03-10") { $0.isDryRun = isDryRun }
            }
            #expect(error?.message.contains("--confirm-time") == true)
            await #expect(throws: EnvironmentError.self) {
                try await schedule.run("2026-03-02") { options in
                    options.clock = options.now.adding(seconds: -301)
                    options.isDryRun = isDryRun
                }
            }
        }
        #expect(try await schedule.run("2027-03-10") { $0.isTimeConfirmed = true }.failures.isEmpty)
        #expect(try await schedule.run("2027-03-11") { $0.clock = $0.now.adding(seconds: -300) }.failures.isEmpty)
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

    @Test("a correction goes on saying why its period was sealed uncovered")
    func keepsReason() async throws {
        let schedule = try TestSchedule()
        try schedule.feed("2026-01")
        try await schedule.run("2026-02-01") { $0.uncovered = [.init("audit", "2026-01", reason: "feed was off")] }
        try schedule.feed("2026-01", id: "late")
        #expect(try await schedule.run("2026-02-01").corrected == 1)
        let bundle = try SealedLedger.bundle(schedule.folder.path + "/archive/2026/audit-2026-01-r1.zip")
        #expect(bundle["declared"]?["uncovered"] == .string("feed was off"))
    }

    @Test("several periods are sealed for one reason, each once it is due; one that is not is told")
    func sealsSeveral() async throws {
        let schedule = try TestSchedule()
        try schedule.feed("2026-01")
        let result = try await schedule.run("2026-03-05") { options in
            options.uncovered = ["2026-01", "2026-02", "2026-09"].map { .init("audit", $0, reason: "feed was off") }
        }
        #expect(result.sealed == 2 && result.failures.map(\.kind) == [.usage])
        #expect(result.failures.first?.message.contains("audit/2026-09 is not due") == true)
    }

    @Test("a reason for a period that is not due and open is told")
    func tellsUselessReason() async throws {
        let schedule = try TestSchedule()
        try schedule.feed("2026-01")
        try schedule.cover("2026-01")
        let result = try await schedule.run("2026-02-01") {
            $0.uncovered = [.init("audit", "2026-03", reason: "mistyped")]
        }
        #expect(result.sealed == 1 && result.failures.map(\.kind) == [.usage])
    }

    @Test("expected transitions are those that the archive's filters leave")
    func expectsFiltered() async throws {
        let schedule = try TestSchedule()
        schedule.plan.archives[0].selection.networks = ["a"]
        schedule.plan.archives[0].expectedTransitions = 1
        _ = try schedule.folder.write(
            Text.deployment("d-1", #","network":"b","createdAt":"2026-01-09T00:00:00Z""#) + "\n"
                + Text.deployment("d-2", #","network":"a","createdAt":"2026-01-09T00:00:00Z""#) + "\n"
                + Text.transition("t", "d-1", "Queued", "2026-01-10T10:00:00Z") + "\n", to: "in/a.ndjson")
        try schedule.cover("2026-01")
        #expect(try await schedule.run("2026-02-01").waiting == 1)
        #expect(try schedule.bundles().isEmpty)
    }

    @Test("a filter that no record matches is a reason to wait, with what may have been meant")
    func refusesUnknownFilter() async throws {
        let schedule = try TestSchedule()
        schedule.plan.archives[0].selection.networks = ["testnett"]
        _ = try schedule.folder.write(Text.deployment("d", #","network":"testnet""#) + "\n", to: "in/a.ndjson")
        try schedule.cover("2026-01")
        #expect(try await schedule.run("2026-02-01").waiting == 1)
        let page = try String(contentsOfFile: schedule.folder.path + "/archive/catalogue.html", encoding: .utf8)
        #expect(page.contains("did you mean testnet?"))
    }

    @Test("other filters, or another length of periods, under the same name are refused")
    func refusesOtherSeries() async throws {
        let schedule = try TestSchedule()
        try schedule.feed("2026-01")
        try schedule.cover("2026-01")
        try await schedule.run("2026-02-01")
        schedule.plan.archives[0].selection.basis = .created
        #expect(try await schedule.run("2026-02-01").failures.first?.kind == .usage)
        schedule.plan.archives[0].selection.basis = .activity
        schedule.plan.archives[0].length = .week
        let weeks = try await schedule.run("2026-03-01")
        #expect(weeks.failures.map(\.kind) == [.usage] && weeks.sealed == 0)
    }

    @Test("a ledger that is gone is not begun anew beside its journal, and one that cannot be read moves no file")
    func keepsToItsLedger() async throws {
        let schedule = try TestSchedule()
        schedule.plan.sources[0] = ScheduledSource(
            name: "feed", location: .spool(schedule.folder.path + "/spool"), coverage: .unchecked)
        try schedule.feed("2026-01", to: "spool")
        try await schedule.run("2026-01-20")
        try schedule.feed("2026-02", to: "spool")
        let ledger = try Data(contentsOf: URL(fileURLWithPath: schedule.plan.ledger))
        try Data("no ledger at all".utf8).write(to: URL(fileURLWithPath: schedule.plan.ledger))
        await #expect(throws: EnvironmentError.self) { try await schedule.run("2026-01-20") }
        for suffix in ["", "-wal", "-shm", ".checkpoint"] {
            try? FileManager.default.removeItem(atPath: schedule.plan.ledger + suffix)
        }
        await #expect {
            try await schedule.run("2026-01-20")
        } throws: { ($0 as? EnvironmentError)?.kind == .brokenChain }
        #expect(try schedule.files("spool") == ["done/t-2026-01.ndjson", "t-2026-02.ndjson"])
        #expect(!ledger.isEmpty)
    }

    @Test("a folder for a year that is gone is made again")
    func makesYears() async throws {
        let schedule = try TestSchedule()
        schedule.plan.archives[0].length = .week
        schedule.plan.archives[0].begin = try #require(Period(label: "2026-W01"))
        try schedule.feed("2026-01")
        _ = try schedule.folder.write("2026-01-12T00:00:00Z\n", to: "covers")
        #expect(try await schedule.run("2026-01-12").sealed == 2)
        #expect(try schedule.bundles().first == "2026/audit-2026-w01.zip")
    }

    @Test("a dry run says what would be done, and does nothing")
    func foresees() async throws {
        let schedule = try TestSchedule()
        try schedule.feed("2026-01")
        try schedule.cover("2026-01")
        try await schedule.run("2026-02-01")
        try schedule.cover("2026-02")
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
