import ArgumentParser
import AuditModel
import BundleFormat
import CommandAnswers
import CommandLineInterface
import RecordAnalysis

struct ValidateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check records against the state machine and the rules, without making a bundle.",
        discussion: """
            EXAMPLES
              cartulary validate records/
              cartulary validate export.csv --fail-on warning
              cartulary validate *.ndjson --json | jq '.findings[].code'
            """)

    /// Findings that are printed without -v.
    private static let shownFindings = 50

    @OptionGroup var records: RecordOptions
    @OptionGroup(title: "Messages") var messages: MessageOptions

    @Option(name: .customLong("fail-on"), help: FailOn.help)
    var failOn = FailOn.error

    @Flag(help: "Print the result as JSON.")
    var json = false

    mutating func validate() throws { try records.requireFiles() }

    func run() async throws {
        let console = messages.console()
        let result = try await ProgressLine.shown(console) { progress in
            var options = try records.options(console)
            options.progress = progress
            options.allowsEmpty = true
            return try await RecordAnalyzer.run(options)
        }
        if json { Console.answer(validation: result) } else { show(result, console) }
        if failOn.fails(result) { throw ExitCode(ExitStatus.findings.rawValue) }
    }

    private func show(_ result: AnalysisResult, _ console: Console) {
        let limit = messages.verbose ? Int.max : ValidateCommand.shownFindings
        var count = 0
        result.forEachFinding { finding in
            // A member that is not read but looks as if it were meant is lost without a word otherwise.
            let isMeant = finding.code == .unknownMember && finding.expected != nil
            guard messages.verbose || finding.severity > .info || isMeant else { return }
            count += 1
            if count <= limit { Console.result(result.line(finding)) }
        }
        if count > limit { console.note("… and \(count - limit) more; -v shows all") }
        let sums = result.sums
        console.note(
            """
            \(sums.text)
            deployments \(sums.deployments), transitions \(sums.acceptedTransitions) = in history \(sums.inHistory) \
            + repeats \(sums.repeats) + refused \(sums.refused)
            findings: \(result.findingsText(console))
            """)
    }
}
