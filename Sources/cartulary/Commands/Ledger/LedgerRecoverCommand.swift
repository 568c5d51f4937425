import ArgumentParser
import CommandAnswers
import CommandLineInterface
import Installation
import Ledger
import LedgerRestoration
import RunConfiguration

struct LedgerRecoverCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recover",
        abstract: "Rebuild a lost ledger from its journal and its source files.",
        discussion: """
            EXAMPLES
              cartulary ledger recover --journal records.ledger.journal \\
                --sources incoming/ --ledger new.ledger --key archive-key

            Every run is repeated with its time of acceptance, and must give the root that the journal names. Files are \
            identified by their SHA-256, so their names do not matter. Compare the root with a copy of the checkpoint.
            """)

    @Option(help: ArgumentHelp("The journal of the lost ledger.", valueName: "file"), completion: .file())
    var journal: String

    @Option(
        help: ArgumentHelp("A source file, or a directory of source files; may be repeated.", valueName: "file"),
        completion: .file())
    var sources: [String]

    @OptionGroup(title: "Ledger") var ledger: LedgerOptions

    @Option(
        help: ArgumentHelp("The key that signed the lost ledger's last checkpoint.", valueName: "file"),
        completion: .file())
    var key: String

    @Option(help: MemorySize.ledgerHelp, transform: MemorySize.parse)
    var memory: MemorySize?

    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() async throws {
        var options = LedgerRecovery.Options(key: try KeyFile.read(key))
        options.journal = journal
        options.sources = sources
        options.ledger = ledger.path
        options.memory = (memory ?? .default).bytes
        let result = try await LedgerRecovery.run(options)
        if json { return Console.answer(.recovery(result, ledger: ledger.path)) }
        Console.result(ledger.path)
        Console().note(
            "\(Console.count(result.runs, "run")), \(Console.count(result.size, "entry", plural: "entries")), root \(result.root): matches the journal"
        )
    }
}
