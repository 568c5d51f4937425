import ArgumentParser
import CommandAnswers
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

    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() throws {
        let files = try LedgerView.backup(ledger.path, to: to)
        if json { return Console.answer(.backup(files, of: ledger.path)) }
        Console.result(to)
    }
}
