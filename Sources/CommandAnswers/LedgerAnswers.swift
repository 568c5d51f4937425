package import CommandLineInterface
package import LedgerRestoration
package import LedgerUpkeep
import StrictJSON

extension Answer {
    /// What a ledger keeps in quarantine.
    package static func quarantine(_ entries: [QuarantinedRecord], ledger: String) -> Answer {
        let values = entries.map { entry in
            JSONValue.object([
                "deploymentId": .optional(entry.deploymentID),
                "isSettled": entry.isSettled.map(JSONValue.bool) ?? .null, "kind": .string(entry.kind.rawValue),
                "number": .count(entry.number),
                "positions": .array(
                    entry.positions.map { position in
                        .object([
                            "file": .string(position.file), "line": .count(position.line),
                            "offset": .count(position.offset),
                        ])
                    }), "reason": .optional(entry.reason), "record": entry.record,
                "transitionId": .optional(entry.transitionID),
            ])
        }
        return Answer(["entries": .array(values), "ledger": .string(ledger)])
    }

    /// What `ledger backup` copied.
    package static func backup(_ files: [String], of ledger: String) -> Answer {
        Answer(["backup": .optional(files.first), "files": .texts(files), "ledger": .string(ledger)])
    }

    /// What `ledger recover` made again.
    package static func recovery(_ result: LedgerRecovery.Outcome, ledger: String) -> Answer {
        Answer([
            "entries": .count(result.size), "ledger": .string(ledger), "root": .string(result.root),
            "runs": .count(result.runs),
        ])
    }

    /// The log that `ledger declare-break` began, and the logs that it continues.
    package static func declaredBreak(_ declared: LedgerRecovery.Declared, ledger: String) -> Answer {
        Answer(["breaks": .array(declared.breaks), "ledger": .string(ledger), "origin": .string(declared.origin)])
    }

    /// What `ledger resolve` settled.
    package static func resolution(_ numbers: [Int], ledger: String) -> Answer {
        Answer(["ledger": .string(ledger), "settled": .array(numbers.map(JSONValue.count))])
    }
}
