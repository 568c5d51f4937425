import AuditModel
import BundleExport
import BundleFormat
import FileSystem
import Foundation
import Ledger
import RecordAnalysis
import Signing
import StrictJSON
import Testing

@testable import Archive
@testable import ArchiveFormat
@testable import BundleVerifier
@testable import Schedule

/// An archive of the years 2026 to 2035, each sealed on the second day after it, with 2027 corrected in 2030.
enum Decade {
    static let made = Task { () -> (folder: Folder, plan: SchedulePlan) in
        let schedule = try TestSchedule()
        schedule.plan.archives[0].length = .year
        schedule.plan.archives[0].begin = Period(
            from: try TestSchedule.time("2026-01-01"), to: try TestSchedule.time("2027-01-01"), label: "2026")
        schedule.plan.archives[0].retention = RetentionPolicy(keepYears: 7)
        try schedule.feed("2027-03")
        for year in 2026...2035 {
            if year == 2030 { try schedule.feed("2027-03", id: "late") }
            try schedule.cover("\(year)")
            try await schedule.run("\(year + 1)-01-02")
        }
        return (schedule.folder, schedule.plan)
    }

    static func copy() async throws -> TestSchedule { try TestSchedule(copying: try await made.value) }
}

extension TestSchedule {
    func prune(
        _ date: String, isDryRun: Bool = false, seed: UInt8 = 7
    ) throws -> ScheduledPruning.Outcome {
        var options = ScheduleOptions(
            key: try SealedLedger.key(seed), now: try Self.time(date), toolVersion: "0.1.0")
        options.isDryRun = isDryRun
        var outcomes: [ScheduledPruning.Outcome] = []
        try ScheduledPruning.run(plan, options, archive: "audit") { outcomes.append($0) }
        return try #require(outcomes.first)
    }

    /// As of July 2036.
    func verify(time: Int64 = 2_100_000_000) async throws -> (status: Int32, text: String) {
        try await Archive.verify(directory, time: time)
    }

    fileprivate var catalogue: Catalogue {
        get throws {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/archive/catalogue.json"))
            return try #require(Catalogue(try JSONValue(parsing: Array(bytes))))
        }
    }

    /// What all years list.
    var entries: [CatalogueEntry] {
        get throws {
            try catalogue.years.flatMap { summary in
                let url = URL(fileURLWithPath: "\(folder.path)/archive/\(summary.year)/catalogue.json")
                return try #require(CatalogueYear(try JSONValue(parsing: Array(try Data(contentsOf: url))))).entries
            }.sorted { $0.position.sequence < $1.position.sequence }
        }
    }

    /// Changes what a year lists; the catalogue of the whole is made to agree.
    fileprivate func year(_ name: String, _ change: (inout CatalogueYear) -> Void) throws {
        let url = URL(fileURLWithPath: "\(directory)/\(name)/catalogue.json")
        var year = try #require(CatalogueYear(try JSONValue(parsing: Array(try Data(contentsOf: url)))))
        change(&year)
        try Data(year.value.file).write(to: url)
        var whole = try catalogue
        whole.update(year)
        try Data(whole.value.file).write(to: URL(fileURLWithPath: directory + "/catalogue.json"))
    }

    /// Removes 2028 and 2029 too, whose positions follow each other behind one that stays.
    func buryMore() throws {
        plan.archives[0].retention = RetentionPolicy(keepYears: 5)
        let removed = try prune("2036-01-02").removed
        try #require(removed.starts(with: ["2028/audit-2028.zip", "2029/audit-2029.zip"]), "\(removed)")
    }

    func tombstones(_ change: (inout [Tombstone]) -> Void, seed: UInt8 = 7) throws {
        let url = URL(fileURLWithPath: directory + "/tombstones")
        let note = try SignedNote(parsing: Array(try Data(contentsOf: url)))
        var list = try #require(Tombstones.read(note.text, archive: "audit"))
        change(&list)
        let text = Tombstones.text(list, archive: "audit")
        try Data(
            SignedNote(signing: text, name: Tombstones.origin("audit"), with: try SealedLedger.key(seed)).bytes
        ).write(to: url)
    }
}

@Suite("Retention")
struct RetentionTests {
    @Test("a bundle that retention removed is not made again where it stood, and may be made elsewhere")
    func remake() async throws {
        let schedule = try await Decade.copy()
        _ = try schedule.prune("2036-01-02")
        let folder = schedule.folder.path + "/archive"
        let options = { (directory: String, keepsYears: Bool) in
            var export = ExportOptions(key: try SealedLedger.key(), toolVersion: "0.1.0")
            export.analysis.selection.period = Period(label: "2026")
            export.directory = directory
            var options = LedgerExportOptions(export: export, now: try TestSchedule.time("2036-01-03"))
            options.ledger = schedule.plan.ledger
            options.keepsYears = keepsYears
            return options
        }
        for (directory, keepsYears) in [(folder + "/2026", false), (folder, true), (folder + "/2026/../2026/", false)] {
            let error = await #expect(throws: EnvironmentError.self) {
                try await LedgerExport.run(options(directory, keepsYears))
            }
            #expect(error?.kind == .cannotCreate)
            #expect(error?.message.contains("was removed at 2036-01-02T00:00:00") == true, "\(error?.message ?? "")")
            #expect(error?.message.contains("retention of 7 years had expired") == true)
        }
        #expect(try schedule.bundles().contains("2026/audit-2026.zip") == false)
        let elsewhere = schedule.folder.path + "/elsewhere"
        try FileManager.default.createDirectory(atPath: elsewhere, withIntermediateDirectories: true)
        #expect(try await LedgerExport.run(options(elsewhere, false)).last?.name == "audit-2026")
    }

    @Test("what is old enough goes, tombstones stand for it, and the archive verifies; the rest has its reason")
    func removes() async throws {
        let schedule = try await Decade.copy()
        let before = try schedule.bundles()
        #expect(try schedule.prune("2036-01-02", isDryRun: true).decisions.count { $0.state == .mayGo } == 1)
        #expect(try schedule.bundles() == before)
        let outcome = try schedule.prune("2036-01-02")
        #expect(outcome.removed == ["2026/audit-2026.zip"])
        let left = try schedule.bundles()
        #expect(before.filter { !left.contains($0) } == outcome.removed)
        let reasons = Dictionary(
            outcome.decisions.map { ($0.entry.position.name, $0.reason) }, uniquingKeysWith: { $1 })
        #expect(reasons["audit-2026"] == "kept 7 years, until 2034-01-02")
        #expect(reasons["audit-2027"] == "until 2038-01-02, 7 years after it was last sealed")
        #expect(reasons["audit-2035"] == "the last position vouches for all before it")
        let (status, text) = try await schedule.verify()
        #expect(status == 0, "\(text)")
        #expect(text.contains("expected 11 bundles, found 10 and 1 tombstone, 10 of 10 valid"))
        let early = try await schedule.verify(time: 1_800_000_000)
        #expect(early.status == 13 && early.text.contains("which is after the time of this check"), "\(early.text)")
        let again = try schedule.prune("2036-01-02")
        #expect(again.removed.isEmpty && again.decisions.first?.state == .removed)
        let entry = try #require(try schedule.entries.first)
        #expect(entry.removed?.text.hasPrefix("2036-01-02") == true)
        let page = try String(contentsOfFile: schedule.directory + "/catalogue.html", encoding: .utf8)
        #expect(page.contains("retention expired") && !page.contains("href=\"2026/audit-2026.zip\""))
    }

    @Test("a removed bundle that is there again is named, and removed again", arguments: [true, false])
    func comesBack(prunesWithRun: Bool) async throws {
        let schedule = try await Decade.copy()
        let before = try schedule.bundles()
        let path = schedule.directory + "/" + before[0]
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        _ = try schedule.prune("2036-01-02")
        #expect(try !schedule.bundles().contains(before[0]))
        let without = try schedule.bundles()
        try bytes.write(to: URL(fileURLWithPath: path))
        schedule.plan.archives[0].retention?.prunesWithRun = prunesWithRun
        let result = try await schedule.run("2036-01-03")
        if prunesWithRun {
            #expect(result.removed == 1 && result.failures.isEmpty, "\(schedule.reports)")
        } else {
            #expect(result.failures.map(\.kind) == [.brokenChain], "\(schedule.reports)")
            #expect(result.failures.first?.message.contains("again that retention had removed") == true)
            _ = try schedule.prune("2036-01-03")
        }
        #expect(try schedule.bundles() == without)
        #expect(try await schedule.run("2036-01-04").failures.isEmpty)
        #expect(try await schedule.verify().status == 0)
    }

    @Test("a prune that was stopped between the two copies of its tombstones goes on")
    func stoppedBetween() async throws {
        let pruned = try await Decade.copy()
        _ = try pruned.prune("2036-01-02")
        let schedule = try await Decade.copy()
        let copies = [pruned, schedule].map { $0.plan.ledger + ".archive-audit.tombstones" }
        try FileManager.default.copyItem(atPath: copies[0], toPath: copies[1])
        #expect(try await schedule.run("2036-01-03").failures.isEmpty, "\(schedule.reports)")
        #expect(try schedule.prune("2036-01-03").removed.count == 1)
    }

    @Test("what was removed does not come back by a repair")
    func staysRemoved() async throws {
        let schedule = try await Decade.copy()
        _ = try schedule.prune("2036-01-02")
        let before = try schedule.bundles()
        var options = ScheduleOptions(
            key: try SealedLedger.key(), now: try TestSchedule.time("2036-01-02"), toolVersion: "0.1.0")
        options.isTimeConfirmed = true
        try FileManager.default.removeItem(atPath: schedule.directory + "/" + before[0])
        var outcomes: [ArchiveRepair.Outcome] = []
        try await ArchiveRepair.run(schedule.plan, options, request: ArchiveRepair.Request()) { outcomes.append($1) }
        #expect(outcomes == [.made(before[0])])
        #expect(try schedule.bundles() == before)
    }

    @Test("runs go on behind removed bundles; one of a policy that says so removes, with an earlier key's tombstones")
    func goesOn() async throws {
        let schedule = try await Decade.copy()
        _ = try schedule.prune("2036-01-02")
        try schedule.cover("2036")
        #expect(try await schedule.run("2037-01-02") { $0.key = (try? SealedLedger.key(8)) ?? $0.key }.sealed == 1)
        let note = try SignedNote(
            parsing: Array(try Data(contentsOf: URL(fileURLWithPath: schedule.directory + "/tombstones"))))
        #expect(try note.isSigned(by: SealedLedger.key(8).publicKey, name: Tombstones.origin("audit")))
        schedule.plan.archives[0].retention?.prunesWithRun = true
        try schedule.cover("2039")
        try await schedule.run("2040-01-02") { options in
            options.key = (try? SealedLedger.key(8)) ?? options.key
            options.clock = (try? TestSchedule.time("2038-01-02")) ?? options.clock
            options.isTimeConfirmed = true
        }
        #expect(schedule.reports.filter { $0.contains("removed") }.count == 5)
        try await schedule.run("2045-01-02") { options in
            options.isDryRun = true
            options.isTimeConfirmed = true
            options.key = (try? SealedLedger.key(8)) ?? options.key
        }
        #expect(schedule.reports.contains { $0.hasPrefix("would remove 2031/audit-2031.zip of archive audit: kept 7") })
        #expect(try schedule.entries.last?.label == "2039")
    }

    @Test("a bundle of which a late record is corrected stays corrected though it was removed")
    func correctsRemoved() async throws {
        let schedule = try await Decade.copy()
        _ = try schedule.prune("2036-01-02")
        try schedule.feed("2026-05", id: "later")
        try await schedule.run("2036-02-01")
        #expect(schedule.reports.contains("audit: corrected audit-2026-r1"))
        let (status, text) = try await schedule.verify()
        #expect(status == 0, "\(text)")
        #expect(try schedule.prune("2042-01-02").removed.isEmpty)
    }

    @Test("nothing goes before its time: a hold, a clock ahead, a correction, a minimum")
    func keeps() async throws {
        let schedule = try await Decade.copy()
        let (catalogue, entries) = (try schedule.catalogue, try schedule.entries)
        func going(_ policy: RetentionPolicy, _ date: String) throws -> [String] {
            policy.decide(
                entries, in: RetentionPolicy.Series(last: 11, end: catalogue.years.last?.to),
                now: try TestSchedule.time(date)
            ).filter {
                $0.state == .mayGo
            }.map(
                \.entry.label)
        }
        // The archive ends with 2035, whatever the clock says.
        #expect(try going(RetentionPolicy(keepYears: 7), "2999-01-01") == ["2026"])
        #expect(try going(RetentionPolicy(keepYears: 7), "2035-12-31") == ["2026"])
        #expect(try going(RetentionPolicy(keepYears: 5), "2036-01-01") == ["2026", "2028", "2029"])
        #expect(try going(RetentionPolicy(keepYears: 0), "2036-01-01") == ["2026", "2028", "2029"])
        #expect(try going(RetentionPolicy(keepYears: 5), "2032-01-01").isEmpty)
        // Years of which nothing can be old enough are not even read.
        let old = RetentionPolicy(keepYears: 5).oldYears(catalogue, now: try TestSchedule.time("2033-01-01"))
        #expect(old == ["2026", "2027", "2028"])
        var held = RetentionPolicy(keepYears: 5)
        held.holds = [
            .init(name: "CASE-1", reason: "court", to: try TestSchedule.time("2027-01-01")),
            .init(name: "CASE-2", reason: "court", from: try TestSchedule.time("2029-06-01")),
        ]
        #expect(try going(held, "2036-01-01") == ["2028"])
        #expect(
            held.decide(
                entries, in: RetentionPolicy.Series(last: 11, end: catalogue.years.last?.to),
                now: try TestSchedule.time("2036-01-01"))[0]
                .reason
                == "hold CASE-1: court")
    }

    @Test("a run that was killed between the steps is gone on with")
    func survivesKill() async throws {
        let schedule = try await Decade.copy()
        let bundle = schedule.directory + "/2026/audit-2026.zip"
        let lists = ["/2026/catalogue.json", "/catalogue.json"].map { schedule.directory + $0 }
        let bytes = FileManager.default.contents(atPath: bundle)
        let listed = lists.map { FileManager.default.contents(atPath: $0) }
        let memory = schedule.plan.ledger + ".archive-audit.json"
        let remembered = FileManager.default.contents(atPath: memory)
        @discardableResult func restore(_ index: Int) -> Bool {
            FileManager.default.createFile(atPath: lists[index], contents: listed[index])
        }
        _ = try schedule.prune("2036-01-02")
        // Before the catalogue of the whole was written.
        restore(1)
        #expect(try await schedule.verify().text.contains("says something else of 2026 than"))
        #expect(try await schedule.run("2036-01-03").isComplete)
        #expect(try schedule.catalogue.years[0].removed == 1)
        // Before that of the year was.
        restore(0)
        restore(1)
        #expect(try await schedule.verify().status == 0)
        #expect(try await schedule.run("2036-01-03").isComplete)
        #expect(try schedule.entries[0].removed != nil)
        // Before the bundle was removed.
        restore(0)
        restore(1)
        #expect(FileManager.default.createFile(atPath: memory, contents: remembered))
        #expect(FileManager.default.createFile(atPath: bundle, contents: bytes))
        #expect(try await schedule.verify().status == 0)
        #expect(try await schedule.run("2036-01-03").isComplete)
        #expect(try schedule.prune("2036-01-04").removed == ["2026/audit-2026.zip"])
        #expect(try await schedule.verify().status == 0)
        #expect(try schedule.entries[0].removed?.text.hasPrefix("2036-01-02") == true)
    }

    /// Changes to files that nobody signs, each of which would have something removed that has to stay, or told wrongly.
    private static let lures: [(name: String, change: @Sendable (TestSchedule) throws -> Void)] = [
        (
            "a path that leads elsewhere",
            { schedule in
                try schedule.year("2028") { $0.entries[0].path = "2028/../../ledger" }
            }
        ),
        (
            "an earlier sealing",
            { schedule in
                try schedule.year("2027") { year in
                    for index in year.entries.indices { year.entries[index].sealed = year.entries[index].position.to }
                }
            }
        ),
        ("another period", { try $0.year("2028") { $0.entries[0].position.to = $0.entries[0].position.from } }),
        ("other figures", { try $0.year("2028") { $0.entries[0].errors += 1 } }),
        (
            "another bundle in its place",
            { schedule in
                let folder = schedule.directory
                try FileManager.default.removeItem(atPath: folder + "/2028/audit-2028.zip")
                try FileManager.default.copyItem(
                    atPath: folder + "/2029/audit-2029.zip", toPath: folder + "/2028/audit-2028.zip")
            }
        ),
        (
            "tombstones taken away, and their number too",
            { schedule in
                try FileManager.default.removeItem(atPath: schedule.directory + "/tombstones")
                let url = URL(fileURLWithPath: schedule.directory + "/catalogue.json")
                var catalogue = try schedule.catalogue
                for index in catalogue.years.indices { catalogue.years[index].removed = 0 }
                try Data(catalogue.value.file).write(to: url)
            }
        ),
    ]

    @Test("nothing is removed on the word of files that nobody signs", arguments: lures.indices)
    func believesLedger(_ lure: Int) async throws {
        let schedule = try await Decade.copy()
        _ = try schedule.prune("2036-01-02")
        schedule.plan.archives[0].retention = RetentionPolicy(keepYears: 5)
        try Self.lures[lure].change(schedule)
        let before = try schedule.files("")
        #expect(throws: EnvironmentError.self, "\(Self.lures[lure].name)") { try schedule.prune("2036-01-03") }
        #expect(
            try schedule.files("").filter { !$0.hasSuffix("catalogue.json") }
                == before.filter { !$0.hasSuffix("catalogue.json") })
    }

    @Test("a link in the place of a file that is to be written is not followed")
    func followsNoLink() async throws {
        let schedule = try await Decade.copy()
        let precious = try schedule.folder.write("precious", to: "precious")
        for name in ["checkpoint.new", "catalogue.json.new"] {
            try FileManager.default.createSymbolicLink(
                atPath: schedule.directory + "/" + name, withDestinationPath: "../precious")
        }
        try schedule.cover("2036")
        #expect(try await schedule.run("2037-01-02").sealed == 1)
        #expect(try String(contentsOfFile: precious, encoding: .utf8) == "precious")
        #expect(try await schedule.verify().status == 0)
    }

    @Test(
        "tombstones that are lost come back from beside the ledger; without them too, nothing that expired is made again"
    )
    func restoresTombstones() async throws {
        let schedule = try await Decade.copy()
        _ = try schedule.prune("2036-01-02")
        let path = schedule.directory + "/tombstones"
        let before = try Data(contentsOf: URL(fileURLWithPath: path))
        let bundles = try schedule.bundles()
        var options = ScheduleOptions(
            key: try SealedLedger.key(), now: try TestSchedule.time("2036-01-03"), toolVersion: "0.1.0")
        options.isTimeConfirmed = true
        func repair(_ change: (inout ArchiveRepair.Request) -> Void = { _ in }) async throws -> [ArchiveRepair.Outcome]
        {
            var request = ArchiveRepair.Request()
            change(&request)
            var outcomes: [ArchiveRepair.Outcome] = []
            try await ArchiveRepair.run(schedule.plan, options, request: request) { outcomes.append($1) }
            return outcomes
        }
        try Data("cut".utf8).write(to: URL(fileURLWithPath: path))
        #expect(try await schedule.run("2036-01-03").failures.map(\.kind) == [.brokenChain])
        #expect(try await repair().contains(.made("tombstones")))
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
        #expect(try await schedule.run("2036-01-03").isComplete)
        // Both lost: what expired stays away until somebody says so, or a copy has them.
        let copy = schedule.folder.path + "/copy"
        try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.removeItem(atPath: schedule.plan.ledger + ".archive-audit.tombstones")
        let outcomes = try await repair()
        guard case .failed("2026/audit-2026.zip", let error) = outcomes.first else {
            Issue.record("\(outcomes)")
            return
        }
        #expect(error.message.contains("retention has expired"))
        #expect(try schedule.bundles() == bundles)
        try before.write(to: URL(fileURLWithPath: copy + "/tombstones"))
        #expect(try await repair { $0.copies = [copy] } == [.made("tombstones")])
        #expect(try await schedule.run("2036-01-04").isComplete)
        #expect(try await schedule.verify().status == 0)
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.removeItem(atPath: schedule.plan.ledger + ".archive-audit.tombstones")
        let made = try await repair { $0.includesExpired = true }
        #expect(made == [.made("2026/audit-2026.zip"), .made("catalogue.json")])
        #expect(try schedule.prune("2036-01-05").removed == ["2026/audit-2026.zip"])
        #expect(try await schedule.run("2036-01-05").isComplete)
        #expect(try await schedule.verify().status == 0)
    }

    @Test("a year whose bundles were all removed may lose its folder")
    func emptiedYear() async throws {
        let schedule = try await Decade.copy()
        _ = try schedule.prune("2036-01-02")
        let before = try schedule.files("archive")
        try FileManager.default.removeItem(atPath: schedule.directory + "/2026")
        #expect(try await schedule.run("2036-01-03") { $0.isDryRun = true }.failures.isEmpty)
        #expect(try await schedule.run("2036-01-03").isComplete, "\(schedule.reports)")
        #expect(try schedule.files("archive") == before)
        #expect(try await schedule.verify().status == 0)
    }

    @Test("what is kept only because the archive ends earlier is said so")
    func endsEarlier() async throws {
        let schedule = try await Decade.copy()
        schedule.plan.archives[0].retention = RetentionPolicy(keepYears: 7)
        let reasons = try schedule.prune("2037-06-01", isDryRun: true).decisions.map(\.reason)
        #expect(
            reasons.contains(
                "kept 7 years, until 2036-01-02, but the sealed periods end 2036-01-01: it may go when a period that ends after "
                    + "2036-01-02 is sealed"), "\(reasons)")
    }

    @Test("tombstones that are gone are told with every run, and nothing more is removed")
    func tellsOfLostTombstones() async throws {
        let schedule = try await Decade.copy()
        _ = try schedule.prune("2036-01-02")
        try FileManager.default.removeItem(atPath: schedule.directory + "/tombstones")
        #expect(try await schedule.run("2036-01-03").failures.map(\.kind) == [.noInput])
        #expect(throws: EnvironmentError.self) { try schedule.prune("2036-01-02") }
    }

    @Test("a bundle that is not the sealed one is not removed, nor is any other")
    func checksBeforeRemoval() async throws {
        let schedule = try await Decade.copy()
        let before = try schedule.bundles()
        try FileManager.default.removeItem(atPath: schedule.directory + "/2026/audit-2026.zip")
        try FileManager.default.copyItem(
            atPath: schedule.directory + "/2028/audit-2028.zip", toPath: schedule.directory + "/2026/audit-2026.zip")
        #expect(throws: EnvironmentError.self) { try schedule.prune("2036-01-02") }
        #expect(try schedule.bundles() == before)
        #expect(!FileManager.default.fileExists(atPath: schedule.directory + "/tombstones"))
    }

    @Test("without a policy nothing is removed, and it is said")
    func needsPolicy() async throws {
        let schedule = try await Decade.copy()
        schedule.plan.archives[0].retention = nil
        let error = #expect(throws: EnvironmentError.self) { try schedule.prune("2036-01-02") }
        #expect(error?.kind == .usage && error?.message.contains("everything is kept") == true)
        schedule.plan.archives[0].retention = RetentionPolicy(keepYears: 7)
        try FileManager.default.removeItem(atPath: schedule.plan.ledger)
        let missing = #expect(throws: EnvironmentError.self) { try schedule.prune("2036-01-02") }
        #expect(missing?.kind == .noInput)
    }

    @Test(
        "years are added by the calendar",
        arguments: [("2024-02-29", 7, "2031-03-01"), ("2026-02-28", 5, "2031-02-28")])
    func years(_ date: String, _ years: Int, _ expected: String) throws {
        #expect(try TestSchedule.time(date).adding(years: years) == TestSchedule.time(expected))
    }
}
