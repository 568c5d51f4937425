import ArgumentParser
import AuditModel
import BundleFormat
import CommandLineInterface
import RecordAnalysis
import StrictJSON

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
        let progress = ProgressLine.handler(console)
        var options = try records.options()
        options.inputs = try records.inputs(console)
        options.selection = try selection.selection()
        options.progress = progress?.handler
        let result: AnalysisResult
        do {
            result = try await RecordAnalyzer.run(options)
        } catch {
            progress?.line.clear()
            throw error
        }
        progress?.line.clear()
        if json {
            Console.result(String(decoding: MetricsFile.object(result.metrics).bytes, as: UTF8.self))
        } else {
            show(result.metrics)
        }
        console.note("findings: \(FindingSummary.text(result, console))")
    }

    private func show(_ metrics: Metrics) {
        let width = MetricDefinition.all.map(\.label.count).max() ?? 0
        for definition in MetricDefinition.all {
            guard let value = metrics[definition.name] else { continue }
            switch value {
            case .group(let members): show(definition.label, members)
            case .integer, .rate, .time:
                let label = definition.label.padding(to: width)
                Console.result("\(label)  \(MetricFigureText.text(value, definition.unit))")
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

/// A metric as people read it.
enum MetricFigureText {
    static func text(_ value: MetricValue, _ unit: MetricDefinition.Unit) -> String {
        let text = MetricsFile.text(value)
        let kind: FigureText.Kind =
            switch unit {
            case .count, .counts: .count
            case .percent: .percent
            case .milliseconds, .durations: .duration
            case .time: .time
            case .group: .text
            }
        return FigureText.render(text, as: kind) ?? text
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
