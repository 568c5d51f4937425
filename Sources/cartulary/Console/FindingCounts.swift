import AuditModel
import CommandLineInterface
import RecordAnalysis

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
