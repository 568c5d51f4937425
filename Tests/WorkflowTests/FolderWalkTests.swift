import AuditModel
import FileSystem
import Foundation
import Signing
import Testing

@testable import Archive
@testable import Schedule

/// Two archives, one of 24 months, one of years with removed bundles; made once, each walk changes a copy.
private enum TwoArchives {
    static let made = Task { () -> Folder in
        let schedule = try TestSchedule()
        try configure(schedule)
        for year in 2010...2019 {
            if year == 2012 || year == 2018 { try schedule.feed("\(year)-03") }
            if year == 2019 { try schedule.feed("2018-05", id: "late") }
            try schedule.cover("\(year)")
            try await schedule.run("\(year + 1)-01-02")
        }
        var options = ScheduleOptions(
            key: try SealedLedger.key(), now: try TestSchedule.time("2020-01-03"), toolVersion: "0.1.0")
        options.wait = 1
        try ScheduledPruning.run(schedule.plan, options, archive: "years") { _ in }
        return schedule.folder
    }

    static func configure(_ schedule: TestSchedule) throws {
        var months = schedule.plan.archives[0]
        months.begin = try #require(Period(label: "2018-01"))
        var years = ScheduledArchive(
            name: "years", directory: schedule.folder.path + "/years", length: .year,
            begin: try #require(Period(label: "2010")))
        years.expects = ["feed"]
        years.retention = RetentionPolicy(keepYears: 5)
        try FileManager.default.createDirectory(atPath: years.directory, withIntermediateDirectories: true)
        schedule.plan.archives = [months, years]
    }

    static func copy() async throws -> TestSchedule {
        let schedule = try TestSchedule()
        let made = try await made.value
        try FileManager.default.removeItem(atPath: schedule.folder.path)
        try FileManager.default.copyItem(atPath: made.path, toPath: schedule.folder.path)
        try configure(schedule)
        return schedule
    }
}

/// What somebody does to a folder, by chance.
private struct Vandal {
    var state: UInt64

    mutating func number(below limit: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % max(limit, 1)
    }

    mutating func pick(_ names: [String]) -> String { names[number(below: names.count)] }

    /// Changes something below a folder; returns what, for the message of a failed test.
    mutating func act(in folder: String, other: String) throws -> String {
        let manager = FileManager.default
        let all = try manager.subpathsOfDirectory(atPath: folder).sorted()
        let files = all.filter { (try? FileStatus("\(folder)/\($0)", followsLinks: false).kind) == .regular }
        let years = all.filter { $0.utf8.count == 4 }
        guard !files.isEmpty, !years.isEmpty else { return "nothing" }
        let name = pick(files)
        let path = "\(folder)/\(name)"
        let year = "\(folder)/\(pick(years))"
        let kind = number(below: 12)
        switch kind {
        case 0, 1: try manager.removeItem(atPath: path)
        case 2: try write(Data(try bytes(path).prefix(number(below: try bytes(path).count))), path)
        case 3:
            var data = try bytes(path)
            guard !data.isEmpty else { break }
            data[data.startIndex + number(below: data.count)] ^= UInt8(1 << number(below: 8))
            try write(data, path)
        case 4: try write(try bytes(path) + Data([10]), path)
        case 5:
            let second = "\(folder)/\(pick(files))"
            let (one, two) = (try bytes(path), try bytes(second))
            try write(two, path)
            try write(one, second)
        case 6: try manager.moveItem(atPath: path, toPath: path + ".aside")
        case 7: try? manager.copyItem(atPath: path, toPath: "\(year)/copy-\(FileName.last(of: name))")
        case 8: try manager.removeItem(atPath: year)
        case 9:
            try manager.moveItem(atPath: year, toPath: year + ".moved")
            try manager.createSymbolicLink(atPath: year, withDestinationPath: FileName.last(of: year) + ".moved")
        case 10:
            let theirs = try manager.subpathsOfDirectory(atPath: other).filter { FileName.last(of: $0).contains(".") }
            try write(try bytes("\(other)/\(pick(theirs.sorted()))"), path)
        default:
            try manager.removeItem(atPath: path)
            try manager.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
        return "\(kind): \(name) or \(FileName.last(of: year))"
    }

    private func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

    private func write(_ data: Data, _ path: String) throws { try data.write(to: URL(fileURLWithPath: path)) }
}

@Suite("Random changes to the folders of archives")
struct FolderWalkTests {
    /// What a run says: what was thrown, or failed; the steps it took.
    private struct Said: Equatable {
        var errors: [String] = []
        var sealed = 0
        var remade = 0
    }

    private static func say(_ schedule: TestSchedule, isDryRun: Bool) async throws -> Said {
        var said = Said()
        do {
            let result = try await schedule.run("2020-02-05") { options in
                options.isDryRun = isDryRun
                // What is walked over is a copy.
                options.isCopyConfirmed = true
            }
            said.errors = result.failures.map { "\($0.kind): \($0.message)" }
            said.sealed = result.sealed
        } catch let error as EnvironmentError {
            said.errors = ["thrown \(error.kind): \(error.message)"]
        }
        if isDryRun { said.sealed = schedule.reports.count { $0.hasPrefix("would seal") } }
        said.remade = schedule.reports.count { $0.contains("remade") }
        return said
    }

    private static func bundles(_ folder: String) throws -> [String: Data] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder).filter { $0.hasSuffix(".zip") }
        return Dictionary(
            uniqueKeysWithValues: names.map { ($0, FileManager.default.contents(atPath: "\(folder)/\($0)") ?? Data()) })
    }

    /// More than these were walked by hand: set FOLDER_WALKS.
    private static let seeds = Array(
        1...(ProcessInfo.processInfo.environment["FOLDER_WALKS"].flatMap(Int.init) ?? 24))

    @Test("a dry run says what a run does, and no verification passes where something is missing", arguments: seeds)
    func walk(seed: Int) async throws {
        let schedule = try await TwoArchives.copy()
        var vandal = Vandal(state: UInt64(seed) &* 0x9E37_79B9_7F4A_7C15)
        let folders = schedule.plan.archives.map(\.directory)
        let before = try folders.map(Self.bundles)
        var acts: [String] = []
        for _ in 0..<(1 + vandal.number(below: 2)) {
            let own = vandal.number(below: 2)
            acts.append("\(own) " + (try vandal.act(in: folders[own], other: folders[1 - own])))
        }
        try schedule.cover("2020-01")
        let planned = try await Self.say(schedule, isDryRun: true)
        let said = try await Self.say(schedule, isDryRun: false)
        #expect(planned == said, "\(acts)")
        for (folder, whole) in zip(folders, before) {
            let now = try Self.bundles(folder)
            let isIntact = whole.allSatisfy { now[$0.key] == $0.value }
            let (status, text) = try await Archive.verify(folder, time: 2_100_000_000)
            if !isIntact { #expect(status != 0, "\(acts): \(folder)") }
            if isIntact, said.errors.isEmpty { #expect(status == 0, "\(acts): \(text)") }
        }
        try await Self.repair(schedule, folders, as: before, acts: acts)
    }

    /// A repair that leaves nothing open makes everything valid.
    private static func repair(
        _ schedule: TestSchedule, _ folders: [String], as before: [[String: Data]], acts: [String]
    ) async throws {
        var options = ScheduleOptions(
            key: try SealedLedger.key(), now: try TestSchedule.time("2020-02-05"), toolVersion: "0.1.0")
        options.isTimeConfirmed = true
        options.isCopyConfirmed = true
        var request = ArchiveRepair.Request()
        request.isFull = true
        var failed: [String] = []
        do {
            try await ArchiveRepair.run(schedule.plan, options, request: request) { archive, outcome in
                if case .failed(let path, let error) = outcome { failed.append("\(archive) \(path) \(error.message)") }
            }
        } catch let error as EnvironmentError {
            failed.append(error.message)
        }
        guard failed.isEmpty else { return }
        let said = try await say(schedule, isDryRun: false)
        #expect(said.errors.isEmpty, "\(acts): \(said.errors)")
        for (folder, whole) in zip(folders, before) {
            let now = try bundles(folder)
            #expect(whole.allSatisfy { now[$0.key] == $0.value }, "\(acts): \(folder)")
            let (status, text) = try await Archive.verify(folder, time: 2_100_000_000)
            #expect(status == 0, "\(acts): \(text)")
        }
    }
}
