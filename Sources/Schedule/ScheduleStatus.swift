package import Archive
import ArchiveFormat
package import AuditModel
import BundleFormat
package import FileSystem
import Ledger
import Spools
import StrictJSON

/// How a schedule stands, on one screen; nothing is changed, and no record is read.
package struct ScheduleStatus: Sendable {
    /// A source.
    package struct Source: Sendable {
        package var name: String
        /// Up to when everything has come; nil if nothing tells, or nothing is to tell.
        package var covers: Timestamp?
        /// Why its periods stay open, whatever it covers; nil if nothing is in the way.
        package var problem: String?
        /// Files in `failed`, without the reasons beside them.
        package var failedFiles = 0
        /// Files that a run would take in.
        package var freshFiles = 0
    }

    /// An archive.
    package struct Archive: Sendable {
        package var name: String
        package var directory: String
        /// Bundles that the ledger has sealed.
        package var bundles = 0
        /// Where the sealed periods end.
        package var end: Timestamp?
        /// The next period.
        package var next: Period
        /// When it is due.
        package var due: Timestamp
        /// Periods that are due and not sealed.
        package var overdue = 0
        /// What is wrong with the folder or the settings.
        package var problems: [EnvironmentError] = []
        /// How far the check of its bundles has come.
        package var fixity = ArchiveMemory.Fixity()
        /// Bytes that may still be written there; nil if that cannot be told.
        package var available: Int?
    }

    /// The run before.
    package struct LastRun: Sendable {
        package var time: Timestamp
        /// Its exit status.
        package var status: Int
        /// What went wrong, line by line.
        package var message: String
        /// The absolute path of its configuration; nil in files of earlier versions.
        package var configuration: String?

        package init(time: Timestamp, status: Int, message: String) {
            self.time = time
            self.status = status
            self.message = message
        }
    }

    package private(set) var lastRun: LastRun?
    package private(set) var sources: [Source] = []
    package private(set) var archives: [Archive] = []
    /// When the ledger was last written; nil without entries.
    package private(set) var lastReceived: Timestamp?
    /// Contradictions that no decision has settled.
    package private(set) var disputes = 0
    /// What keeps a run from beginning.
    package private(set) var problem: EnvironmentError?

    /// Looks at everything that a plan names.
    package init(_ plan: SchedulePlan, _ options: ScheduleOptions) throws {
        lastRun = LastRun.read(ledger: plan.ledger)
        var problems: [String: [EnvironmentError]] = [:]
        do {
            problems = try RunGate(plan, options).problems
        } catch {
            problem = ScheduleIntake.environmentError(error)
        }
        let hasLedger = FileStatus.exists(plan.ledger)
        if hasLedger {
            lastReceived = try? LedgerView.lastReceived(plan.ledger)
            disputes = (try? LedgerView.openDisputes(plan.ledger)) ?? 0
        }
        sources = plan.sources.map { Source($0, plan, now: options.now) }
        for archive in plan.archives {
            var own = Archive(archive, plan, now: options.now, hasLedger: hasLedger)
            own.problems = problems[archive.name] ?? []
            archives.append(own)
        }
    }

    /// Whether nothing needs looking after.
    package var isWell: Bool {
        problem == nil && disputes == 0 && lastRun?.status ?? 0 == 0
            && sources.allSatisfy { $0.problem == nil && $0.failedFiles == 0 }
            && archives.allSatisfy { $0.problems.isEmpty && $0.overdue == 0 && $0.fixity.damaged.isEmpty }
    }
}

extension ScheduleStatus.Source {
    fileprivate init(_ source: ScheduledSource, _ plan: SchedulePlan, now: Timestamp) {
        name = source.name
        do {
            var coverage = try SourceCoverage(plan)
            try coverage.learnSpools(plan)
            switch source.coverage {
            case .unchecked: break
            case .marker(let path): covers = try SourceCoverage.marker(path, zone: source.zone, now: now)
            case .generatedAt: covers = coverage.time(source.name)
            }
            let files = try SourceFiles(source.location)
            problem = coverage.openListing(source.name) ?? coverage.leftBehind(source.name, plan)
            if let omission = files.omissions.first { problem = "\"\(omission.path)\" \(omission.reason.phrase)" }
            freshFiles =
                FileStatus.exists(plan.ledger)
                ? try KnownSources.countFresh(files.paths, in: plan.ledger) : files.paths.count
            if case .spool(let folder) = source.location {
                failedFiles = try Spool(folder: folder).failures().count { !$0.hasSuffix(Spool.reasonSuffix) }
                try coverage.requireOwn(folder, of: name, isConfirmed: false)
            }
        } catch {
            problem = ScheduleIntake.environmentError(error).message
        }
    }
}

extension ScheduleStatus.Archive {
    fileprivate init(_ archive: ScheduledArchive, _ plan: SchedulePlan, now: Timestamp, hasLedger: Bool) {
        name = archive.name
        directory = archive.directory
        if hasLedger, let series = try? SealedSeries(plan.ledger, series: Self.sealed(archive, plan)) {
            bundles = (try? series.last())??.position.sequence ?? 0
            end = (try? series.end()) ?? nil
        }
        fixity = ScheduleRun.fixity(archive, plan)
        next = archive.next(after: end)
        due = archive.due(next)
        var period = next
        while archive.due(period) <= now, overdue < Self.countedPeriods {
            overdue += 1
            period = archive.length.period(after: period)
        }
        available = try? DiskSpace.available(at: archive.directory)
    }

    /// The series that the archive has: with settings that were changed, that of the settings before.
    private static func sealed(_ archive: ScheduledArchive, _ plan: SchedulePlan) -> String {
        let all = ((try? SeriesSettings.all(of: archive.name, in: plan.ledger)) ?? []).map(\.series)
        return all.contains(archive.series) ? archive.series : all.first ?? archive.series
    }

    /// Periods that are counted; of a `begin` centuries ago nobody wants all days.
    private static let countedPeriods = 100_000
}

extension ScheduleStatus.LastRun {
    /// Where the last run of a ledger's schedule leaves word.
    private static func path(_ ledger: String) -> String { ledger + ".last-run.json" }

    /// What the last run of a ledger's schedule left; nil if there was none.
    package static func read(ledger: String) -> ScheduleStatus.LastRun? {
        guard let bytes = try? ReadOnlyFile.contentsIfPresent(path(ledger), limit: 1 << 20),
            let value = try? JSONValue(parsing: bytes), let text = value["time"]?.string,
            let time = try? Timestamp.parse(text).time, let status = value["status"]?.integer,
            let message = value["message"]?.string
        else { return nil }
        var run = ScheduleStatus.LastRun(time: time, status: Int(status), message: message)
        run.configuration = value["configuration"]?.string
        return run
    }

    /// Leaves word of a run; that it cannot be written is no fault of the run.
    package func write(ledger: String) {
        var members: [String: JSONValue] = [
            "message": .string(message), "status": .integer(Int64(status)), "time": .string(time.text),
        ]
        members["configuration"] = configuration.map(JSONValue.string)
        try? DurableFile.replace(Self.path(ledger), with: JSONValue.object(members).bytes)
    }
}
