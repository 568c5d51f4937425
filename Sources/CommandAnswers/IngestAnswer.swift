import AuditModel
package import BundleFormat
package import CommandLineInterface
package import Ledger
import RecordAnalysis
import StrictJSON

extension Answer {
    /// What `ingest` brought into a ledger.
    package static func ingest(_ result: IngestResult, ledger: String) -> Answer {
        Answer([
            "changed": .bool(result.isChanged), "entries": .count(result.size), "errors": .count(result.errors),
            "ledger": .string(ledger), "origin": .string(result.origin), "readBefore": .texts(result.known),
            "root": .string(result.root), "sums": result.sums.value, "superseded": .count(result.superseded),
            "warnings": .count(result.warnings),
        ])
    }
}

extension IntakeSums {
    /// Where every record that was read went.
    package var text: String {
        "read \(read) = accepted \(accepted) + duplicates \(duplicates) + conflicts \(conflicts) + rejected \(rejected)"
    }

    /// The sums that an ingest has, by name.
    var value: JSONValue {
        let counts: [String: Int] = [
            "accepted": accepted, "acceptedDeploymentRecords": acceptedDeploymentRecords,
            "acceptedTransitions": acceptedTransitions, "conflicts": conflicts, "duplicates": duplicates, "read": read,
            "rejected": rejected,
        ]
        return .object(counts.mapValues(JSONValue.count))
    }
}
