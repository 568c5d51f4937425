import ArgumentParser
import CommandLineInterface
import Ledger
import StrictJSON

struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the values in a ledger, with the number of deployments that have each.",
        discussion: """
            EXAMPLES
              cartulary list networks --ledger records.ledger
              cartulary list periods --ledger records.ledger --json
            """)

    @Argument(help: "What to list; periods are months.")
    var subject: LedgerView.Subject

    @OptionGroup(title: "Ledger") var ledger: LedgerOptions

    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() throws {
        let values = try LedgerView.list(subject, ledger.path)
        if json {
            let list = values.map { entry in
                JSONValue.object([
                    "deployments": .integer(Int64(entry.count)), "value": entry.value.map(JSONValue.string) ?? .null,
                ])
            }
            return Console.answer(["subject": .string(subject.rawValue), "values": .array(list)])
        }
        for entry in values { Console.row(Console.safe(entry.value ?? "(not stated)"), "\(entry.count)") }
    }
}

extension LedgerView.Subject: ExpressibleByArgument {}
