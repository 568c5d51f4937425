import AuditModel
import BundleFormat
import CommandLineInterface
import RecordAnalysis
import StrictJSON

extension IntakeSums {
    /// Where every record that was read went.
    var text: String {
        "read \(read) = accepted \(accepted) + duplicates \(duplicates) + conflicts \(conflicts) + rejected \(rejected)"
    }

    /// The sums that an ingest has, by name.
    var json: JSONValue {
        let counts: [String: Int] = [
            "accepted": accepted, "acceptedDeploymentRecords": acceptedDeploymentRecords,
            "acceptedTransitions": acceptedTransitions, "conflicts": conflicts, "duplicates": duplicates, "read": read,
            "rejected": rejected,
        ]
        return .object(counts.mapValues { .integer(Int64($0)) })
    }
}

extension AnalysisResult {
    /// The number of findings of each severity.
    func findingsText(_ console: Console) -> String {
        let errors = Console.count(count(.error), "error")
        let warnings = Console.count(count(.warning), "warning")
        return [
            count(.error) > 0 ? console.colored(errors, .red) : errors,
            count(.warning) > 0 ? console.colored(warnings, .yellow) : warnings, Console.count(count(.info), "note"),
        ].joined(separator: ", ")
    }
}
