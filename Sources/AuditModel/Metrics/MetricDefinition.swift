/// What a metric is: for `rules.json` and the report.
package struct MetricDefinition: Sendable, Equatable {
    /// What the value is counted in.
    package enum Unit: String, CaseIterable, Sendable {
        case count
        case percent
        case milliseconds
        case time
        /// An object whose members are counts by name.
        case counts
        /// An object whose members are durations in milliseconds by name.
        case durations
        /// An object of objects.
        case group
    }

    /// The member of `metrics.json`.
    package let name: String
    /// A few words for a heading.
    package let label: String
    package let unit: Unit
    /// One plain sentence.
    package let sentence: String

    private init(_ name: String, _ label: String, _ unit: Unit, _ sentence: String) {
        self.name = name
        self.label = label
        self.unit = unit
        self.sentence = sentence
    }

    /// The definition of the metric of that name; nil if there is none.
    package static func named(_ name: String) -> MetricDefinition? {
        all.first { $0.name.utf8.elementsEqual(name.utf8) }
    }

    /// Every top-level member of `metrics.json`.
    package static let all: [MetricDefinition] = outcomes + durations + flow + times + groups

    private static let outcomes: [MetricDefinition] = [
        .init("totalDeployments", "Deployments", .count, "All deployments listed in this bundle."),
        .init("successfulDeployments", "Completed", .count, "Deployments whose state is Completed."),
        .init(
            "failedDeployments", "Failed", .count,
            "Deployments whose state is Failed, and which were not retried since."),
        .init("cancelledDeployments", "Cancelled", .count, "Deployments that were given up before submission."),
        .init(
            "pendingDeployments", "Open", .count,
            "Deployments in any other state: they have neither completed, nor failed, nor been cancelled."),
        .init(
            "unfinishedDeployments", "Unfinished", .count,
            "Open deployments and those without a transition in their history, together."),
        .init(
            "deploymentsWithoutTransitions", "Without transitions", .count,
            "Deployments of which no transition was recorded, so that they have no state."),
        .init(
            "contestedDeployments", "Disputed", .count,
            "Deployments of which two records contradict each other; both contents are kept."),
        .init("retriedDeployments", "Retried", .count, "Deployments with more than one attempt."),
        .init(
            "retriesThatCompleted", "Completed after a retry", .count, "Retried deployments whose state is Completed."),
        .init("successRate", "Success rate", .percent, "Completed deployments as a share of all deployments."),
        .init("failureRate", "Failure rate", .percent, "Failed deployments as a share of all deployments."),
        .init(
            "settledSuccessRate", "Success rate of the settled", .percent,
            "Completed deployments as a share of those that completed or failed."),
    ]

    private static let durations: [MetricDefinition] = [
        .init(
            "durationSampleSize", "Deployments measured", .count,
            "Completed deployments whose history begins with Queued; only these are measured."),
        .init(
            "medianDurationMs", "Median", .milliseconds,
            "Half of the measured deployments took at most this long from first to last transition."),
        .init(
            "p95DurationMs", "95th percentile", .milliseconds, "95 of 100 measured deployments took at most this long."),
        .init("averageDurationMs", "Mean", .milliseconds, "The arithmetic mean of the measured durations, truncated."),
        .init("fastestDurationMs", "Fastest", .milliseconds, "The shortest measured duration."),
        .init("slowestDurationMs", "Slowest", .milliseconds, "The longest measured duration."),
    ]

    private static let flow: [MetricDefinition] = [
        .init("carriedIn", "Open at the start", .count, "Deployments that were open when the period began."),
        .init("createdInPeriod", "Created", .count, "Deployments whose history begins in the period."),
        .init("reopenedInPeriod", "Reopened", .count, "Returns from Failed to Queued in the period."),
        .init("completedInPeriod", "Completed", .count, "Moves to Completed in the period."),
        .init("failedInPeriod", "Failed", .count, "Moves to Failed in the period, those that were retried included."),
        .init("cancelledInPeriod", "Cancelled", .count, "Moves to Cancelled in the period."),
        .init("carriedOut", "Open at the end", .count, "Deployments that were open when the period ended."),
    ]

    private static let times: [MetricDefinition] = [
        .init(
            "periodStart", "Start", .time,
            "The beginning of the period, or the first transition in a history when no period was given."),
        .init("periodEnd", "End", .time, "The end of the period, or the last transition in a history."),
        .init("calculatedAt", "As of", .time, "The time that stands for now."),
    ]

    private static let groups: [MetricDefinition] = [
        .init("deploymentsByState", "By state", .counts, "Deployments by their state."),
        .init(
            "failuresByCategory", "Failed deployments by category", .counts,
            "Each failed deployment once, by the category of its last failure."),
        .init(
            "failureEventsByCategory", "Failures by category", .counts,
            "Every move to Failed, by category, those that were retried included."),
        .init("deploymentsByNetwork", "By network", .counts, "Deployments by network."),
        .init("deploymentsByTokenType", "By token type", .counts, "Deployments by token type."),
        .init(
            "byNetwork", "Figures by network", .group, "The figures of the outcome and the durations for each network."),
        .init(
            "byTokenType", "Figures by token type", .group,
            "The figures of the outcome and the durations for each token type."),
        .init(
            "byDay", "By day", .group,
            "Deployments by day of creation and of completion, in UTC, with the durations of those completed."),
        .init(
            "averageDurationByTransition", "Mean by transition", .durations,
            "The mean time from one state to the next, truncated."),
        .init(
            "durationByTransition", "Durations by transition", .group,
            "Number, mean, percentiles and extremes of the times from one state to the next."),
        .init("timeInState", "Time in state", .group, "How often each state was left, and the time spent in it."),
        .init(
            "complianceChecksByName", "Compliance checks", .group, "Results of compliance checks, by name of the check."
        ),
    ]
}
