import ArgumentParser
import CommandAnswers
import CommandLineInterface
import FileSystem
import Ledger
import LedgerFiles
import LedgerRestoration

struct LedgerDeclareBreakCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "declare-break",
        abstract: "Start a new ledger after the loss of a ledger and its sources, and record the break permanently.",
        discussion: """
            EXAMPLES
              cartulary ledger declare-break --checkpoint old.ledger.checkpoint \\
                --reason "Disk lost, no sources" --by "O. Operator" \\
                --ledger new.ledger --key archive-key

            The first entries of the new ledger state the number of entries and the root of the lost ledger, from its last \
            known checkpoint. Every bundle that is made from the new ledger shows the break, and so does verify. If the lost \
            ledger began with a break itself, both are shown: the first is read from the journal beside the checkpoint, or \
            from --bundle. If the sources still exist, use recover instead.
            """)

    @Option(
        help: ArgumentHelp("The last known checkpoint of the lost ledger.", valueName: "file"), completion: .file())
    var checkpoint: String

    @Option(
        help: ArgumentHelp(
            "A bundle that was made from the lost ledger; needed only if that began with a break and its journal is lost.",
            valueName: "file"), completion: .file(extensions: ["zip"]))
    var bundle: String?

    @Option(help: ArgumentHelp("What happened.", valueName: "text"))
    var reason: String

    @Option(help: ArgumentHelp("Who declares the break.", valueName: "name"))
    var by: String

    @OptionGroup(title: "Ledger") var ledger: LedgerOptions
    @OptionGroup(title: "Ledger") var signer: LedgerSignerOptions

    @Flag(help: "Print the result as JSON.")
    var json = false

    mutating func validate() throws {
        try LedgerText.check(reason, option: "reason")
        try LedgerText.check(by, option: "by")
    }

    /// The lost ledger's journal, if it stands beside the checkpoint.
    private var journal: String? {
        guard let ledger = CheckpointFile.ledger(of: checkpoint) else { return nil }
        let path = LedgerJournal.path(of: ledger)
        return FileStatus.exists(path) ? path : nil
    }

    func run() throws {
        var options = LedgerRecovery.Break(key: try signer.privateKey(), received: signer.time)
        options.checkpoint = try SmallFile.contents(checkpoint)
        options.bundle = bundle
        options.journal = journal
        options.reason = reason
        options.by = by
        options.ledger = ledger.path
        let declared = try LedgerRecovery.declare(options)
        if json { return Console.answer(.declaredBreak(declared, ledger: ledger.path)) }
        let next = ShellCommand("cartulary", "ledger", "restore-drill", "--config", "cartulary.yaml")
        Console.result(ledger.path)
        Console().note(
            "new log: \(declared.origin); name the ledger in the configuration\nnext: \(next)")
    }
}
