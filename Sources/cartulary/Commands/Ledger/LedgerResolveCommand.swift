import ArgumentParser
import CommandAnswers
import CommandLineInterface
import Ledger

struct LedgerResolveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resolve",
        abstract: "Resolve a dispute between conflicting records; the log keeps the decision.",
        discussion: """
            EXAMPLES
              cartulary ledger resolve 4 --accept 4 --reason "Corrected by the source" \\
                --by "A. Auditor" --ledger records.ledger --key archive-key

            A dispute is a record in quarantine that conflicts with one in the history; its number in quarantine identifies \
            it. All conflicts of the same record are resolved together. The next export corrects the sealed periods whose \
            content changes. Nothing is deleted, and a decision cannot be undone.
            """)

    @Argument(
        help: ArgumentHelp("The number in quarantine that identifies the dispute.", valueName: "number"))
    var dispute: Int

    @Option(
        help: ArgumentHelp(
            "The number in quarantine of the record to accept, or 0 for the record in the history.",
            valueName: "number"))
    var accept: Int

    @Option(help: ArgumentHelp("The reason for the decision.", valueName: "text"))
    var reason: String

    @Option(help: ArgumentHelp("Who made the decision.", valueName: "name"))
    var by: String

    @OptionGroup(title: "Ledger") var ledger: LedgerOptions
    @OptionGroup(title: "Ledger") var signer: LedgerSignerOptions
    @OptionGroup(title: "Ledger") var wait: WaitOptions

    @Flag(help: "Print the result as JSON.")
    var json = false

    mutating func validate() throws {
        try LedgerText.check(reason, option: "reason")
        try LedgerText.check(by, option: "by")
    }

    func run() throws {
        var options = LedgerDecision.Options(key: try signer.privateKey(), received: signer.time)
        options.isTimeConfirmed = signer.isTimeConfirmed
        options.ledger = ledger.path
        options.dispute = dispute
        options.accept = accept
        options.reason = reason
        options.by = by
        options.wait = wait.seconds
        let resolved = try LedgerDecision.run(options)
        if json { return Console.answer(.resolution(resolved, ledger: ledger.path)) }
        Console.result("resolved: \(resolved.map { "\($0)" }.joined(separator: ", "))")
    }
}
