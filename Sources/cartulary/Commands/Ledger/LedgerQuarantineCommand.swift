import ArgumentParser
import CommandAnswers
import CommandLineInterface
import Ledger
import LedgerUpkeep

struct LedgerQuarantineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarantine",
        abstract: "List the rejected and conflicting records, with the files that they came from.",
        discussion: """
            EXAMPLES
              cartulary ledger quarantine --ledger records.ledger
              cartulary ledger quarantine --ledger records.ledger --json | jq '.entries[] | select(.isSettled == false)'

            Each line has the number, then rejected, open or settled: an open conflict is a dispute that cartulary ledger \
            resolve settles. With --json the records are printed too.
            """)

    @OptionGroup(title: "Ledger") var ledger: LedgerOptions

    @Flag(help: "Print the result as JSON, with the records.")
    var json = false

    func run() throws {
        let entries = try LedgerView.quarantinedRecords(ledger.path)
        if json { return Console.answer(.quarantine(entries, ledger: ledger.path)) }
        for entry in entries { Console.result(Console.safe(entry.line)) }
    }
}

extension QuarantinedRecord {
    /// The record on one line: number, state, subject, and where it came from.
    fileprivate var line: String {
        let state = isSettled.map { $0 ? "settled" : "open" } ?? "rejected"
        let places = positions.map { "\($0.file):\($0.line)" }.joined(separator: ", ")
        return "\("\(number)".padded(to: 5)) \(state.padded(to: 8))  \(places): \(subject)"
    }

    private var subject: String {
        let deployment = deploymentID.map { "deployment \($0)" }
        switch kind {
        case .rejected: return [deployment, reason].compactMap(\.self).joined(separator: ": ")
        case .conflict:
            let own = transitionID.map { "transition \($0) of " } ?? ""
            return "\(own)\(deployment ?? "") contradicts the record in the history"
        }
    }
}
