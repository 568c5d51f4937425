import Archive
import AuditModel
import BundleExport
import FileSystem
import Foundation
import Ledger
import LedgerUpkeep
import Signing
import Testing

@testable import Schedule

/// What has to hold before a run changes anything, in a dry run and in a run alike.
@Suite("What a run requires before it begins")
struct RunGateTests {
    private static let ledgerFiles = ["", ".checkpoint", ".journal", ".coverage.json"]

    /// January and February sealed; what `between` does to the ledger of January is kept in `old`.
    private static func twoMonths(_ between: (TestSchedule) throws -> Void = { _ in }) async throws -> TestSchedule {
        let schedule = try TestSchedule()
        try schedule.feed("2026-01")
        try schedule.cover("2026-01")
        try await schedule.run("2026-02-01")
        try between(schedule)
        try schedule.feed("2026-02")
        try schedule.cover("2026-02")
        try await schedule.run("2026-03-01")
        #expect(try schedule.bundles().count == 2)
        return schedule
    }

    private static func removeLedger(_ schedule: TestSchedule) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: schedule.folder.path)
        for name in names where name.hasPrefix("ledger") {
            try FileManager.default.removeItem(atPath: "\(schedule.folder.path)/\(name)")
        }
    }

    /// Everything below the folder, with contents; locks come and go.
    private static func contents(_ schedule: TestSchedule) throws -> [String: Data] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: schedule.folder.path)
        return Dictionary(
            uniqueKeysWithValues: names.compactMap { name in
                // Opening a file of SQLite may write to it; what it holds is compared by its checkpoint and journal.
                guard name != "ledger", !name.hasSuffix("lock"), !name.hasSuffix("-shm"), !name.hasSuffix("-wal")
                else { return nil }
                return FileManager.default.contents(atPath: "\(schedule.folder.path)/\(name)").map { (name, $0) }
            })
    }

    /// Requires that neither a dry run nor a run begins, for a reason, and that nothing changes.
    private static func refuses(
        _ schedule: TestSchedule, _ date: String, kind: EnvironmentError.Kind, because text: String
    ) async throws {
        let before = try contents(schedule)
        for isDryRun in [true, false] {
            let error = await #expect(throws: EnvironmentError.self) {
                try await schedule.run(date) { $0.isDryRun = isDryRun }
            }
            #expect(error?.kind == kind && error?.message.contains(text) == true, "\(String(describing: error))")
        }
        #expect(try contents(schedule) == before)
    }

    /// Requires that an archive stays as it is, for a reason, in a dry run and in a run.
    private static func leaves(
        _ schedule: TestSchedule, _ date: String, kind: EnvironmentError.Kind, because text: String
    ) async throws {
        let before = try contents(schedule).filter { $0.key.hasPrefix("archive") }
        for isDryRun in [true, false] {
            let result = try await schedule.run(date) { $0.isDryRun = isDryRun }
            #expect(result.failures.map(\.kind) == [kind] && result.sealed == 0, "\(result.failures)")
            #expect(result.failures.first?.message.contains(text) == true, "\(result.failures)")
        }
        #expect(try contents(schedule).filter { $0.key.hasPrefix("archive") } == before)
    }

    @Test("a ledger that was put back from an older backup is refused, before anything is taken in")
    func olderBackup() async throws {
        let schedule = try await Self.twoMonths { schedule in
            try LedgerView.backup(schedule.plan.ledger, to: schedule.folder.path + "/backup")
        }
        try Self.removeLedger(schedule)
        try LedgerView.backup(schedule.folder.path + "/backup", to: schedule.plan.ledger)
        #expect(try LedgerCheck.run(schedule.plan.ledger, isFull: true).problems == [])
        try await Self.refuses(schedule, "2026-04-01", kind: .brokenChain, because: "the ledger is an older copy")
        // Also if only the checkpoint of the archive was lost.
        try FileManager.default.removeItem(atPath: schedule.folder.path + "/archive/checkpoint")
        try await Self.refuses(schedule, "2026-04-01", kind: .brokenChain, because: "2026/audit-2026-02.zip")
    }

    @Test("a ledger that is gone beside an archive is not begun anew")
    func noLedger() async throws {
        let schedule = try await Self.twoMonths()
        try Self.removeLedger(schedule)
        try await Self.refuses(schedule, "2026-04-01", kind: .brokenChain, because: "has 2 bundles, but the ledger")
    }

    @Test("an older ledger's file beside a newer checkpoint is refused by a dry run too")
    func olderFile() async throws {
        let schedule = try await Self.twoMonths { schedule in
            try LedgerView.backup(schedule.plan.ledger, to: schedule.folder.path + "/backup")
        }
        for name in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: schedule.plan.ledger + name)
        }
        try FileManager.default.copyItem(atPath: schedule.folder.path + "/backup", toPath: schedule.plan.ledger)
        try await Self.refuses(schedule, "2026-04-01", kind: .brokenChain, because: "the ledger is an older copy")
    }

    @Test("another ledger, which sealed as many bundles, is refused")
    func otherLedger() async throws {
        let schedule = try await Self.twoMonths()
        let other = try TestSchedule()
        try other.feed("2026-01", id: "other")
        try other.cover("2026-02")
        try await other.run("2026-03-01")
        other.plan.archives[0].directory = schedule.folder.path + "/archive"
        try other.cover("2026-03")
        let before = try Self.contents(schedule)
        for isDryRun in [true, false] {
            let error = await #expect(throws: EnvironmentError.self) {
                try await other.run("2026-04-01") { $0.isDryRun = isDryRun }
            }
            #expect(error?.message.contains("other bundles than the ledger has sealed") == true)
        }
        #expect(try Self.contents(schedule) == before)
    }

    @Test("settings of a series that are changed afterwards seal nothing")
    func settings() async throws {
        let schedule = try await Self.twoMonths()
        try schedule.feed("2026-03")
        try schedule.cover("2026-03")
        let archive = schedule.plan.archives[0]
        schedule.plan.archives[0].selection.networks = ["mainnet-v1.0"]
        try await Self.leaves(schedule, "2026-04-02", kind: .usage, because: "other filters, or another basis")
        schedule.plan.archives[0] = archive
        schedule.plan.archives[0].length = .quarter
        schedule.plan.archives[0].begin = PeriodLength.quarter.period(containing: archive.begin.from)
        try await Self.leaves(schedule, "2026-04-03", kind: .usage, because: "expected month, found quarter")
        schedule.plan.archives[0] = archive
        schedule.plan.archives[0].begin = PeriodLength.month.period(after: archive.begin)
        try await Self.leaves(schedule, "2026-04-04", kind: .usage, because: "expected 2026-01, found 2026-02")
        schedule.plan.archives[0] = archive
        #expect(try await schedule.run("2026-04-05").sealed == 1)
    }

    /// What can happen to a folder, and how it is told.
    struct Damage: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let kind: EnvironmentError.Kind
        let text: String
        let make: @Sendable (String) throws -> Void

        init(
            _ name: String, _ kind: EnvironmentError.Kind, text: String,
            make: @escaping @Sendable (String) throws -> Void
        ) {
            testDescription = name
            self.kind = kind
            self.text = text
            self.make = make
        }
    }

    static let damages: [Damage] = [
        Damage("a bundle is gone", .noInput, text: "lacks 1 of 2 sealed bundles") {
            try FileManager.default.removeItem(atPath: $0 + "/2026/audit-2026-01.zip")
        },
        Damage("a bundle is empty", .brokenChain, text: "has 0 bytes, expected") {
            try Data().write(to: URL(fileURLWithPath: $0 + "/2026/audit-2026-01.zip"))
        },
        Damage("a bundle is cut", .brokenChain, text: "has 1000 bytes, expected") {
            let path = $0 + "/2026/audit-2026-02.zip"
            let bytes = try #require(FileManager.default.contents(atPath: path))
            try bytes.prefix(1000).write(to: URL(fileURLWithPath: path))
        },
        Damage("a bundle too many", .brokenChain, text: "such as 2026/other.zip") {
            try Data([1]).write(to: URL(fileURLWithPath: $0 + "/2026/other.zip"))
        },
        Damage("a year is lost", .noInput, text: "lacks 2 of 2 sealed bundles") {
            try FileManager.default.removeItem(atPath: $0 + "/2026")
        },
        Damage("the checkpoint is no checkpoint", .brokenChain, text: "is no signed checkpoint") {
            try Data("x".utf8).write(to: URL(fileURLWithPath: $0 + "/checkpoint"))
        },
        Damage("the catalogue of a year is gone", .unreadableInput, text: "does not list the bundles of its year") {
            try FileManager.default.removeItem(atPath: $0 + "/2026/catalogue.json")
        },
    ]

    @Test("what is wrong with the folder is told before anything is sealed", arguments: damages)
    func folder(_ damage: Damage) async throws {
        let schedule = try await Self.twoMonths()
        try damage.make(schedule.folder.path + "/archive")
        try schedule.feed("2026-03")
        try schedule.cover("2026-03")
        let before = try Self.contents(schedule).filter { $0.key.hasPrefix("archive") }
        for isDryRun in [true, false] {
            let result = try await schedule.run("2026-04-01") { $0.isDryRun = isDryRun }
            #expect(result.failures.contains { $0.kind == damage.kind && $0.message.contains(damage.text) })
            #expect(result.sealed == 0, "\(result.failures)")
        }
        #expect(try Self.contents(schedule).filter { $0.key.hasPrefix("archive") } == before)
    }

    @Test("retention counts from the time at which the machine sealed, whatever time an option named")
    func retention() async throws {
        let schedule = try TestSchedule()
        schedule.plan.archives[0].length = .year
        schedule.plan.archives[0].begin = PeriodLength.year.period(containing: try TestSchedule.time("2010-01-01"))
        schedule.plan.archives[0].retention = RetentionPolicy(keepYears: 5)
        schedule.plan.archives[0].retention?.prunesWithRun = true
        try schedule.feed("2010-03")
        try schedule.cover("2019")
        let clock = try TestSchedule.time("2026-11-27")
        try await schedule.run("2011-01-05") { $0.clock = clock }
        try await schedule.run("2020-01-05") { options in
            options.clock = clock
            options.isTimeConfirmed = true
        }
        #expect(try schedule.bundles().count == 10)
        let later = try await schedule.run("2026-11-27") { $0.isTimeConfirmed = true }
        #expect(later.removed == 0 && later.failures.isEmpty, "\(schedule.reports)")
        #expect(try schedule.bundles().count == 10)
    }
}
