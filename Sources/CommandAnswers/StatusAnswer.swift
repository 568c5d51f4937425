import Archive
import AuditModel
package import CommandLineInterface
import FileSystem
package import RunConfiguration
package import Schedule
import Signing
import StrictJSON

extension Answer {
    /// How a schedule stands; `isWell` says whether nothing needs looking after.
    package static func status(
        _ status: ScheduleStatus, _ configuration: Configuration, key: SigningKey, isWell: Bool
    ) -> Answer {
        Answer([
            "archives": .array(status.archives.map(\.value)), "disputes": .count(status.disputes),
            "isWell": .bool(isWell), "key": key.value,
            "lastRun": status.lastRun.map { run in
                .object([
                    "message": .string(run.message), "status": .count(run.status), "time": .string(run.time.text),
                ])
            } ?? .null,
            "ledger": .object([
                "lastWritten": .optional(status.lastReceived), "path": .string(configuration.plan.ledger),
            ]),
            "problem": .optional(status.problem?.message), "sources": .array(status.sources.map(\.value)),
        ])
    }
}

extension SigningKey {
    var value: JSONValue {
        .object([
            "fingerprint": .optional(key?.publicKey.fingerprint), "origin": .string(origin), "path": .string(path),
            "problem": .optional(problem?.messages.joined(separator: "; ")), "trustFile": .optional(trustFile),
            "until": .optional(until?.description), "warning": .optional(warning?.message),
        ])
    }
}

extension ScheduleStatus.Source {
    fileprivate var value: JSONValue {
        .object([
            "covers": .optional(covers), "failedFiles": .count(failedFiles), "freshFiles": .count(freshFiles),
            "name": .string(name), "problem": .optional(problem),
        ])
    }
}

extension ScheduleStatus.Archive {
    fileprivate var value: JSONValue {
        .object([
            "availableBytes": available.map(JSONValue.count) ?? .null, "bundles": .count(bundles),
            "damaged": .array(fixity.damaged.map(JSONValue.count)), "directory": .string(directory),
            "due": .string(due.text), "end": .optional(end),
            "fixity": .object([
                "bundles": .count(fixity.bundles), "complete": .optional(fixity.complete),
                "time": .optional(fixity.time),
            ]), "name": .string(name),
            "next": .string(next.label ?? next.from.text), "overdue": .count(overdue),
            "problems": .texts(problems.map(\.message)),
        ])
    }
}
