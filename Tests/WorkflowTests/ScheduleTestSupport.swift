import AuditModel
import BundleExport
import BundleFormat
import FileSystem
import Foundation
import Ledger
import Signing
import StrictJSON
import Synchronization

@testable import Schedule

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
    @discardableResult
    func run(_ date: String, _ change: (inout ScheduleOptions) -> Void = { _ in }) async throws -> ScheduleResult {
        var options = ScheduleOptions(
            key: try SealedLedger.key(), now: try Self.time(date), toolVersion: "0.1.0")
        events.texts.withLock { $0 = [] }
        options.report = { [events] event in events.texts.withLock { $0.append(Self.text(event)) } }
        change(&options)
        return try await ScheduleRun.run(plan, options)
    }

    var reports: [String] { events.texts.withLock { $0 } }

    /// Names of the files below a folder, in order.
    func files(_ name: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: "\(folder.path)/\(name)").filter { path in
            var isDirectory: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: "\(folder.path)/\(name)/\(path)", isDirectory: &isDirectory)
            return !isDirectory.boolValue
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
        case .waiting(let archive, let period, _): "\(archive): waits for \(period.label ?? "")"
        case .failed(let part, let error): "\(part): failed \(error.kind)"
        case .planned(let step): "would \(step.text)"
        }
    }
}
