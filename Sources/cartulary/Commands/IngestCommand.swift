import ArgumentParser
import AuditModel
import CommandAnswers
import CommandLineInterface
import FileSystem
import Ledger
import RecordIngest
import RunConfiguration
import Schedule

struct IngestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingest",
        abstract: "Add files of records to a ledger, each record once.",
        discussion: """
            EXAMPLES
              cartulary ingest records/ --ledger records.ledger --key archive-key
              cartulary ingest *.gz --ledger records.ledger --key archive-key --wait 60

            A run is stored completely or not at all. A record that the ledger already holds changes nothing, however often \
            it arrives; a record that conflicts with one in the ledger goes into quarantine. Exit status: \
            docs/exit-codes.md.
            """)

    @Argument(help: InputArgument.help, completion: .file())
    var files: [String]

    @OptionGroup(title: "Ledger") var ledger: LedgerOptions
    @OptionGroup(title: "Ledger") var signer: LedgerSignerOptions
    @OptionGroup(title: "Ledger") var wait: WaitOptions

    @Option(help: RejectedForm.help)
    var rejected = RejectedForm.bytes

    @Option(help: ThreadCount.help)
    var threads = ThreadCount.default

    @Option(help: MemorySize.ledgerHelp, transform: MemorySize.parse)
    var memory: MemorySize?

    @Flag(help: "Print the result as JSON.")
    var json = false

    @OptionGroup(title: "Messages") var messages: MessageOptions

    mutating func validate() throws {
        try ThreadCount.check(threads)
        if files.isEmpty { throw ValidationError("no input, expected at least one file, directory or -") }
    }

    func run() async throws {
        let console = messages.console()
        var options = IngestOptions(key: try signer.privateKey(), received: signer.time)
        options.isTimeConfirmed = signer.isTimeConfirmed
        options.identity = try NewLedger.identity()
        // Before the files are listed: a run that moves them would leave an ingest a part of them.
        let folders = try SpoolLock.share(files, wait: wait.seconds)
        defer { for folder in folders { folder.release() } }
        options.inputs = try InputList.expand(files, console)
        options.ledger = ledger.path
        options.wait = wait.seconds
        options.threads = threads
        options.memory = (memory ?? .default).bytes
        options.keepsRawRejected = rejected == .bytes
        let result = try await ProgressLine.shown(console) { [options] progress in
            var options = options
            options.progress = progress
            return try await LedgerIngest.run(options)
        }
        if json { Console.answer(.ingest(result, ledger: ledger.path)) } else { show(result, console) }
    }

    private func show(_ result: IngestResult, _ console: Console) {
        for name in result.known { console.note("already ingested, nothing changes: \(Console.safe(name))") }
        if !result.sources.isEmpty {
            console.note(result.sums.text)
            if !result.isChanged { console.note("nothing new: the ledger is unchanged") }
        }
        console.note(
            "ledger \(ledger.path): \(Console.count(result.size, "entry", plural: "entries")), root \(result.root)")
    }
}
