import ArgumentParser
import CommandLineInterface
import Ledger

struct LedgerBackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy a ledger and its checkpoint as they are at one moment, even while a run writes.")

    @OptionGroup(title: "Ledger") var ledger: LedgerOptions

    @Option(
        help: ArgumentHelp("The file to create. An existing file is not overwritten.", valueName: "file"),
        completion: .file())
    var to: String

    func run() throws {
        try LedgerView.backup(ledger.path, to: to)
        Console.result(to)
    }
}
