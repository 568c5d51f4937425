import ArgumentParser
import AuditModel
import BundleFormat
import CommandLineInterface
import RecordAnalysis

struct MetricsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "metrics",
        abstract: "Compute the metrics of records, without making a bundle.",
        discussion: """
            EXAMPLES
              cartulary metrics records/
              cartulary metrics records/ --period 2026-02 --json | jq .successRate
            """)

    @OptionGroup var records: RecordOptions
    @OptionGroup(title: "Selection") var selection: SelectionOptions
    @OptionGroup(title: "Messages") var messages: MessageOptions

    @Flag(help: "Print the metrics as JSON, with the members of metrics.json.")
    var json = false

    mutating func validate() throws { try records.requireFiles() }

    func run() async throws {
        let console = messages.console()
        let result = try await ProgressLine.shown(console) { progress in
            var options = try records.options(console)
            options.selection = selection.selection
            options.progress = progress
            return try await RecordAnalyzer.run(options)
        }
        if json { Console.result(MetricsFile.object(result.metrics)) } else { show(result.metrics) }
        console.note("findings: \(result.findingsText(console))")
    }

    private func show(_ metrics: Metrics) {
        let width = MetricDefinition.all.map(\.label.count).max() ?? 0
        for definition in MetricDefinition.all {
            guard let value = metrics[definition.name] else { continue }
            switch value {
            case .group(let members): show(definition.label, members)
            case .integer, .rate, .time:
                Console.result("\(definition.label.padded(to: width))  \(definition.unit.text(value))")
            }
        }
    }

    private func show(_ label: String, _ members: [ExactString: MetricValue]) {
        let plain = members.filter { $0.value.group == nil }
        guard !plain.isEmpty, plain.count == members.count else { return }
        Console.result(label)
        for (key, value) in plain.sorted(by: { $0.key.text < $1.key.text }) {
            Console.result("  \(Console.safe(key.text))  \(MetricsFile.text(value))")
        }
    }
}

extension MetricDefinition.Unit {
    /// A value of this unit as people read it.
    fileprivate func text(_ value: MetricValue) -> String {
        let text = MetricsFile.text(value)
        return FigureText.render(text, as: figureKind) ?? text
    }

    private var figureKind: FigureText.Kind {
        switch self {
        case .count, .counts: .count
        case .percent: .percent
        case .milliseconds, .durations: .duration
        case .time: .time
        case .group: .text
        }
    }
}
