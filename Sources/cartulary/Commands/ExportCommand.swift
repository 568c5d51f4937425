import ArgumentParser
import AuditModel
import BundleExport
import BundleFormat
import CommandLineInterface
import Glibc
import Ledger
import RecordAnalysis
import Signing
import StrictJSON

struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Make a signed audit bundle from files of records, or from a ledger.",
        discussion: """
            EXAMPLES
              cartulary export records/ --key archive-key --out archive
              cartulary export *.ndjson --period 2026-02 --key archive-key --out archive --entity "Example Ltd"
              zcat old.csv.gz | cartulary export - --from 2026-01-01 --to 2026-02-01 --key archive-key --out archive
              cartulary export --ledger records.ledger --period 2026-02 --key archive-key --out archive
              cartulary export --ledger records.ledger --request-ref "Letter 12" --key archive-key --out answers

            From a ledger a period that has ended is sealed once and for good, and sealed periods that late records have
            changed are corrected first; any other bundle is an answer outside the series. See docs/ledger.md.

            Prints the bundle's path. The same inputs, options and key give the same bytes; a bundle that is there
            already is left as it is. Exit status: docs/exit-codes.md.
            """)

    @OptionGroup var records: RecordOptions
    @OptionGroup(title: "Selection") var selection: SelectionOptions
    @OptionGroup(title: "Declarations") var declared: DeclaredOptions
    @OptionGroup(title: "From a ledger") var source: LedgerSourceOptions
    @OptionGroup(title: "Messages") var messages: MessageOptions

    @Option(
        help: ArgumentHelp("The private key to sign with, as keygen or ssh-keygen writes it.", valueName: "file"),
        completion: .file())
    var key: String

    @Option(help: ArgumentHelp("The directory to put the bundle in.", valueName: "dir"), completion: .directory)
    var out: String

    @Option(help: ArgumentHelp("The bundle's name; by default made from the period.", valueName: "name"))
    var name: String?

    @Flag(
        name: .customLong("allow-empty"), help: "Accept filters that match nothing, and a bundle without deployments.")
    var allowEmpty = false

    @Option(help: ArgumentHelp("How rejected records are kept: bytes, or digest-only.", valueName: "how"))
    var rejected = RejectedForm.bytes

    @Option(
        name: .customLong("fail-on"),
        help: "Exit with 1 on findings of this severity or a graver one: error, warning, never.")
    var failOn = FailOn.never

    @Flag(help: "Print the result as JSON.")
    var json = false

    enum RejectedForm: String, ExpressibleByArgument, CaseIterable {
        case bytes
        case digestOnly = "digest-only"
    }

    mutating func validate() throws {
        if source.path == nil { return try records.requireFiles() }
        if !records.files.isEmpty { throw ValidationError("--ledger excludes files, which ingest takes in") }
    }

    func run() async throws {
        let console = messages.console()
        let progress = ProgressLine.handler(console)
        let results: [ExportResult]
        do {
            let options = try options(console, progress?.handler)
            results =
                if let request = source.options(options) { try await LedgerExport.run(request) } else {
                    [try await Export.run(options)]
                }
        } catch {
            progress?.line.clear()
            throw error
        }
        progress?.line.clear()
        for result in results {
            Console.result(json ? jsonText(result) : result.path)
            if !json { summary(result, console) }
        }
        if results.contains(where: { failOn.fails($0.run) }) { throw ExitCode(ExitStatus.findings.rawValue) }
    }

    private func options(_ console: Console, _ progress: ProgressHandler?) throws -> ExportOptions {
        var options = ExportOptions(key: try KeyFile.read(key), toolVersion: Version.text)
        options.run = try records.options(spillingTo: out)
        options.run.inputs = try records.inputs(console)
        options.run.selection = try selection.selection()
        options.run.allowsEmpty = allowEmpty
        options.run.keepsRawRejected = rejected == .bytes
        options.run.progress = progress
        options.directory = out
        options.name = name
        options.declared = declared.values
        options.command = try ["export"] + words()
        return options
    }

    /// The options that decide the bundle, in a fixed order.
    private func words() throws -> [String] {
        var words = try selection.words()
        if let name { words += ["--name", name] }
        if let asOf = try records.options().asOf { words += ["--as-of", asOf.text] }
        words += records.threshold.sorted().flatMap { ["--threshold", $0] }
        words += declared.words
        if rejected == .digestOnly { words += ["--rejected", rejected.rawValue] }
        if allowEmpty { words.append("--allow-empty") }
        return words + source.words
    }

    private func summary(_ result: ExportResult, _ console: Console) {
        let sums = result.run.sums
        console.note(
            """
            \(state(result)): \(result.path) (\(result.kind.rawValue))
              read \(sums.read) = accepted \(sums.accepted) + duplicates \(sums.duplicates) + conflicts \(sums.conflicts) \
            + rejected \(sums.rejected)
              deployments in the bundle: \(result.deployments), transitions: \(sums.inBundleTransitions)
              findings: \(FindingSummary.text(result.run, console))
              content root \(result.contentRoot), key \(result.keyFingerprint)
            next: cartulary verify \(result.path) --trust \(key).allowed_signers
            """)
        if messages.verbose {
            for count in result.run.counts {
                console.detail("  \(count.severity.name) \(count.code.rawValue): \(count.count)")
            }
        }
    }

    private func state(_ result: ExportResult) -> String {
        if result.wasSealed { return result.wasThere ? "sealed before, already there" : "sealed before, made again" }
        return result.wasThere ? "already there" : "written"
    }

    private func jsonText(_ result: ExportResult) -> String {
        let value = JSONValue.object([
            "bundle": .string(result.path), "contentRoot": .string(result.contentRoot),
            "deployments": .integer(Int64(result.deployments)),
            "errors": .integer(Int64(result.run.count(.error))), "key": .string(result.keyFingerprint),
            "kind": .string(result.kind.rawValue), "name": .string(result.name),
            "result": .string(result.wasThere ? "already-there" : "written"),
            "sums": IntakeFiles.sums(result.run.sums), "warnings": .integer(Int64(result.run.count(.warning))),
        ])
        return String(decoding: value.bytes, as: UTF8.self)
    }
}

/// The findings of a run in a few words.
enum FindingSummary {
    static func text(_ result: AnalysisResult, _ console: Console) -> String {
        let (errors, warnings) = (result.count(.error), result.count(.warning))
        let first = errors > 0 ? console.colored("\(errors) errors", .red) : "0 errors"
        let second = warnings > 0 ? console.colored("\(warnings) warnings", .yellow) : "0 warnings"
        return "\(first), \(second), \(result.count(.info)) notes"
    }
}
