/// What a metric is: for `rules.json` and the report.
public struct MetricDefinition: Sendable, Equatable {
    /// What the value is counted in.
    public enum Unit: String, CaseIterable, Sendable {
        /// A number of deployments or moves.
        case count
        /// A share in percent.
        case percent
        /// A duration in milliseconds.
        case milliseconds
        /// A time in UTC.
        case time
        /// An object whose members are counts by name.
        case counts
        /// An object whose members are durations in milliseconds by name.
        case durations
        /// An object of objects.
        case group
    }

    /// The member of `metrics.json`.
    public let name: String
    /// A few words for a heading.
    public let label: String
    /// What the value is counted in.
    public let unit: Unit
    /// One plain sentence.
    public let sentence: String

    private init(_ name: String, _ label: String, unit: Unit, sentence: String) {
        self.name = name
        self.label = label
        self.unit = unit
        self.sentence = sentence
    }

    /// The definition of the metric of that name; nil if there is none.
    public static func named(_ name: String) -> MetricDefinition? {
        all.first { $0.name.utf8.elementsEqual(name.utf8) }
    }

    /// Every top-level member of `metrics.json`.
    public static let all: [MetricDefinition] = outcomes + durations + flow + times + groups

    private static let outcomes: [MetricDefinition] = [
        .init("totalDeployments", "Deployments", unit: .count, sentence: "All deployments listed in this bundle."),
        .init("successfulDeployments", "Completed", unit: .count, sentence: "Deployments whose state is Completed."),
        .init(
            "failedDeployments", "Failed", unit: .count,
            sentence: "Deployments whose state is Failed, and which were not retried since."),
        .init(
            "cancelledDeployments", "Cancelled", unit: .count,
            sentence: "Deployments that were given up before submission."),
        .init(
            "pendingDeployments", "Open", unit: .count,
            sentence: "Deployments in any other state: they have neither completed, nor failed, nor been cancelled."),
        .init(
            "unfinishedDeployments", "Unfinished", unit: .count,
            sentence: "Open deployments and those without a transition in their history, together."),
        .init(
            "deploymentsWithoutTransitions", "Without transitions", unit: .count,
            sentence: "Deployments of which no transition was recorded, so that they have no state."),
        .init(
            "contestedDeployments", "Disputed", unit: .count,
            sentence: "Deployments of which two records contradict each other; both contents are kept."),
        .init("retriedDeployments", "Retried", unit: .count, sentence: "Deployments with more than one attempt."),
        .init(
            "retriesThatCompleted", "Completed after a retry", unit: .count,
            sentence: "Retried deployments whose state is Completed."),
        .init(
            "successRate", "Success rate", unit: .percent,
            sentence: "Completed deployments as a share of all deployments."),
        .init(
            "failureRate", "Failure rate", unit: .percent, sentence: "Failed deployments as a share of all deployments."
        ),
        .init(
            "settledSuccessRate", "Success rate of the settled", unit: .percent,
            sentence: "Completed deployments as a share of those that completed or failed."),
    ]

    private static let durations: [MetricDefinition] = [
        .init(
            "durationSampleSize", "Deployments measured", unit: .count,
            sentence: "Completed deployments whose history begins with Queued; only these are measured."),
        .init(
            "medianDurationMs", "Median", unit: .milliseconds,
            sentence: "Half of the measured deployments took at most this long from first to last transition."),
        .init(
            "p95DurationMs", "95th percentile", unit: .milliseconds,
            sentence: "95 of 100 measured deployments took at most this long."),
        .init(
            "averageDurationMs", "Mean", unit: .milliseconds,
            sentence: "The arithmetic mean of the measured durations, truncated."),
        .init("fastestDurationMs", "Fastest", unit: .milliseconds, sentence: "The shortest measured duration."),
        .init("slowestDurationMs", "Slowest", unit: .milliseconds, sentence: "The longest measured duration."),
    ]

    private static let flow: [MetricDefinition] = [
        .init(
            "carriedIn", "Open at the start", unit: .count,
            sentence: "Deployments that were open when the period began."),
        .init("createdInPeriod", "Created", unit: .count, sentence: "Deployments whose history begins in the period."),
        .init("reopenedInPeriod", "Reopened", unit: .count, sentence: "Returns from Failed to Queued in the period."),
        .init("completedInPeriod", "Completed", unit: .count, sentence: "Moves to Completed in the period."),
        .init(
            "failedInPeriod", "Failed", unit: .count,
            sentence: "Moves to Failed in the period, those that were retried included."),
        .init("cancelledInPeriod", "Cancelled", unit: .count, sentence: "Moves to Cancelled in the period."),
        .init(
            "carriedOut", "Open at the end", unit: .count, sentence: "Deployments that were open when the period ended."
        ),
    ]

    private static let times: [MetricDefinition] = [
        .init(
            "periodStart", "Start", unit: .time,
            sentence: "The beginning of the period, or the first transition in a history when no period was given."),
        .init("periodEnd", "End", unit: .time, sentence: "The end of the period, or the last transition in a history."),
        .init("calculatedAt", "As of", unit: .time, sentence: "The time that stands for now."),
    ]

    private static let groups: [MetricDefinition] = [
        .init("deploymentsByState", "By state", unit: .counts, sentence: "Deployments by their state."),
        .init(
            "failuresByCategory", "Failed deployments by category", unit: .counts,
            sentence: "Each failed deployment once, by the category of its last failure."),
        .init(
            "failureEventsByCategory", "Failures by category", unit: .counts,
            sentence: "Every move to Failed, by category, those that were retried included."),
        .init("deploymentsByNetwork", "By network", unit: .counts, sentence: "Deployments by network."),
        .init("deploymentsByTokenType", "By token type", unit: .counts, sentence: "Deployments by token type."),
        .init(
            "byNetwork", "Figures by network", unit: .group,
            sentence: "The figures of the outcome and the durations for each network."),
        .init(
            "byTokenType", "Figures by token type", unit: .group,
            sentence: "The figures of the outcome and the durations for each token type."),
        .init(
            "byDay", "By day", unit: .group,
            sentence: "Deployments by day of creation and of completion, in UTC, with the durations of those completed."
        ),
        .init(
            "averageDurationByTransition", "Mean by transition", unit: .durations,
            sentence: "The mean time from one state to the next, of completed deployments, truncated."),
        .init(
            "durationByTransition", "Durations by transition", unit: .group,
            sentence:
                "Number, mean, percentiles and extremes of the times from one state to the next, of all deployments."),
        .init(
            "timeInState", "Time in state", unit: .group,
            sentence: "How often each state was left, and the time spent in it."),
        .init(
            "complianceChecksByName", "Compliance checks", unit: .group,
            sentence: "Results of compliance checks, by name of the check."
        ),
        .init(
            "asSource", "As the source counts", unit: .group,
            sentence: "The source's own metrics, by its rules: stated statuses, every record in order of time."),
    ]
}
