import Archive
import AuditModel
import BundleFormat
package import CommandLineInterface
import FileSystem
package import Installation
package import RunConfiguration
import Schedule
package import Signing
import Spools
import StrictJSON

extension Answer {
    /// What `config check` found in a configuration that can be used.
    package static func check(_ configuration: Configuration, _ key: SigningKey, notes: [String]) -> Answer {
        Answer([
            "archives": .texts(configuration.archives.map(\.name)), "configuration": .string(configuration.path),
            "hint": .null, "isValid": .bool(true), "key": key.value, "notes": .texts(notes), "problems": .array([]),
            "sources": .texts(configuration.sources.map(\.name)),
        ])
    }

    /// What `config check` found wrong; the program ends with the status of the error.
    package static func check(_ path: String, problem: CommandError) -> Answer {
        Answer([
            "archives": .array([]), "configuration": .string(path), "hint": .optional(problem.hint?.description),
            "isValid": .bool(false), "key": .null, "notes": .array([]), "problems": .texts(problem.messages),
            "sources": .array([]),
        ])
    }

    /// The effective settings of a configuration.
    package static func settings(_ configuration: Configuration) -> Answer {
        let file = configuration.path
        return Answer([
            "archives": .array(configuration.archives.map(\.value)), "configuration": .string(file),
            "key": configuration.key.value(file, JSONValue.string),
            "ledger": configuration.ledger.value(file, JSONValue.string),
            "memory": configuration.memory.value(file) { .integer(Int64($0.bytes)) },
            "notify": .object([
                "metrics": .optional(configuration.notices.metrics),
                "onFailure": .optional(configuration.notices.onFailure),
                "ping": .optional(configuration.notices.ping),
            ]),
            "sources": .array(configuration.sources.map(\.value)),
            "threads": configuration.threads.value(file, JSONValue.count),
            "verifyBeforeSeal": configuration.sealVerification.value(file) { .string($0.rawValue) },
            "wait": configuration.wait.value(file, JSONValue.count),
        ])
    }

    /// What `init` made: the configuration, the key, every file, and the commands that come next.
    package static func setup(
        configuration: String, key: PublicKey, files: [String], keyFiles: KeyPairFiles, next: [String]
    ) -> Answer {
        Answer([
            "configuration": .string(configuration), "files": .texts(files), "key": key.value(path: keyFiles.path),
            "next": .texts(next), "trustFile": .string(keyFiles.trustPath),
        ])
    }
}

extension Setting {
    fileprivate func value(_ file: String, _ encode: (Value) -> JSONValue) -> JSONValue {
        .object(["origin": .string(origin.text(file)), "value": encode(value)])
    }
}

extension ScheduledSource {
    fileprivate var value: JSONValue {
        var members: [String: JSONValue] = [
            "files": .null, "marker": .null, "name": .string(name), "spool": .null, "zone": .optional(zone),
        ]
        switch location {
        case .files(let patterns): members["files"] = .texts(patterns)
        case .spool(let folder): members["spool"] = .string(folder)
        }
        switch coverage {
        case .generatedAt: members["coversUntil"] = .string("generated-at")
        case .marker(let path):
            members["coversUntil"] = .string("marker")
            members["marker"] = .string(path)
        case .unchecked: members["coversUntil"] = .string("unchecked")
        }
        return .object(members)
    }
}

extension ScheduledArchive {
    fileprivate var value: JSONValue {
        var filters: [String: JSONValue] = [:]
        for filter in selection.filters { filters[filter.rawValue] = .texts(selection[filter]) }
        return .object([
            "basis": .string(selection.basis.rawValue), "begin": .string(begin.label ?? begin.from.text),
            "declared": .object(declared.mapValues(JSONValue.string)), "directory": .string(directory),
            "dueAfterSeconds": .integer(delay), "dueDays": .count(dueDays), "expect": .texts(expects),
            "expectTransitions": .count(expectedTransitions), "filters": .object(filters), "name": .string(name),
            "period": .string(length.rawValue), "retention": retention?.value ?? .null,
            "workbook": .string(workbook.rawValue),
        ])
    }
}

extension RetentionPolicy {
    fileprivate var value: JSONValue {
        .object([
            "holds": .array(
                holds.map { hold in
                    .object([
                        "from": .optional(hold.from), "name": .string(hold.name), "reason": .string(hold.reason),
                        "to": .optional(hold.to),
                    ])
                }), "keepYears": .count(keepYears), "prune": .string(prunesWithRun ? "each-run" : "by-hand"),
        ])
    }
}
