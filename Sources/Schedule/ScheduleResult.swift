package import AuditModel
package import BundleExport
import BundleFormat
package import FileSystem
package import Ledger

/// What happens in a scheduled run, as it happens.
package enum ScheduleEvent: Sendable {
    case ingested(source: String, IngestResult)
    /// A file that could not be taken in, and where it is now.
    case notTaken(source: String, path: String, reason: String, kind: EnvironmentError.Kind = .unreadableInput)
    /// Records that were refused, or that contradict others, and are kept in quarantine.
    case doubtful(source: String, rejected: Int, conflicts: Int)
    /// Findings at error level on records that count, or on a listing that is not whole: what it is, and how often.
    case flawed(source: String, reason: String, count: Int)
    case sealed(archive: String, ExportResult)
    case corrected(archive: String, ExportResult)
    /// A bundle that was removed, its time being over.
    case removed(archive: String, path: String)
    /// The catalogue of an archive was not what a run wrote, and was made anew from the bundles; or would be.
    case remade(archive: String)
    /// Bundles of an archive that were read, of all that there are, to see that they are what was sealed.
    case checked(archive: String, bundles: Int, all: Int)
    /// A period that is due and is not sealed, with the reasons; `canBeUncovered` if somebody may say why it is sealed all the same.
    case waiting(archive: String, Period, reasons: [String], canBeUncovered: Bool)
    /// What stopped a source or an archive.
    case failed(part: String, EnvironmentError)
    /// What a run would do that is not to do anything.
    case planned(PlannedStep)
}

extension ScheduleEvent {
    /// The event as it reads of the ledger itself, if it speaks of a dry run's copy.
    func naming(_ ledger: String, insteadOf copy: String) -> ScheduleEvent {
        guard ledger != copy else { return self }
        switch self {
        case .failed(let part, var error):
            error.message = error.message.replacing(copy, with: ledger)
            if error.hint?.description.contains(copy) == true { error.hint = nil }
            return .failed(part: part, error)
        case .notTaken(let source, let path, let reason, let kind):
            return .notTaken(source: source, path: path, reason: reason.replacing(copy, with: ledger), kind: kind)
        default: return self
        }
    }
}

/// A step of a run that is not to do anything.
package enum PlannedStep: Sendable, Equatable {
    /// Files of a source that the ledger has not read yet, of all that are there.
    case ingest(source: String, fresh: Int, files: Int)
    case seal(archive: String, Period)
    /// A sealed period that gets a correction, and of how many deployments.
    case correct(archive: String, Period, deployments: Int)
    /// A bundle that a stopped run sealed gets its name.
    case finish(archive: String, name: String)
    case remove(archive: String, path: String, reason: String)

    /// What would be done.
    package var text: String {
        switch self {
        case .ingest(let source, let fresh, let files):
            "take in \(CountedNoun.part(fresh, of: files, "file")) of source \(source)"
        case .seal(let archive, let period): "seal \(period.label ?? "") of archive \(archive)"
        case .correct(let archive, let period, let deployments):
            "correct \(period.label ?? "") of archive \(archive): \(deployments) changed \(deployments == 1 ? "deployment" : "deployments")"
        case .finish(let archive, let name): "finish \(name) of archive \(archive), which a stopped run has sealed"
        case .remove(let archive, let path, let reason): "remove \(path) of archive \(archive): \(reason)"
        }
    }
}

/// How an archive stands after a run.
package struct ArchiveState: Sendable {
    package var name: String
    /// Periods that are due and not sealed.
    package var missing = 0
    package var bundles = 0
    /// Where the sealed periods end.
    package var end: Timestamp?
    /// Bundles that this run read, to see that they are what was sealed.
    package var checked = 0
    /// Bundles that are known to be damaged or missing.
    package var damaged = 0
    /// Findings of the latest bundle.
    package var errors = 0
    package var warnings = 0
}

/// What came of a scheduled run.
package struct ScheduleResult: Sendable {
    /// Records that were new.
    package fileprivate(set) var accepted = 0
    package fileprivate(set) var sealed = 0
    package fileprivate(set) var corrected = 0
    package fileprivate(set) var removed = 0
    package fileprivate(set) var notTaken = 0
    /// Why files were not taken in.
    package fileprivate(set) var refusals: Set<EnvironmentError.Kind> = []
    /// Findings at error level that are not about a file or record that was refused, or contradicts another.
    package fileprivate(set) var flaws = 0
    /// Records that went into quarantine.
    package fileprivate(set) var doubtful = 0
    /// Archives with a period that is due and is not sealed.
    package fileprivate(set) var waiting = 0
    /// Why periods wait and files were not taken in, a line each; of many the first.
    package fileprivate(set) var reasons: [String] = []
    private static let mostReasons = 20
    package fileprivate(set) var failures: [EnvironmentError] = []
    /// In the order of the plan.
    package var archives: [ArchiveState] = []
    /// What a dry run would have done, and what would have kept it from doing more, in order; empty after a run.
    package internal(set) var plan: [ScheduleEvent] = []

    /// Whether all that was due is done.
    package var isComplete: Bool {
        notTaken == 0 && doubtful == 0 && flaws == 0 && waiting == 0 && failures.isEmpty
    }

    mutating func count(_ event: ScheduleEvent) {
        switch event {
        case .ingested(_, let result): accepted += result.isChanged ? result.sums.accepted : 0
        case .notTaken(let source, let path, let reason, let kind):
            notTaken += 1
            refusals.insert(kind)
            note("source \(source): \(path): \(reason)")
        case .flawed(let source, let reason, let count):
            flaws += count
            note("source \(source): \(reason)")
        case .doubtful(_, let rejected, let conflicts): doubtful += rejected + conflicts
        case .sealed: sealed += 1
        case .corrected: corrected += 1
        case .removed: removed += 1
        case .waiting(let archive, let period, let why, _):
            waiting += 1
            note("archive \(archive): \(period.label ?? "") is not sealed: \(why.joined(separator: "; "))")
        case .failed(_, let error): failures.append(error)
        case .planned, .remade, .checked: break
        }
    }

    private mutating func note(_ reason: String) {
        if reasons.count < ScheduleResult.mostReasons { reasons.append(reason) }
    }
}
