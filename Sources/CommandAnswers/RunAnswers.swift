import AuditModel
import BundleExport
import BundleFormat
package import CommandLineInterface
import FileSystem
import Ledger
import RecordAnalysis
package import Schedule
package import StrictJSON

extension ScheduleEvent {
    /// How much an event of a run asks for attention.
    package enum Level: String { case info, warning, error }

    /// The event's name in the log.
    package var name: String {
        switch self {
        case .ingested: "ingested"
        case .notTaken: "not-taken"
        case .doubtful: "doubtful"
        case .flawed: "flawed"
        case .sealed: "sealed"
        case .corrected: "corrected"
        case .removed: "removed"
        case .remade: "remade"
        case .checked: "checked"
        case .waiting: "waiting"
        case .failed: "failed"
        case .planned: "planned"
        }
    }

    /// How much the event asks for attention.
    package var level: Level {
        switch self {
        case .ingested, .sealed, .corrected, .removed, .planned, .remade, .checked: .info
        case .notTaken, .doubtful, .flawed, .waiting, .failed: .error
        }
    }

    /// The members of the event's line in the log.
    package var members: [String: JSONValue] {
        switch self {
        case .ingested(let source, let result):
            [
                "changed": .bool(result.isChanged), "files": .array(result.files),
                "readBefore": .integer(Int64(result.known.count)),
                "source": .string(source), "sums": result.sums.value,
            ]
        case .notTaken(let source, let path, let reason, _):
            [
                "file": .string(FileName.last(of: path)), "path": .string(path), "reason": .string(reason),
                "source": .string(source),
            ]
        case .doubtful(let source, let rejected, let conflicts):
            [
                "conflicts": .integer(Int64(conflicts)), "rejected": .integer(Int64(rejected)),
                "source": .string(source),
            ]
        case .flawed(let source, let reason, let count):
            ["count": .integer(Int64(count)), "reason": .string(reason), "source": .string(source)]
        case .sealed(let archive, let result), .corrected(let archive, let result):
            [
                "archive": .string(archive), "bundle": .string(result.path), "name": .string(result.name),
                "errors": .integer(Int64(result.analysis.count(.error))),
                "warnings": .integer(Int64(result.analysis.count(.warning))),
            ]
        case .removed(let archive, let path): ["archive": .string(archive), "path": .string(path)]
        case .remade(let archive): ["archive": .string(archive)]
        case .checked(let archive, let bundles, let all):
            ["all": .integer(Int64(all)), "archive": .string(archive), "bundles": .integer(Int64(bundles))]
        case .waiting(let archive, let period, let reasons, _):
            [
                "archive": .string(archive), "period": .string(period.label ?? ""),
                "reasons": .array(reasons.map(JSONValue.string)),
            ]
        case .failed(let part, let error):
            [
                "hint": error.hint.map { .string($0.description) } ?? .null, "message": .string(error.message),
                "part": .string(part),
            ]
        case .planned(let step): step.members
        }
    }
}

extension IngestResult {
    /// What became of each file; one that was read before has the counts of then.
    fileprivate var files: [JSONValue] {
        sources.map { IngestResult.file($0, wasReadBefore: false) }
            + knownSummaries.map { IngestResult.file($0, wasReadBefore: true) }
    }

    private static func file(_ summary: SourceSummary, wasReadBefore: Bool) -> JSONValue {
        let counts: [String: Int] = [
            "accepted": summary.accepted, "bytes": summary.size, "conflicts": summary.conflicts,
            "duplicates": summary.duplicates, "read": summary.read, "rejected": summary.rejected,
        ]
        var members = counts.mapValues { JSONValue.integer(Int64($0)) }
        members["file"] = .string(summary.name)
        members["readBefore"] = .bool(wasReadBefore)
        members["sha256"] = .string(summary.sha256)
        return .object(members)
    }
}

extension PlannedStep {
    /// The members of the step's line in the log; `step` names its kind.
    fileprivate var members: [String: JSONValue] {
        switch self {
        case .ingest(let source, let fresh, let files):
            [
                "files": .integer(Int64(files)), "fresh": .integer(Int64(fresh)), "source": .string(source),
                "step": .string("ingest"),
            ]
        case .seal(let archive, let period):
            ["archive": .string(archive), "period": .string(period.label ?? ""), "step": .string("seal")]
        case .correct(let archive, let period, let deployments):
            [
                "archive": .string(archive), "deployments": .integer(Int64(deployments)),
                "period": .string(period.label ?? ""), "step": .string("correct"),
            ]
        case .finish(let archive, let name):
            ["archive": .string(archive), "name": .string(name), "step": .string("finish")]
        case .remove(let archive, let path, let reason):
            [
                "archive": .string(archive), "path": .string(path), "reason": .string(reason),
                "step": .string("remove"),
            ]
        }
    }
}

extension ScheduleEvent {
    /// The event as a step of a plan, or what stands in the way of one.
    fileprivate var planned: JSONValue {
        var members = members
        members["event"] = .string(name)
        return .object(members)
    }
}

extension Answer {
    /// The answer of a dry run that could not begin: the one obstacle, and the status that a run would end with.
    package static func stoppedPlan(_ failure: CommandError) -> Answer {
        let obstacle: [String: JSONValue] = [
            "event": .string("failed"), "hint": failure.hint.map { .string($0.description) } ?? .null,
            "message": .string(failure.messages.joined(separator: "\n")), "part": .string("run"),
        ]
        return Answer([
            "plan": .array([.object(obstacle)]), "status": .integer(Int64(failure.status.rawValue)),
        ])
    }
}

extension ScheduleResult {
    /// What a dry run found: each step and each obstacle in order, and the status that a run would end with.
    package func plan(status: ExitStatus?) -> Answer {
        Answer(["plan": .array(plan.map(\.planned)), "status": .integer(Int64(status?.rawValue ?? 0))])
    }

    /// The members of the last line of the log.
    package func members(status: ExitStatus?) -> [String: JSONValue] {
        let counts: [String: Int] = [
            "accepted": accepted, "corrected": corrected, "doubtful": doubtful, "failures": failures.count,
            "flaws": flaws,
            "notTaken": notTaken, "removed": removed, "sealed": sealed, "status": Int(status?.rawValue ?? 0),
            "waiting": waiting,
        ]
        return counts.mapValues { .integer(Int64($0)) }
    }
}
