import Archive
import ArgumentParser
import AuditModel
import BundleExport
import BundleFormat
import CommandAnswers
import CommandLineInterface
import FileSystem
import Installation
import Ledger
import RecordAnalysis
import Signing

struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Make a signed audit bundle from files of records or from a ledger.",
        discussion: """
            EXAMPLES
              cartulary export records/ --key archive-key --out archive
              cartulary export *.ndjson --period 2026-02 --key archive-key --out archive
              zcat old.csv.gz | cartulary export - --key archive-key --out archive
              cartulary export --ledger records.ledger --period 2026-02 \\
                --key archive-key --out archive
              cartulary export --ledger records.ledger --request-ref "Letter 12" \\
                --key archive-key --out answers
              cartulary export --ledger records.ledger --transaction 0x5f3a… \\
                --key archive-key --out answers

            From a ledger, export seals each period that has ended once and permanently. It first corrects the sealed \
            periods that late records have changed. Every other bundle is an answer outside the series, and so is one \
            that is filtered by --deployment, --asset, --transaction or --token. See docs/ledger.md.

            Prints the path of the bundle. The same inputs, options and key give the same bytes; an existing bundle with \
            these bytes is left unchanged. Exit status: docs/exit-codes.md.
            """)

    @OptionGroup var records: RecordOptions
    @OptionGroup(title: "Selection") var selection: SelectionOptions
    @OptionGroup(title: "Declarations") var declared: DeclaredOptions
    @OptionGroup(title: "From a ledger") var source: LedgerSourceOptions
    @OptionGroup(title: "Messages") var messages: MessageOptions

    @Option(
        help: ArgumentHelp("The private key that signs, as keygen or ssh-keygen writes it.", valueName: "file"),
        completion: .file())
    var key: String

    @Option(help: ArgumentHelp("The directory for the bundle.", valueName: "dir"), completion: .directory)
    var out: String

    @Option(help: ArgumentHelp("The bundle's name (default: made from the period).", valueName: "name"))
    var name: String?

    @Flag(
        name: .customLong("allow-empty"),
        help: "Accept filters that match nothing, and make a bundle without deployments.")
    var allowEmpty = false

    @Option(
        help: ArgumentHelp(
            "Keep the bytes of rejected records, or only their digests (default: bytes). Of a ledger, ingest decides it.",
            valueName: "form"))
    var rejected: RejectedForm?

    @Option(
        help: ArgumentHelp(
            "Whether the bundle has tables.xlsx: always, never, or auto, which is as in the latest bundle of the series, and "
                + "always without a series.",
            valueName: "choice"))
    var workbook = WorkbookChoice.auto

    @Option(name: .customLong("fail-on"), help: FailOn.help)
    var failOn = FailOn.never

    @Flag(help: "Print the result as JSON.")
    var json = false

    mutating func validate() throws {
        if source.path == nil { return try records.requireFiles() }
        if source.revision != nil, !selection.selection.isOfSeries {
            let filters = selection.selection.filters.filter { !$0.isOfSeries }.map { "\($0.option)" }
            throw ValidationError(
                "--revision is of a sealed period, and \(filters.joined(separator: ", ")) makes an answer outside the series"
            )
        }
        if !records.files.isEmpty { throw ValidationError("--ledger excludes files; add them with ingest") }
        if rejected != nil {
            throw ValidationError(
                "--rejected is of files: a ledger keeps rejected records as cartulary ingest --rejected says")
        }
    }

    func run() async throws {
        let console = messages.console()
        let results = try await ProgressLine.shown(console) { progress in
            let options = try options(console, progress)
            if source.path == nil { try ArchiveFolder.requireApart(out) }
            guard var request = source.options(options) else { return [try await Export.run(options)] }
            request.formerKeys = KeyFile.former(key)
            request.given.formUnion(Declared.all.filter { options.declared[$0.member] != nil }.map(\.option))
            request.inspect = source.inspection.inspection(options.key.publicKey, threads: options.analysis.threads)
            request.given.formUnion(records.threshold.map(\.name))
            request.workbook = workbook
            if workbook != .auto { request.given.insert("workbook") }
            if allowEmpty { request.given.insert("allow-empty") }
            try ArchiveOfExport.check(request)
            request.keeper = ArchiveOfExport.keeper(of: request)
            return try await LedgerExport.run(request)
        }
        for result in results {
            if json { Console.answer(.export(result)) } else { show(result, console) }
        }
        if results.contains(where: { failOn.fails($0.analysis) }) { throw ExitCode(ExitStatus.findings.rawValue) }
    }

    private func options(_ console: Console, _ progress: ProgressHandler?) throws -> ExportOptions {
        var options = ExportOptions(key: try KeyFile.read(key), toolVersion: Version.text)
        options.analysis = try records.options(console, spillingTo: out)
        options.analysis.selection = selection.selection
        options.analysis.allowsEmpty = allowEmpty
        options.analysis.keepsRawRejected = rejected != .digestOnly
        options.analysis.progress = progress
        options.directory = out
        options.name = name
        options.declared = declared.values
        options.command = ["export"] + words
        return options
    }

    /// The options that decide the bundle, in a fixed order.
    private var words: [String] {
        var words = selection.selection.words
        if let name { words += ["--name", name] }
        if let asOf = records.asOf { words += ["--as-of", asOf.text] }
        words += records.threshold.map(\.text).sorted().flatMap { ["--threshold", $0] }
        words += declared.words
        if rejected == .digestOnly { words += ["--rejected", RejectedForm.digestOnly.rawValue] }
        if allowEmpty { words.append("--allow-empty") }
        return words + source.words + workbook.words
    }

    private func show(_ result: ExportResult, _ console: Console) {
        let next = ShellCommand(
            "cartulary", "verify", .file(result.path), "--trust", .file(key + ".allowed_signers"))
        Console.result(result.path)
        console.note(
            """
            \(result.stateText): \(Console.safe(result.path)) (\(result.kind.rawValue))
              \(result.analysis.sums.text)
              deployments in the bundle: \(result.deployments), transitions: \(result.analysis.sums.inBundleTransitions)
              findings: \(result.analysis.findingsText(console))
              content root \(result.contentRoot), key \(result.keyFingerprint)
            next: \(next)
            """)
        for count in result.analysis.counts {
            console.detail("  \(count.severity.name) \(count.code.rawValue): \(count.count)")
        }
    }
}

extension WorkbookChoice: ExpressibleByArgument {}
