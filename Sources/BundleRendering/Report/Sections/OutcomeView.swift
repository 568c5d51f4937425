internal import AuditModel

/// The headline numbers, each with its definition.
struct OutcomeView {
    struct Figure {
        let classes: String
        let label: String
        let value: String
        let sentence: String
        var note = ""
        var picture = ""
    }

    let isEmpty: Bool
    let tiles: [Figure]
    let picture: String
    let rates: [Figure]
    let others: [Figure]

    init(_ input: ReportInput, _ figures: MetricFigures) {
        isEmpty = input.metrics.integer("totalDeployments") == 0
        tiles = [
            ("total", "totalDeployments"), ("completed", "successfulDeployments"), ("failed", "failedDeployments"),
            ("cancelled", "cancelledDeployments"), ("open", "pendingDeployments"),
        ].map { OutcomeView.figure($0, $1, figures) }
        picture = OutcomeView.bar(input.metrics)
        rates = OutcomeView.rates(input, figures)
        others = [
            "unfinishedDeployments", "deploymentsWithoutTransitions", "retriedDeployments", "retriesThatCompleted",
            "contestedDeployments",
        ].map { OutcomeView.figure("", $0, figures) }
    }

    static func figure(_ classes: String, _ name: String, _ figures: MetricFigures) -> Figure {
        let definition = MetricDefinition.named(name)
        return Figure(
            classes: classes, label: definition?.label ?? name, value: figures.headline(name),
            sentence: definition?.sentence ?? "")
    }

    private static func rates(_ input: ReportInput, _ figures: MetricFigures) -> [Figure] {
        ["successRate", "settledSuccessRate", "failureRate"].map { name in
            var rate = figure(name, name, figures)
            guard case .rate(let percent) = input.metrics[name] else { return rate }
            let isTargeted = name == "successRate"
            let limits = input.thresholds
            rate.note =
                isTargeted
                ? "Target \(limits.successRate)\u{A0}%; below \(limits.successRateError)\u{A0}% it is an error." : ""
            rate.picture = Bars.gauge(
                percent: percent, classes: name == "failureRate" ? "failed" : "completed",
                targets: isTargeted ? [limits.successRateError, limits.successRate] : [])
            return rate
        }
    }

    /// All deployments as one bar, in the order of the tiles.
    private static func bar(_ metrics: Metrics) -> String {
        let parts = StateShares(metrics.values)
        guard parts.total > 0 else { return "" }
        return Bars.stacked(parts.parts, of: parts.total)
    }
}

/// How a group's deployments divide into completed, failed, cancelled, open and those without a state.
struct StateShares {
    let total: Int64
    let parts: [(classes: String, value: Int64)]

    init(_ members: [ExactString: MetricValue]) {
        func number(_ name: ExactString) -> Int64 { members[name]?.integer ?? 0 }
        total = number("totalDeployments")
        let named = [
            ("completed", number("successfulDeployments")), ("failed", number("failedDeployments")),
            ("cancelled", number("cancelledDeployments")), ("open", number("pendingDeployments")),
        ]
        parts = named + [("rest", total - named.map(\.1).reduce(0, +))]
    }
}
