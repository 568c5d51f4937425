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
              cartulary metrics records/ --period 2026-02 --as-source
            """)

    @OptionGroup var records: RecordOptions
    @OptionGroup(title: "Selection") var selection: SelectionOptions
    @OptionGroup(title: "Messages") var messages: MessageOptions

    @Flag(help: "Print the metrics as JSON, with the members of metrics.json.")
    var json = false

    @Flag(
        name: .customLong("as-source"),
        help: ArgumentHelp(
            "Print the metrics as the source counts them (docs/domain.md, section 7), each with the value here where it "
                + "differs."))
    var asSource = false

    mutating func validate() throws { try records.requireFiles() }

    func run() async throws {
        let console = messages.console()
        let result = try await ProgressLine.shown(console) { progress in
            var options = try records.options(console)
            options.selection = selection.selection
            options.emptyHint = nil
            options.progress = progress
            return try await RecordAnalyzer.run(options)
        }
        switch (json, asSource) {
        case (true, true): Console.answer(Answer(MetricsFile.asSource(result.metrics)))
        case (true, false): Console.answer(Answer(MetricsFile.object(result.metrics)))
        case (false, true): showAsSource(result.metrics)
        case (false, false): show(result.metrics)
        }
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

    /// Prints the source's reading line by line, with the value here wherever it is another one.
    private func showAsSource(_ metrics: Metrics) {
        let stated = metrics["asSource"]?.group ?? [:]
        for definition in MetricDefinition.all {
            guard let value = stated[ExactString(definition.name)], let own = metrics[definition.name] else { continue }
            guard let members = value.group else {
                compare(definition.label, definition.unit.text(value), own: definition.unit.text(own))
                continue
            }
            Console.result(definition.label)
            let names = Set(members.keys).union((own.group ?? [:]).keys)
            for name in names.sorted(by: { $0.text.utf8.lexicographicallyPrecedes($1.text.utf8) }) {
                let value = members[name].map(MetricsFile.text) ?? "none"
                compare(
                    "  " + Console.safe(name.text), value, own: (own.group ?? [:])[name].map(MetricsFile.text) ?? "none"
                )
            }
        }
    }

    private func compare(_ label: String, _ value: String, own: String) {
        let width = MetricDefinition.all.map(\.label.count).max() ?? 0
        Console.result("\(label.padded(to: width))  \(value)" + (value == own ? "" : "  (here \(own))"))
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
