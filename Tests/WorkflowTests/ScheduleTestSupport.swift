import AuditModel
import BundleExport
import BundleFormat
import FileSystem
import Foundation
import Ledger
import Signing
import Spools
import StrictJSON
import Synchronization
import Testing

@testable import Schedule

extension Result where Failure == any Error {
    /// What an operation gives, or the error that it throws.
    fileprivate init(_ operation: () async throws -> Success) async {
        do { self = .success(try await operation()) } catch { self = .failure(error) }
    }
}

/// A plan in a folder of its own: a source `feed` of files with a marker, and an archive of months from January 2026.
final class TestSchedule {
    let folder: Folder
    var plan = SchedulePlan()
    private let events = Events()

    private final class Events: Sendable {
        let texts = Mutex<[String]>([])
    }

    init() throws {
        folder = try Folder()
        plan.ledger = folder.path + "/ledger"
        for name in ["in", "spool", "archive"] {
            try FileManager.default.createDirectory(atPath: "\(folder.path)/\(name)", withIntermediateDirectories: true)
        }
        plan.sources = [
            ScheduledSource(
                name: "feed", location: .files([folder.path + "/in/*.ndjson"]),
                coverage: .marker(folder.path + "/covers"))
        ]
        var archive = ScheduledArchive(
            name: "audit", directory: folder.path + "/archive", length: .month,
            begin: Period(from: try Self.time("2026-01-01"), to: try Self.time("2026-02-01"), label: "2026-01"))
        archive.expects = ["feed"]
        plan.archives = [archive]
    }

    /// A copy of one that was run, in a folder of its own.
    convenience init(copying made: (folder: Folder, plan: SchedulePlan)) throws {
        try self.init()
        try FileManager.default.removeItem(atPath: folder.path)
        try FileManager.default.copyItem(atPath: made.folder.path, toPath: folder.path)
        plan.archives = made.plan.archives
        plan.archives[0].directory = folder.path + "/archive"
        // The original is not run again.
        for archive in plan.archives {
            try? FileManager.default.removeItem(atPath: "\(plan.ledger).archive-\(archive.name).place")
        }
    }

    static func time(_ date: String) throws -> Timestamp { try Timestamp.parse(date + "T00:00:00Z").time }

    /// Lets the source say that it has come up to the end of a period.
    func cover(_ period: String) throws { _ = try folder.write(period + "\n", to: "covers") }

    /// A record of a month's tenth day.
    @discardableResult
    func feed(_ month: String, id: String = "t", to name: String = "in") throws -> String {
        try folder.write(
            Text.transition("\(id)-\(month)", "d-\(month)", "Queued", "\(month)-10T10:00:00Z") + "\n",
            to: "\(name)/\(id)-\(month).ndjson")
    }

    /// Runs it on a date; what was reported is in ``reports``.
    ///
    /// A dry run goes before every run, and has to say what the run then does.
    @discardableResult
    func run(_ date: String, _ change: (inout ScheduleOptions) -> Void = { _ in }) async throws -> ScheduleResult {
        var options = ScheduleOptions(
            key: try SealedLedger.key(), now: try Self.time(date), toolVersion: "0.1.0")
        options.temporaryFolder = folder.path
        change(&options)
        if options.isDryRun { return try await carryOut(options).result }
        options.isDryRun = true
        let planned = await Result { try await carryOut(options).effects }
        options.isDryRun = false
        let (result, effects) = try await carryOut(options)
        if case .success(let steps) = planned {
            #expect(steps == effects, "a dry run on \(date) said otherwise")
            let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(!left.contains { $0.hasPrefix("cartulary.") }, "a dry run left its copy: \(left)")
        } else {
            Issue.record("a dry run on \(date) was refused, and the run was not: \(planned)")
        }
        return result
    }

    private func carryOut(_ options: ScheduleOptions) async throws -> (result: ScheduleResult, effects: [String]) {
        var options = options
        let effects = Events()
        events.texts.withLock { $0 = [] }
        options.report = { [events] event in
            events.texts.withLock { $0.append(Self.text(event)) }
            if let effect = Self.effect(event) { effects.texts.withLock { $0.append(effect) } }
        }
        let result = try await ScheduleRun.run(plan, options)
        return (result, effects.texts.withLock { $0 })
    }

    /// What an event of a run, or of the dry run before it, says of the run's effect; nil if it has none of its own.
    private static func effect(_ event: ScheduleEvent) -> String? {
        switch event {
        // A dry run has no new bundle to read.
        case .ingested, .planned(.ingest), .checked: nil
        case .sealed(_, let result): "sealed \(result.name.replacing(/-partial$/, with: ""))"
        case .planned(.seal(let archive, let period)): "sealed \(archive)-\((period.label ?? "").lowercased())"
        case .corrected(_, let result): "corrected \(result.name.replacing(/(-partial)?(-r[0-9]+)?$/, with: ""))"
        case .planned(.correct(let archive, let period, _)): "corrected \(archive)-\((period.label ?? "").lowercased())"
        case .planned(.finish(_, let name)): "corrected \(name.replacing(/(-partial)?(-r[0-9]+)?$/, with: ""))"
        case .removed(let archive, let path), .planned(.remove(let archive, let path, _)): "\(archive) removed \(path)"
        case .waiting(let archive, let period, let reasons, _): "\(archive) \(period.label ?? "") waits: \(reasons)"
        case .notTaken(let source, let path, _, _): "\(source) not taken \(FileName.last(of: path))"
        case .doubtful, .flawed, .failed, .remade: text(event)
        }
    }

    var reports: [String] { events.texts.withLock { $0 } }

    /// Names of the files below a folder, in order; the mark of a spool left out.
    func files(_ name: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: "\(folder.path)/\(name)").filter { path in
            var isDirectory: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: "\(folder.path)/\(name)/\(path)", isDirectory: &isDirectory)
            return !isDirectory.boolValue && path != ".ledger.json"
        }.sorted()
    }

    /// Paths of the bundles in the archive's folder, in order.
    func bundles() throws -> [String] { try files("archive").filter { $0.hasSuffix(".zip") } }

    private static func text(_ event: ScheduleEvent) -> String {
        func name(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }
        return switch event {
        case .ingested(let source, let result): "\(source): \(result.isChanged ? result.sums.accepted : 0) new"
        case .notTaken(let source, let path, _, _): "\(source): not taken \(name(path))"
        case .doubtful(let source, let rejected, let conflicts):
            "\(source): \(rejected) rejected, \(conflicts) conflicts"
        case .flawed(let source, let reason, let count): "\(source): \(count) \(reason)"
        case .sealed(let archive, let result): "\(archive): sealed \(result.name)"
        case .corrected(let archive, let result): "\(archive): corrected \(result.name)"
        case .removed(let archive, let path): "\(archive): removed \(name(path))"
        case .waiting(let archive, let period, _, _): "\(archive): waits for \(period.label ?? "")"
        case .failed(let part, let error): "\(part): failed \(error.kind)"
        case .remade(let archive): "\(archive): remade its catalogue"
        case .checked(let archive, let bundles, let all): "\(archive): checked \(bundles) of \(all)"
        case .planned(let step): "would \(step.text)"
        }
    }
}
