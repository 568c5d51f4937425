package import CommandLineInterface
import FileSystem
package import Schedule
import StrictJSON

extension Answer {
    /// What `repair` did, or would do, with each bundle and each other file, in order.
    package static func repair(
        _ outcomes: [(archive: String, outcome: ArchiveRepair.Outcome)], isDryRun: Bool
    ) -> Answer {
        let list = outcomes.map { archive, outcome in
            var members: [String: JSONValue] = [
                "archive": .string(archive), "from": .null, "hint": .null, "reason": .null, "to": .null,
            ]
            members.merge(outcome.members) { $1 }
            return JSONValue.object(members)
        }
        return Answer(["isDryRun": .bool(isDryRun), "outcomes": .array(list)])
    }
}

extension ArchiveRepair.Outcome {
    fileprivate var members: [String: JSONValue] {
        switch self {
        case .made(let path): ["outcome": .string("made"), "path": .string(path)]
        case .copied(let path, let copy): ["from": .string(copy), "outcome": .string("copied"), "path": .string(path)]
        case .rejectedCopy(let path, let reason):
            ["outcome": .string("rejected-copy"), "path": .string(path), "reason": .string(reason)]
        case .movedAside(let path, let name):
            ["outcome": .string("renamed"), "path": .string(path), "to": .string(name)]
        case .failed(let path, let error):
            [
                "hint": .optional(error.hint?.description), "outcome": .string("failed"), "path": .string(path),
                "reason": .string(error.message),
            ]
        }
    }
}
