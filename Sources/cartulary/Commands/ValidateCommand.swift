import ArgumentParser
import AuditModel
import CommandLineInterface
import RecordAnalysis
import StrictJSON

struct ValidateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check records against the state machine and the rules, without making a bundle.",
        discussion: """
            EXAMPLES
              cartulary validate records/
              cartulary validate export.csv --fail-on warning
              cartulary validate *.ndjson --json | jq '.findings[] | select(.severity == "error")'
            """)

    @OptionGroup var records: RecordOptions
    @OptionGroup(title: "Messages") var messages: MessageOptions

    @Option(
        name: .customLong("fail-on"),
        help: "Exit with 1 on findings of this severity or a graver one: error, warning, never.")
    var failOn = FailOn.error

    @Flag(help: "Print the result as JSON.")
    var json = false

    mutating func validate() throws { try records.requireFiles() }

    func run() async throws {
        let console = messages.console()
        let progress = ProgressLine.handler(console)
        var options = try records.options()
        options.inputs = try records.inputs(console)
        options.progress = progress?.handler
        options.allowsEmpty = true
        let result: AnalysisResult
        do {
            result = try await RecordAnalyzer.run(options)
        } catch {
            progress?.line.clear()
            throw error
        }
        progress?.line.clear()
        if json {
            Console.result(String(decoding: jsonValue(result).bytes, as: UTF8.self))
        } else {
            show(result, console)
        }
        if failOn.fails(result) { throw ExitCode(ExitStatus.findings.rawValue) }
    }

    private func show(_ result: AnalysisResult, _ console: Console) {
        let limit = messages.verbose ? Int.max : 50
        for finding in result.findings.filter({ messages.verbose || $0.severity > .info }).prefix(limit) {
            Console.result(line(finding, result))
        }
        let shown = result.findings.count { messages.verbose || $0.severity > .info }
        if shown > limit { console.note("… and \(shown - limit) more; -v shows all") }
        let sums = result.sums
        console.note(
            """
            read \(sums.read) = accepted \(sums.accepted) + duplicates \(sums.duplicates) + conflicts \(sums.conflicts) \
            + rejected \(sums.rejected)
            deployments \(sums.deployments), transitions \(sums.acceptedTransitions) = in history \(sums.inHistory) \
            + repeats \(sums.repeats) + refused \(sums.refused)
            findings: \(FindingSummary.text(result, console))
            """)
    }

    private func line(_ finding: Finding, _ result: AnalysisResult) -> String {
        var place = ""
        if let position = finding.position, position.source < result.sources.count {
            place = "\(result.sources[position.source].name):\(position.line): "
        } else if let id = finding.deploymentID {
            place = "\(Console.safe(id)): "
        }
        return "\(finding.severity.name): \(finding.code.rawValue): \(place)\(Console.safe(finding.message))"
    }

    private func jsonValue(_ result: AnalysisResult) -> JSONValue {
        let sums = result.sums
        let counts: [(String, Int)] = [
            ("read", sums.read), ("accepted", sums.accepted), ("duplicates", sums.duplicates),
            ("conflicts", sums.conflicts), ("rejected", sums.rejected), ("transitions", sums.acceptedTransitions),
            ("inHistory", sums.inHistory), ("repeats", sums.repeats), ("refused", sums.refused),
            ("deployments", sums.deployments),
        ]
        return .object([
            "counts": .object(Dictionary(uniqueKeysWithValues: counts.map { ($0.0, .integer(Int64($0.1))) })),
            "findings": .array(result.findings.map { value($0, result) }),
        ])
    }

    private func value(_ finding: Finding, _ result: AnalysisResult) -> JSONValue {
        var members: [String: JSONValue] = [
            "code": .string(finding.code.rawValue), "message": .string(finding.message),
            "severity": .string(finding.severity.name),
            "deploymentId": finding.deploymentID.map(JSONValue.string) ?? .null,
            "transitionId": finding.transitionID.map(JSONValue.string) ?? .null, "source": .null,
        ]
        if let position = finding.position, position.source < result.sources.count {
            members["source"] = .object([
                "file": .string(result.sources[position.source].name), "line": .integer(Int64(position.line)),
                "offset": .integer(Int64(position.offset)),
            ])
        }
        return .object(members)
    }
}
