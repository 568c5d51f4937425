import AuditModel
import BundleFormat
import FileSystem
import Foundation
import MerkleTree
import StrictJSON
import Testing

@testable import ArchiveFormat
@testable import BundleExport
@testable import BundleRendering
@testable import Schedule

/// Four months around a new year, made once; each test changes a copy.
private enum NewYear {
    static let made = Task { () -> (folder: Folder, plan: SchedulePlan) in
        let schedule = try TestSchedule()
        schedule.plan.archives[0].begin = try #require(Period(label: "2026-11"))
        for month in ["2026-11", "2027-01"] { try schedule.feed(month) }
        try schedule.cover("2027-02")
        try await schedule.run("2027-03-01")
        return (schedule.folder, schedule.plan)
    }

    static func copy() async throws -> TestSchedule { try TestSchedule(copying: try await made.value) }
}

@Suite("Years of a catalogue")
struct CatalogueYearTests {
    private static func bytes(_ schedule: TestSchedule, _ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: schedule.folder.path + "/archive/" + name)))
    }

    private static func put(_ bytes: [UInt8], _ schedule: TestSchedule, _ name: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: schedule.folder.path + "/archive/" + name))
    }

    private static let files = [
        "2026/catalogue.html", "2026/catalogue.json", "2027/catalogue.html", "2027/catalogue.json", "catalogue.html",
        "catalogue.json", "checkpoint",
    ]

    private static func all(_ schedule: TestSchedule) throws -> [[UInt8]] {
        try files.map { try bytes(schedule, $0) }
    }

    @Test("each year lists its bundles in its folder, with a page whose links lead to them")
    func lists() async throws {
        let schedule = try await NewYear.copy()
        let year = try #require(CatalogueYear(try JSONValue(parsing: Self.bytes(schedule, "2027/catalogue.json"))))
        #expect(year.entries.map(\.path) == ["2027/audit-2027-01.zip", "2027/audit-2027-02.zip"])
        #expect(year.entries.map(\.position.sequence) == [3, 4])
        let catalogue = try #require(Catalogue(try JSONValue(parsing: Self.bytes(schedule, "catalogue.json"))))
        #expect(catalogue.years.map(\.periods) == [2, 2] && catalogue.years[1] == year.summary)
        #expect(catalogue.years[0].months.map(\.label) == ["2026-11", "2026-12"])
        #expect(catalogue.size == 4 && catalogue.last == year.entries.last)
        let page = String(decoding: try Self.bytes(schedule, "2027/catalogue.html"), as: UTF8.self)
        #expect(page.contains("href=\"../2027/audit-2027-02.zip\"") && page.contains("href=\"../catalogue.html\""))
        #expect(!page.contains("audit-2026") && page.contains("verify --archive .. --trust"))
        #expect(try await Archive.verify(schedule.folder.path + "/archive").status == 0)
    }

    @Test("a catalogue of another year that is damaged is told before anything is sealed or taken in")
    func leavesOthers() async throws {
        let schedule = try await NewYear.copy()
        try Self.put(Array("{}\n".utf8), schedule, "2026/catalogue.json")
        // So many that the page of the archive does not list them.
        var catalogue = try #require(Catalogue(try JSONValue(parsing: Self.bytes(schedule, "catalogue.json"))))
        catalogue.years[0].bundles = 1_000
        try Self.put(catalogue.value.file, schedule, "catalogue.json")
        try schedule.cover("2027-03")
        for isDryRun in [true, false] {
            let result = try await schedule.run("2027-04-01") { $0.isDryRun = isDryRun }
            #expect(result.failures.map(\.kind) == [.unreadableInput] && result.sealed == 0)
        }
        #expect(try Self.bytes(schedule, "2026/catalogue.json") == Array("{}\n".utf8))
    }

    @Test("a run that was stopped between any two files is gone on with", arguments: 1...6)
    func goesOn(written: Int) async throws {
        let schedule = try await NewYear.copy()
        try schedule.cover("2027-03")
        let before = try Self.all(schedule)
        try await schedule.run("2027-04-01")
        let after = try Self.all(schedule)
        #expect(zip(before, after).map { $0 != $1 } == [false, false, true, true, true, true, true])
        // The files of 2026 do not change: the order is that of ``files``.
        for index in max(2, written)..<7 { try Self.put(before[index], schedule, Self.files[index]) }
        #expect(try await schedule.run("2027-04-01").isComplete)
        #expect(try Self.all(schedule) == after)
    }

    @Test("a tree that somebody changed is not signed: what was sealed tells")
    func mendsTree() async throws {
        let schedule = try await NewYear.copy()
        var catalogue = try #require(Catalogue(try JSONValue(parsing: Self.bytes(schedule, "catalogue.json"))))
        let whole = catalogue.tree
        catalogue.tree = Catalogue.tree([MerkleDigest](repeating: MerkleHash.emptyRoot, count: 4))
        try Self.put(catalogue.value.file, schedule, "catalogue.json")
        #expect(try await schedule.run("2027-03-01").isComplete)
        let mended = try #require(Catalogue(try JSONValue(parsing: Self.bytes(schedule, "catalogue.json"))))
        #expect(mended.tree == whole)
        #expect(try await Archive.verify(schedule.folder.path + "/archive").status == 0)
    }

    @Test("a catalogue that is gone is made anew from the bundles; a year that lists less is told")
    func isMadeAnew() async throws {
        let schedule = try await NewYear.copy()
        let before = try Self.all(schedule)
        for name in Self.files where name.hasSuffix(".json") {
            try FileManager.default.removeItem(atPath: schedule.folder.path + "/archive/" + name)
        }
        #expect(try await schedule.run("2027-03-01").isComplete)
        #expect(try Self.all(schedule) == before)
        var short = try #require(Catalogue(try JSONValue(parsing: Self.bytes(schedule, "catalogue.json"))))
        short.years.removeFirst()
        try Self.put(short.value.file, schedule, "catalogue.json")
        #expect(try await schedule.run("2027-03-01").isComplete)
        #expect(try Self.all(schedule) == before)
        try FileManager.default.removeItem(atPath: schedule.folder.path + "/archive/2027/catalogue.json")
        try schedule.cover("2027-03")
        #expect(try await schedule.run("2027-04-01").failures.map(\.kind) == [.unreadableInput])
    }

    @Test("the page of the archive lists the newest years that hold 400 bundles, and one at least; others have a link")
    func listsRecent() throws {
        func year(_ name: String, _ count: Int) -> CatalogueYear.Summary {
            var summary = CatalogueYear.Summary(year: name)
            (summary.bundles, summary.periods) = (count, count)
            return summary
        }
        var catalogue = Catalogue(archive: "audit", basis: "activity", filters: .object([:]))
        catalogue.years = [year("2024", 366), year("2025", 30), year("2026", 365), year("2027", 35)]
        #expect(CataloguePage.recentYears(catalogue) == ["2027", "2026"])
        catalogue.years.append(year("2028", 4000))
        #expect(CataloguePage.recentYears(catalogue) == ["2028"])
        catalogue.tree = Catalogue.tree([MerkleHash.emptyRoot])
        let page = String(decoding: try CataloguePage(toolVersion: "1").render(catalogue, []), as: UTF8.self)
        #expect(page.contains("<a href=\"2024/catalogue.html\">2024</a>") && page.contains("Bundles of 2028"))
        #expect(page.contains("\(HTML.count(4_796)) periods in"))
    }
}
