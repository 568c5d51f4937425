import AuditModel
import BundleExport
import BundleFormat
import FileSystem
import Ledger

/// Takes in what the sources of a plan have, and knows afterwards which of them cover what.
struct ScheduleIntake {
    private let plan: SchedulePlan
    private let options: ScheduleOptions
    private var coverage: SourceCoverage
    /// What markers said before anything was looked for: what comes later may be missing here.
    private var markers: [String: Timestamp] = [:]
    /// Sources of which something could not be taken in, with the reason.
    private var stopped: [String: String] = [:]
    private var events: [ScheduleEvent] = []
    /// Whether files wait that a run would take in.
    private(set) var hasFresh = false

    init(_ plan: SchedulePlan, _ options: ScheduleOptions) throws {
        self.plan = plan
        self.options = options
        coverage = try SourceCoverage(ledger: plan.ledger)
        for source in plan.sources {
            guard case .marker(let path) = source.coverage else { continue }
            do {
                markers[source.name] = try SourceCoverage.marker(path, now: options.now)
            } catch {
                stop(source, "its marker cannot be used")
                events.append(.failed(part: "source \(source.name)", Self.environmentError(error)))
            }
        }
    }

    /// Takes in a source; what happened is returned.
    mutating func collect(_ source: ScheduledSource) async -> [ScheduleEvent] {
        do {
            let files = try SourceFiles(source.location)
            for omission in files.omissions { refuse(source, omission.path, reason: omission.reason.phrase) }
            if options.isDryRun {
                try reportPlannedIngest(source, files.paths)
            } else {
                switch source.location {
                case .files: try await ingest(source, files.paths)
                case .spool(let folder):
                    for path in files.paths { try await ingest(source, path, spool: Spool(folder: folder)) }
                }
            }
        } catch {
            stop(source, "not all of it could be taken in")
            events.append(.failed(part: "source \(source.name)", Self.environmentError(error)))
        }
        defer { events = [] }
        return events
    }

    /// Why a source does not cover a period; nil if it does.
    func reasonNotCovered(_ source: ScheduledSource, _ period: Period) throws -> String? {
        if let reason = stopped[source.name] { return reason }
        if case .spool(let folder) = source.location, let first = try Spool(folder: folder).failures().first {
            return "something in \(Spool.failed)/ was not looked after, such as \"\(first)\""
        }
        let time: Timestamp?
        switch source.coverage {
        case .unchecked: return nil
        case .marker: time = markers[source.name]
        case .generatedAt: time = coverage.time(source.name)
        }
        guard let time else { return "nothing tells yet up to when it has come" }
        return time < period.to ? "has come up to \(time.text), the period ends \(period.to.text)" : nil
    }

    static func environmentError(_ error: any Error) -> EnvironmentError {
        switch error {
        case let error as EnvironmentError: error
        case let error as FileSystemError: EnvironmentError(error)
        case let error as UnreadableInputs:
            EnvironmentError(error.kind, error.problems.map(\.message).joined(separator: "; "))
        case let error as WorkbookError: EnvironmentError(.io, error.message)
        default: EnvironmentError(.io, "\(error)")
        }
    }

    // Files that stay

    private mutating func ingest(_ source: ScheduledSource, _ paths: [String]) async throws {
        guard !paths.isEmpty else { return }
        do {
            return try note(try await LedgerIngest.run(ingestOptions(paths)), of: source)
        } catch let error as EnvironmentError where error.kind == .unreadableInput {
            // One damaged file must not keep the others out.
            guard paths.count > 1 else { return refuse(source, paths[0], reason: error.message) }
        }
        for path in paths { try await ingest(source, [path]) }
    }

    // Files that move

    private mutating func ingest(_ source: ScheduledSource, _ original: String, spool: Spool) async throws {
        guard let path = try spool.claim(original) else { return }
        let before = Spool.State(path)
        do {
            let result = try await LedgerIngest.run(ingestOptions([path]))
            if Self.unusable(result).isEmpty {
                try note(result, of: source)
                // Somebody still writes to it: it is read again by the next run.
                if Spool.State(path) == before {
                    try spool.putAway(path)
                } else {
                    stop(source, "a file of it still grows")
                }
            } else {
                refuse(source, try spool.putAside(path, Self.reason), reason: Self.reason)
            }
        } catch let error as EnvironmentError where error.kind == .unreadableInput {
            refuse(source, try spool.putAside(path, error.message), reason: error.message)
        }
    }

    private static let incompleteReason =
        "it says itself that it failed, holds more than came, or has a member of another type than is known of it"

    private static let reason = "all its records were rejected, which cartulary validate explains"

    /// Names of files of which nothing could be used, now or when they were read before.
    private static func unusable(_ result: IngestResult) -> [String] {
        (result.sources + result.knownSummaries).filter { $0.read > 0 && $0.rejected == $0.read }.map(\.name)
    }

    // What comes of it

    private mutating func note(_ result: IngestResult, of source: ScheduledSource) throws {
        for name in Self.unusable(result) { refuse(source, name, reason: Self.reason) }
        let sums = result.sums
        if result.isChanged, sums.rejected + sums.conflicts > 0 {
            events.append(.doubtful(source: source.name, rejected: sums.rejected, conflicts: sums.conflicts))
        }
        for summary in result.sources where result.incomplete.contains(summary.sha256) {
            refuse(source, summary.name, reason: Self.incompleteReason)
        }
        if source.coverage == .generatedAt {
            for text in try coverage.extend(source.name, result, now: options.now) {
                refuse(source, text, reason: "a time after now is not believed")
            }
        }
        events.append(.ingested(source: source.name, result))
    }

    private mutating func refuse(_ source: ScheduledSource, _ path: String, reason: String) {
        stop(source, "\"\(path.split(separator: "/").last.map(String.init) ?? path)\" could not be taken in")
        events.append(.notTaken(source: source.name, path: path, reason: reason))
    }

    private mutating func stop(_ source: ScheduledSource, _ reason: String) {
        stopped[source.name] = stopped[source.name] ?? reason
    }

    private func ingestOptions(_ paths: [String]) -> IngestOptions {
        var ingest = IngestOptions(key: options.key, received: options.now)
        ingest.inputs = paths
        ingest.ledger = plan.ledger
        ingest.wait = options.wait
        ingest.threads = plan.threads
        ingest.progress = options.progress
        return ingest
    }

    private mutating func reportPlannedIngest(_ source: ScheduledSource, _ paths: [String]) throws {
        var fresh = paths.count
        if FileStatus.exists(plan.ledger) {
            fresh = try KnownSources.countFresh(paths, in: plan.ledger)
        }
        guard fresh > 0 else { return }
        hasFresh = true
        events.append(.would("take in \(fresh) of \(paths.count) files of source \(source.name)"))
    }
}
