import AuditModel
import BundleFormat
import FileSystem
import Foundation
import Signing
import StrictJSON
import Testing

@testable import Archive
@testable import ArchiveFormat
@testable import Schedule

/// Four months, made once; each test changes a copy.
private enum FourMonths {
    static let made = Task { () -> (folder: Folder, plan: SchedulePlan) in
        let schedule = try TestSchedule()
        for month in ["2026-01", "2026-03"] { try schedule.feed(month) }
        try schedule.cover("2026-04")
        try await schedule.run("2026-05-01")
        return (schedule.folder, schedule.plan)
    }

    static func copy() async throws -> TestSchedule { try TestSchedule(copying: try await made.value) }
}

extension TestSchedule {
    var directory: String { plan.archives[0].directory }

    fileprivate func bytes(_ name: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: "\(directory)/\(name)"))
    }

    fileprivate func put(_ data: Data, _ name: String) throws {
        try data.write(to: URL(fileURLWithPath: "\(directory)/\(name)"))
    }

    fileprivate func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: "\(directory)/\(name)")
    }

    /// Changes one byte of a file, so that it keeps its length.
    fileprivate func flip(_ name: String) throws {
        var data = try bytes(name)
        data[data.startIndex + data.count / 2] ^= 1
        try put(data, name)
    }

    fileprivate func repair(
        _ date: String, _ change: (inout ArchiveRepair.Request, inout ScheduleOptions) -> Void = { _, _ in }
    ) async throws -> [ArchiveRepair.Outcome] {
        var options = ScheduleOptions(key: try SealedLedger.key(), now: try Self.time(date), toolVersion: "0.1.0")
        options.isTimeConfirmed = true
        var request = ArchiveRepair.Request()
        change(&request, &options)
        var outcomes: [ArchiveRepair.Outcome] = []
        try await ArchiveRepair.run(plan, options, request: request) { outcomes.append($1) }
        return outcomes
    }
}

@Suite("What the folder of an archive is believed")
struct ArchiveFolderTests {
    @Test("figures and names that somebody wrote into the catalogues do not go on into the next page")
    func forged() async throws {
        let schedule = try await FourMonths.copy()
        let before = try ["catalogue.json", "2026/catalogue.json", "catalogue.html"].map(schedule.bytes)
        var year = try #require(CatalogueYear(try JSONValue(parsing: Array(try schedule.bytes("2026/catalogue.json")))))
        year.entries[0].errors = 4_711
        year.entries[1].label = "2026-05; touch X #"
        var whole = try #require(Catalogue(try JSONValue(parsing: Array(try schedule.bytes("catalogue.json")))))
        whole.update(year)
        try schedule.put(Data(year.value.file), "2026/catalogue.json")
        try schedule.put(Data(whole.value.file), "catalogue.json")
        let planned = try await schedule.run("2026-05-02") { $0.isDryRun = true }
        #expect(planned.failures.isEmpty && schedule.reports == ["audit: remade its catalogue"])
        #expect(try await schedule.run("2026-05-02").failures.isEmpty)
        #expect(schedule.reports.contains("audit: remade its catalogue"))
        #expect(try ["catalogue.json", "2026/catalogue.json", "catalogue.html"].map(schedule.bytes) == before)
        try await schedule.run("2026-05-02")
        #expect(!schedule.reports.contains("audit: remade its catalogue"))
    }

    @Test(
        "each run reads a share of the bundles, and all come round; a change that keeps the length is found and kept in mind"
    )
    func share() async throws {
        let schedule = try await FourMonths.copy()
        schedule.plan.archives[0].verifyShare = .percent(50)
        try await schedule.run("2026-05-02")
        #expect(schedule.reports.contains("audit: checked 2 of 4"))
        let before = try schedule.bytes("2026/audit-2026-03.zip")
        try schedule.flip("2026/audit-2026-03.zip")
        for isDryRun in [true, false] {
            let result = try await schedule.run("2026-05-03") { $0.isDryRun = isDryRun }
            #expect(result.failures.map(\.kind) == [.brokenChain], "\(result.failures)")
            #expect(result.archives[0].checked == 2 && result.archives[0].damaged == 1)
        }
        let page = String(decoding: try schedule.bytes("catalogue.html"), as: UTF8.self)
        #expect(page.contains("damaged: position 3") && page.contains("2 bundles on 2026-05-03"))
        // Nothing more is sealed until it is put back.
        try schedule.cover("2026-05")
        let result = try await schedule.run("2026-06-02")
        #expect(result.sealed == 0 && result.failures.map(\.kind) == [.brokenChain])
        #expect(try await schedule.repair("2026-06-02").contains(.made("2026/audit-2026-03.zip")))
        #expect(try schedule.bytes("2026/audit-2026-03.zip") == before)
        try schedule.remove("2026/audit-2026-03.zip.damaged")
        let after = try await schedule.run("2026-06-02")
        #expect(after.failures.isEmpty && after.sealed == 1 && after.archives[0].damaged == 0, "\(after.failures)")
        #expect(try await Archive.verify(schedule.directory).status == 0)
    }

    @Test("a share is a part of a hundred or a number", arguments: [("5%", 1), ("100%", 7), ("20", 7), ("3", 3)])
    func shares(_ text: String, _ count: Int) throws {
        #expect(try #require(VerifyShare(text)).count(of: 7) == count && VerifyShare(text)?.text == text)
        for text in ["0", "0%", "101%", "-1", "5 %", "x", ""] { #expect(VerifyShare(text) == nil) }
    }

    @Test("without the ledger a bundle comes from the copy that is whole, as the signed checkpoint vouches for it")
    func copies() async throws {
        let schedule = try await FourMonths.copy()
        let name = "2026/audit-2026-02.zip"
        let before = try schedule.bytes(name)
        let folders = ["bad", "good"].map { schedule.folder.path + "/" + $0 }
        for folder in folders { try FileManager.default.copyItem(atPath: schedule.directory, toPath: folder) }
        try Data(before.dropLast(9)).write(to: URL(fileURLWithPath: folders[0] + "/" + name))
        try schedule.remove(name)
        try FileManager.default.removeItem(atPath: schedule.plan.ledger)
        for isDryRun in [true, false] {
            let outcomes = try await schedule.repair("2026-05-02") { request, options in
                request.copies = folders
                options.isDryRun = isDryRun
            }
            #expect(outcomes.contains(.copied(name, from: folders[1] + "/" + name)), "\(outcomes)")
            #expect(
                outcomes.contains { outcome in
                    if case .rejectedCopy(folders[0] + "/" + name, _) = outcome { true } else { false }
                })
            #expect(FileManager.default.fileExists(atPath: schedule.directory + "/" + name) != isDryRun)
        }
        #expect(try schedule.bytes(name) == before)
        #expect(try await Archive.verify(schedule.directory).status == 0)
        // A checkpoint that nobody signed vouches for nothing.
        try schedule.remove(name)
        for folder in [schedule.directory] + folders {
            try FileManager.default.removeItem(atPath: folder + "/checkpoint")
        }
        let outcomes = try await schedule.repair("2026-05-02") { request, _ in request.copies = folders }
        guard case .failed(_, let error) = outcomes.first else {
            Issue.record("\(outcomes)")
            return
        }
        #expect(error.message.contains("checkpoint of a trusted key") && outcomes.count == 1)
    }

    @Test("a bundle of before a rotation is made with the key of then")
    func formerKey() async throws {
        let schedule = try await FourMonths.copy()
        let name = "2026/audit-2026-02.zip"
        let before = try schedule.bytes(name)
        try schedule.cover("2026-05")
        let key = try SealedLedger.key(8)
        try await schedule.run("2026-06-01") { $0.key = key }
        try schedule.remove(name)
        let without = try await schedule.repair("2026-06-02") { $1.key = key }
        #expect(!without.contains(.made(name)), "\(without)")
        let formerKeys = [try SealedLedger.key(9), try SealedLedger.key()]
        let outcomes = try await schedule.repair("2026-06-02") { request, options in
            options.key = key
            options.formerKeys = formerKeys
        }
        #expect(outcomes == [.made(name)])
        #expect(try schedule.bytes(name) == before)
    }

    @Test("a year's folder that is a link is named by dry run and run; the folder itself in its place is well")
    func link() async throws {
        let schedule = try await FourMonths.copy()
        let year = schedule.directory + "/2026"
        try FileManager.default.moveItem(atPath: year, toPath: schedule.folder.path + "/elsewhere")
        try FileManager.default.createSymbolicLink(atPath: year, withDestinationPath: "../elsewhere")
        for isDryRun in [true, false] {
            let result = try await schedule.run("2026-05-02") { $0.isDryRun = isDryRun }
            #expect(
                result.failures.first?.message.contains("is a symbolic link, expected the folder of a year") == true)
        }
        try FileManager.default.removeItem(atPath: year)
        try FileManager.default.moveItem(atPath: schedule.folder.path + "/elsewhere", toPath: year)
        #expect(try await schedule.run("2026-05-02").isComplete)
    }

    @Test("a checkpoint that is gone, cut or a folder is made again", arguments: ["", "x", "folder"])
    func checkpoint(_ text: String) async throws {
        let schedule = try await FourMonths.copy()
        let before = try schedule.bytes("checkpoint")
        try schedule.remove("checkpoint")
        if text == "folder" {
            try FileManager.default.createDirectory(
                atPath: schedule.directory + "/checkpoint", withIntermediateDirectories: true)
        } else if !text.isEmpty {
            try schedule.put(Data(before.prefix(40)), "checkpoint")
        }
        let kind: EnvironmentError.Kind = text.isEmpty ? .noInput : .brokenChain
        #expect(try await schedule.run("2026-05-02").failures.map(\.kind) == [kind])
        _ = try await schedule.repair("2026-05-02")
        #expect(try await schedule.run("2026-05-02").isComplete)
        #expect(try schedule.bytes("checkpoint") == before)
        #expect(try await Archive.verify(schedule.directory).status == 0)
    }

    @Test("bundles that another ledger sealed with the same key are never taken for damaged", arguments: [true, false])
    func otherLedger(hasCheckpoint: Bool) async throws {
        let schedule = try await FourMonths.copy()
        let other = try TestSchedule()
        try other.feed("2026-01", id: "other")
        try other.cover("2026-04")
        try await other.run("2026-05-01")
        if hasCheckpoint {
            // One file of the other archive in a sound one: named, and left.
            let name = "2026/audit-2026-03.zip"
            try schedule.put(try other.bytes(name), name)
            let result = try await schedule.run("2026-05-02")
            #expect(result.failures.contains { $0.message.contains("of another ledger") }, "\(result.failures)")
            let outcomes = try await schedule.repair("2026-05-02") { request, _ in request.isFull = true }
            #expect(outcomes.count == 1 && "\(outcomes)".contains("of another ledger"), "\(outcomes)")
            #expect(try schedule.bytes(name) == other.bytes(name))
            return
        }
        try schedule.remove("checkpoint")
        let before = try schedule.bundles().map { try schedule.bytes($0) }
        other.plan.archives[0].directory = schedule.directory
        for isDryRun in [true, false] {
            let error = await #expect(throws: EnvironmentError.self) {
                try await other.run("2026-05-02") { $0.isDryRun = isDryRun }
            }
            #expect(error?.kind == .brokenChain && error?.message.contains("or another one") == true)
            await #expect(throws: EnvironmentError.self) {
                _ = try await other.repair("2026-05-02") { request, options in
                    request.isFull = true
                    options.isDryRun = isDryRun
                }
            }
        }
        #expect(try schedule.bundles().map { try schedule.bytes($0) } == before)
    }

    @Test("a damaged file keeps its name while nothing can be put in its place")
    func notReplaceable() async throws {
        let schedule = try await FourMonths.copy()
        let name = "2026/audit-2026-02.zip"
        let key = try SealedLedger.key(8)
        let formerKeys = [try SealedLedger.key()]
        try schedule.cover("2026-05")
        try await schedule.run("2026-06-01") { $0.key = key }
        let whole = try schedule.bytes(name)
        try schedule.put(whole.dropLast(10), name)
        let before = try schedule.files("archive")
        let outcomes = try await schedule.repair("2026-06-02") { $1.key = key }
        let isFailed = outcomes.contains { if case .failed(name, _) = $0 { true } else { false } }
        #expect(outcomes.count == 1 && isFailed, "\(outcomes)")
        #expect(try schedule.files("archive") == before)
        let repaired = try await schedule.repair("2026-06-02") { request, options in
            options.formerKeys = formerKeys
            options.key = key
        }
        #expect(repaired == [.movedAside(name, to: name + ".damaged"), .made(name)], "\(repaired)")
        #expect(try schedule.bytes(name) == whole)
    }

    @Test("nothing is written through a link in the place of a year, whatever is damaged behind it")
    func linkedYear() async throws {
        let schedule = try await FourMonths.copy()
        let real = schedule.folder.path + "/real"
        try FileManager.default.createDirectory(atPath: real, withIntermediateDirectories: true)
        try FileManager.default.moveItem(atPath: schedule.directory + "/2026", toPath: real + "/2026")
        try FileManager.default.createSymbolicLink(
            atPath: schedule.directory + "/2026", withDestinationPath: "../real/2026")
        try Data("{".utf8).write(to: URL(fileURLWithPath: real + "/2026/catalogue.json"))
        try schedule.put(try schedule.bytes("2026/audit-2026-02.zip").dropLast(10), "2026/audit-2026-02.zip")
        func all() throws -> [String: Data?] {
            Dictionary(
                uniqueKeysWithValues: try schedule.files("real").map {
                    ($0, FileManager.default.contents(atPath: "\(real)/\($0)"))
                })
        }
        let before = try all()
        let names = try schedule.files("archive")
        for copies in [[], [real]] {
            let outcomes = try await schedule.repair("2026-05-02") { request, _ in
                request.isFull = true
                request.copies = copies
            }
            #expect("\(outcomes)".contains("expected the folder of a year"), "\(outcomes)")
        }
        #expect(try all() == before && schedule.files("archive") == names)
    }

    @Test("a bundle that is a link is made again, and the link that is left is no part of the archive")
    func linkedBundle() async throws {
        let schedule = try await FourMonths.copy()
        let name = "2026/audit-2026-02.zip"
        try FileManager.default.moveItem(
            atPath: "\(schedule.directory)/\(name)", toPath: schedule.folder.path + "/elsewhere.zip")
        try FileManager.default.createSymbolicLink(
            atPath: "\(schedule.directory)/\(name)", withDestinationPath: "../../elsewhere.zip")
        #expect(try await schedule.run("2026-05-02").failures.map(\.kind) == [.noInput])
        #expect(try await schedule.repair("2026-05-02").contains(.made(name)))
        #expect(try await schedule.run("2026-05-02").isComplete)
        let verified = try await Archive.verify(schedule.directory)
        #expect(verified.status == 0 && verified.text.contains("which a repair set aside"), "\(verified.text)")
    }

    @Test(
        "what is kept of the folder beside the ledger has to be readable before anything is sealed",
        arguments: [".json", ".tombstones"])
    func memory(ending: String) async throws {
        let schedule = try await FourMonths.copy()
        let path = schedule.plan.ledger + ".archive-audit" + ending
        try? FileManager.default.removeItem(atPath: path)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try schedule.cover("2026-05")
        for isDryRun in [true, false] {
            let result = try await schedule.run("2026-06-02") { $0.isDryRun = isDryRun }
            #expect(result.sealed == 0 && result.failures.count == 1, "\(result.failures)")
            #expect(result.failures.first?.message.contains(path) == true, "\(result.failures)")
        }
        let outcomes = try await schedule.repair("2026-06-02")
        #expect("\(outcomes)".contains(path), "\(outcomes)")
        #expect(try schedule.bundles().count == 4)
        // As the hint says.
        try FileManager.default.moveItem(atPath: path, toPath: path + ".old")
        #expect(try await schedule.run("2026-06-02").sealed == 1)
        #expect(try await Archive.verify(schedule.directory).status == 0)
    }

    /// A name in the folder: what it is, and whether it belongs there.
    static let names: [(path: String, kind: String, belongs: Bool)] = [
        ("x.ZIP", "file", false), ("old/audit-2026-01.zip", "bundle", false),
        ("2026/sub/audit-2026-01.zip", "bundle", false),
        ("2026/foo", "link", false), ("foo", "link", false), ("sub/catalogue.json", "file", false),
        ("2026/.a.zip", "file", false),
        ("2026/pipe", "pipe", false), ("catalogue.html", "link", false), ("2026/catalogue.html", "link", false),
        ("notes.txt", "file", true), ("2026/notes.txt", "file", true), ("2026/a.zip.damaged", "link", true),
        ("2026/a.zip.damaged-2", "pipe", true), ("2026/a.damaged/b.zip", "bundle", true),
        ("2026/a.damaged-x", "link", false),
    ]

    @Test("run, repair and verify agree on what belongs into the folder", arguments: names)
    func agree(_ name: (path: String, kind: String, belongs: Bool)) async throws {
        let schedule = try await FourMonths.copy()
        let path = "\(schedule.directory)/\(name.path)"
        try FileManager.default.createDirectory(
            atPath: FileName.directory(of: path), withIntermediateDirectories: true)
        try? FileManager.default.removeItem(atPath: path)
        switch name.kind {
        case "link": try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "checkpoint")
        case "pipe": #expect(mkfifo(path, 0o600) == 0)
        case "bundle": try schedule.put(try schedule.bytes("2026/audit-2026-01.zip"), name.path)
        default: try schedule.put(Data("x".utf8), name.path)
        }
        let verified = try await Archive.verify(schedule.directory)
        #expect((verified.status == 0) == name.belongs, "\(verified.text)")
        let result = try await schedule.run("2026-05-02")
        #expect(result.isComplete == name.belongs, "\(result.failures)")
        let outcomes = try await schedule.repair("2026-05-02")
        #expect(outcomes.isEmpty == name.belongs, "\(outcomes)")
        let isLeft = outcomes.contains { if case .failed = $0 { true } else { false } }
        #expect(try await Archive.verify(schedule.directory).status == (isLeft ? 13 : 0), "\(outcomes)")
    }

    @Test("the page of a year that is gone is made again", arguments: [true, false])
    func page(byRepair: Bool) async throws {
        let schedule = try await FourMonths.copy()
        let before = try schedule.bytes("2026/catalogue.html")
        try schedule.remove("2026/catalogue.html")
        if byRepair {
            #expect(try await schedule.repair("2026-05-02") == [.made("catalogue.json")])
        } else {
            try await schedule.run("2026-05-02")
        }
        #expect(try schedule.bytes("2026/catalogue.html") == before)
    }

    @Test("bundles that retention removed and an old folder brought back are named, and prune removes them again")
    func oldFolder() async throws {
        let schedule = try TestSchedule()
        schedule.plan.archives[0].length = .year
        schedule.plan.archives[0].begin = PeriodLength.year.period(containing: try TestSchedule.time("2010-01-01"))
        schedule.plan.archives[0].retention = RetentionPolicy(keepYears: 5)
        try schedule.feed("2010-03")
        for year in 2010...2019 {
            try schedule.cover("\(year)")
            try await schedule.run("\(year + 1)-01-05")
        }
        let old = schedule.folder.path + "/old"
        try FileManager.default.copyItem(atPath: schedule.directory, toPath: old)
        func prune() throws {
            var options = ScheduleOptions(
                key: try SealedLedger.key(), now: try TestSchedule.time("2020-01-06"), toolVersion: "0.1.0")
            options.wait = 1
            try ScheduledPruning.run(schedule.plan, options, archive: nil) { _ in }
        }
        try prune()
        let kept = try schedule.bundles()
        #expect(kept.count < 10)
        let tombstones = try schedule.bytes("tombstones")
        try FileManager.default.removeItem(atPath: schedule.directory)
        try FileManager.default.copyItem(atPath: old, toPath: schedule.directory)
        for hasTombstones in [true, false] {
            if hasTombstones { try schedule.put(tombstones, "tombstones") } else { try? schedule.remove("tombstones") }
            let outcomes = try await hasTombstones ? [] : schedule.repair("2020-01-07")
            #expect(hasTombstones || "\(outcomes)".contains("again that retention had removed"), "\(outcomes)")
            for isDryRun in [true, false] {
                let result = try await schedule.run("2020-01-07") { $0.isDryRun = isDryRun }
                #expect(
                    result.failures.first?.message.contains("again that retention had removed") == true,
                    "\(result.failures)")
            }
            try prune()
            #expect(try schedule.bundles() == kept)
            #expect(try await schedule.run("2020-01-07").failures.isEmpty)
            #expect(try await Archive.verify(schedule.directory, time: 2_100_000_000).status == 0)
            try FileManager.default.removeItem(atPath: schedule.directory)
            try FileManager.default.copyItem(atPath: old, toPath: schedule.directory)
        }
    }

    @Test("verification beside runs that seal is never wrong")
    func beside() async throws {
        let schedule = try await FourMonths.copy()
        let directory = schedule.directory
        let verifying = Task {
            var texts: [String] = []
            while !Task.isCancelled {
                let result = try await Archive.verify(directory)
                if result.status != 0 { texts.append(result.text) }
            }
            return texts
        }
        for month in 5...9 {
            try schedule.cover("2026-0\(month)")
            try await schedule.run("2026-\(month == 9 ? "" : "0")\(month + 1)-02")
        }
        verifying.cancel()
        #expect(try await verifying.value.isEmpty)
    }
}
