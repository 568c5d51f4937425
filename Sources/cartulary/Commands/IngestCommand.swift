import ArgumentParser
import AuditModel
import BundleFormat
import CommandLineInterface
import Glibc
import Ledger
import RecordAnalysis
import RecordIngest
import StrictJSON

struct IngestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingest",
        abstract: "Take files of records into a ledger, once and for good.",
        discussion: """
            EXAMPLES
              cartulary ingest records/ --ledger records.ledger --key archive-key
              cartulary ingest hourly-*.ndjson.gz --ledger records.ledger --key archive-key --wait 60 --json

            Everything of a run is stored, or nothing. A record that the ledger holds changes nothing, however often it
            comes; what contradicts it is kept in quarantine. Exit status: docs/exit-codes.md.
            """)

    @Argument(
        help: ArgumentHelp(
            "Files, directories or - for standard input; JSON, NDJSON or CSV, plain or gzip, in any mixture. "
                + "A directory stands for every file below it, each read once; hidden names are left out. "
                + "Anything there that cannot be read is an error.",
            valueName: "file"),
        completion: .file())
    var files: [String]

    @OptionGroup(title: "Ledger") var ledger: LedgerOptions

    @OptionGroup(title: "Ledger") var signer: LedgerSignerOptions
    @OptionGroup(title: "Ledger") var wait: WaitOptions

    @Option(help: ArgumentHelp("How rejected records are kept: bytes, or digest-only.", valueName: "how"))
    var rejected = ExportCommand.RejectedForm.bytes

    @Option(help: ArgumentHelp("Tasks side by side; the ledger does not depend on it.", valueName: "n"))
    var threads = Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))

    @Flag(help: "Print the result as JSON.")
    var json = false

    @OptionGroup(title: "Messages") var messages: MessageOptions

    mutating func validate() throws {
        if threads < 1 || threads > 1024 { throw ValidationError("--threads \(threads), expected 1 to 1024") }
        if files.isEmpty { throw ValidationError("no input, expected at least one file, directory or -") }
    }

    func run() async throws {
        let console = messages.console()
        let progress = ProgressLine.handler(console)
        var options = IngestOptions(key: try signer.privateKey(), received: try signer.time())
        options.inputs = try InputList.expand(files, console)
        options.ledger = ledger.path
        options.wait = wait.seconds
        (options.threads, options.keepsRawRejected) = (threads, rejected == .bytes)
        options.progress = progress?.handler
        let result: IngestResult
        do {
            result = try await LedgerIngest.run(options)
        } catch {
            progress?.line.clear()
            throw error
        }
        progress?.line.clear()
        if json { Console.result(jsonText(result)) } else { summary(result, console) }
    }

    private func summary(_ result: IngestResult, _ console: Console) {
        let sums = result.sums
        for name in result.known { console.note("read before, nothing changes: \(Console.safe(name))") }
        if !result.sources.isEmpty {
            console.note(
                """
                read \(sums.read) = accepted \(sums.accepted) + duplicates \(sums.duplicates) + conflicts \
                \(sums.conflicts) + rejected \(sums.rejected)
                """)
            if !result.isChanged { console.note("nothing new: the ledger is as it was") }
        }
        console.note("ledger \(ledger.path): \(result.size) entries, root \(result.root)")
    }

    /// The sums as JSON.
    static func sums(_ sums: IntakeSums) -> JSONValue {
        let counts: [String: Int] = [
            "accepted": sums.accepted, "acceptedDeploymentRecords": sums.acceptedDeploymentRecords,
            "acceptedTransitions": sums.acceptedTransitions, "conflicts": sums.conflicts,
            "duplicates": sums.duplicates, "read": sums.read, "rejected": sums.rejected,
        ]
        return .object(counts.mapValues { .integer(Int64($0)) })
    }

    private func jsonText(_ result: IngestResult) -> String {
        String(
            decoding: JSONValue.object([
                "changed": .bool(result.isChanged), "entries": .integer(Int64(result.size)),
                "errors": .integer(Int64(result.errors)), "ledger": .string(ledger.path),
                "origin": .string(result.origin), "readBefore": .array(result.known.map(JSONValue.string)),
                "root": .string(result.root), "sums": Self.sums(result.sums),
                "superseded": .integer(Int64(result.superseded)), "warnings": .integer(Int64(result.warnings)),
            ]).bytes, as: UTF8.self)
    }
}

/// Which ledger.
struct LedgerOptions: ParsableArguments {
    @Option(
        name: .customLong("ledger"), help: ArgumentHelp("The ledger's file.", valueName: "file"), completion: .file())
    var path: String

    mutating func validate() throws {
        if path.isEmpty { throw ValidationError("--ledger is empty, expected a file") }
    }
}
