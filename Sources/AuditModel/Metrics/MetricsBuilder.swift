/// Adds up the metrics of many deployments, one history at a time.
///
/// The sums of parts are exact: builders that were filled side by side can be merged in any order. Memory does not grow
/// with the number of deployments, but with that of distinct durations, days, networks and token types.
public struct MetricsBuilder: Sendable {
    /// The period that the metrics describe; nil means everything.
    public let period: Period?
    private var part = MetricsPart()

    /// Starts without a deployment.
    ///
    /// - Parameter period: the period that the metrics describe; nil means from the first to the last transition.
    public init(period: Period? = nil) { self.period = period }

    /// Adds one deployment, as it was known before the end of the period.
    ///
    /// Which deployments are added is the caller's choice; a bundle of a period lists those that
    /// ``DeploymentHistory/belongs(to:)``.
    ///
    /// - Parameter history: the deployment's history; each deployment is added once.
    public mutating func add(_ history: DeploymentHistory) {
        let known = period.map { history.asKnown(before: $0.to) } ?? history
        part.add(known.dossier, known.history, period: period)
    }

    /// Adds the deployments of another builder, which has the same period and none of this one's deployments.
    ///
    /// - Parameter other: the other builder.
    public mutating func merge(_ other: MetricsBuilder) {
        precondition(period == other.period, "metrics of different periods do not add up")
        part.merge(other.part)
    }

    /// The metrics of all deployments that were added.
    ///
    /// - Parameter asOf: the time that stands for now; it becomes `calculatedAt`.
    /// - Returns: the metrics; with nothing to measure, counts, rates and durations are 0.
    public func metrics(asOf: Timestamp) -> Metrics {
        Metrics(part, period: period.map { ($0.from, $0.to) }, asOf: asOf)
    }
}

extension Metrics {
    /// The findings that follow from the metrics of all deployments, such as a success rate below its target.
    ///
    /// - Parameter thresholds: the limits in force. Where they differ from the defaults, a finding is made at both.
    /// - Returns: the findings; nothing to measure yields none.
    public func findings(thresholds: Thresholds = .defaults) -> [Finding] { OperationsRules.evaluate(self, thresholds) }
}
