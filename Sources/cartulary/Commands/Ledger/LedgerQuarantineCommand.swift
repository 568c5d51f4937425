import ArgumentParser
import CommandLineInterface
import Ledger

struct LedgerQuarantineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarantine",
        abstract: "List the rejected and conflicting records, one JSON object per line.")

    @OptionGroup(title: "Ledger") var ledger: LedgerOptions

    func run() throws {
        for entry in try LedgerView.quarantine(ledger.path) {
            Console.result("{\"number\":\(entry.number),\"record\":\(String(decoding: entry.body, as: UTF8.self))}")
        }
    }
}
