internal import AuditModel

/// How long deployments took, in all and from state to state.
struct DurationsView {
    struct Step {
        let from: String
        let to: String
        let picture: String
        let count: String
        let median: String
        let p95: String
        let slowest: String
        let average: String
    }

    let tiles: [OutcomeView.Figure]
    let target: String
    let hasSteps: Bool
    let steps: [Step]
    let scale: String

    init(_ input: ReportInput, _ figures: MetricFigures) {
        tiles = [
            "medianDurationMs", "p95DurationMs", "averageDurationMs", "fastestDurationMs", "slowestDurationMs",
            "durationSampleSize",
        ].map { OutcomeView.figure("", $0, figures: figures) }
        let limits = input.thresholds
        target =
            "Target for the 95th percentile: \(PeriodText.duration(seconds: limits.p95Seconds)); above "
            + "\(PeriodText.duration(seconds: limits.p95ErrorSeconds)) it is an error."
        let arrows = LifecycleStateMachine.arrows.filter { DurationsView.spread($0, figures) != nil }
        let spreads = arrows.compactMap { DurationsView.spread($0, figures) }
        let low = spreads.map(\.fastest).min() ?? 0
        let high = spreads.map(\.slowest).max() ?? 0
        steps = zip(arrows, spreads).map { DurationsView.step($0, $1, figures: figures, low: low, high: high) }
        hasSteps = !steps.isEmpty
        scale = "\(DurationsView.text(low)) to \(DurationsView.text(high))".split(separator: " ").joined(
            separator: "\u{A0}")
    }

    private static func text(_ milliseconds: Int64) -> String {
        milliseconds < 1000 ? "\(milliseconds) ms" : PeriodText.duration(seconds: milliseconds / 1000)
    }

    private static func spread(
        _ arrow: (from: DeploymentStatus, to: DeploymentStatus), _ figures: MetricFigures
    ) -> Bars.Spread? {
        let name = "\(arrow.from.name)->\(arrow.to.name)"
        func member(_ key: String) -> Int64 { figures.integer("durationByTransition", name, key) }
        guard member("count") > 0 else { return nil }
        return Bars.Spread(
            fastest: member("fastestMs"), median: member("medianMs"), p95: member("p95Ms"), slowest: member("slowestMs")
        )
    }

    private static func step(
        _ arrow: (from: DeploymentStatus, to: DeploymentStatus), _ spread: Bars.Spread, figures: MetricFigures,
        low: Int64, high: Int64
    ) -> Step {
        let name = "\(arrow.from.name)->\(arrow.to.name)"
        func member(_ key: String) -> String { figures.member("durationByTransition", name, key) }
        return Step(
            from: arrow.from.name, to: arrow.to.name, picture: Bars.spread(spread, from: low, to: high),
            count: member("count"), median: member("medianMs"), p95: member("p95Ms"), slowest: member("slowestMs"),
            average: member("averageMs"))
    }
}
