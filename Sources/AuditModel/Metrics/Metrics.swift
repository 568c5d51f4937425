/// The value of a metric.
public indirect enum MetricValue: Sendable, Equatable {
    /// A count, or a duration in milliseconds.
    case integer(Int64)
    /// Percent, in binary64.
    case rate(Double)
    /// A time; nil when there is nothing to date.
    case time(Timestamp?)
    /// Values by name, such as counts by network.
    case group([ExactString: MetricValue])

    /// The whole number; nil for any other value.
    public var integer: Int64? {
        if case .integer(let value) = self { value } else { nil }
    }

    /// The values by name; nil for any other value.
    public var group: [ExactString: MetricValue]? {
        if case .group(let members) = self { members } else { nil }
    }
}

/// The metrics of a set of deployments, by name.
///
/// The names are those of ``MetricDefinition/all``, and of the members of `metrics.json` in a bundle.
public struct Metrics: Sendable, Equatable {
    package private(set) var values: [ExactString: MetricValue] = [:]

    /// The value of the metric of that name; nil if there is none.
    public subscript(name: String) -> MetricValue? { values[ExactString(name)] }

    /// A whole number by name; 0 if there is none.
    public func integer(_ name: String) -> Int64 { values[ExactString(name)]?.integer ?? 0 }

    /// Finishes the sum of all parts.
    ///
    /// - Parameters:
    ///   - part: the merged parts of every deployment.
    ///   - period: start and end; nil means first to last transition.
    ///   - asOf: what stands for now.
    package init(_ part: MetricsPart, period: (from: Timestamp, to: Timestamp)?, asOf: Timestamp) {
        values = Metrics.counts(part.all)
        values["periodStart"] = .time(period?.from ?? part.firstTime)
        values["periodEnd"] = .time(period?.to ?? part.lastTime)
        values["calculatedAt"] = .time(asOf)
        values["failuresByCategory"] = Metrics.categories(part.failures)
        values["failureEventsByCategory"] = Metrics.categories(part.failureEvents)
        values["deploymentsByNetwork"] = .group(part.byNetwork.mapValues { .integer($0.total) })
        values["deploymentsByTokenType"] = .group(part.byTokenType.mapValues { .integer($0.total) })
        values["byNetwork"] = .group(part.byNetwork.mapValues { .group(Metrics.counts($0)) })
        values["byTokenType"] = .group(part.byTokenType.mapValues { .group(Metrics.counts($0)) })
        values["complianceChecksByName"] = .group(
            part.checks.mapValues { .group(["passed": .integer($0.passed), "failed": .integer($0.failed)]) })
        addDays(part)
        addSteps(part)
        addFlow(part)
        addAsSource(part)
    }

    /// The source's own reading, with the times that it states beside it.
    private mutating func addAsSource(_ part: MetricsPart) {
        var members = part.asSource.values
        for name: ExactString in ["periodStart", "periodEnd", "calculatedAt"] { members[name] = values[name] }
        values["asSource"] = .group(members)
    }

    private static func counts(_ group: MetricsPart.Group) -> [ExactString: MetricValue] {
        func states(_ state: DeploymentStatus) -> Int64 { group.byState[Int(state.rawValue)] }
        let completed = states(.completed)
        let failed = states(.failed)
        let open = DeploymentStatus.allCases.filter(\.isOpen).map(states).reduce(0, +)
        var values: [ExactString: MetricValue] = [
            "totalDeployments": .integer(group.total),
            "successfulDeployments": .integer(completed),
            "failedDeployments": .integer(failed),
            "cancelledDeployments": .integer(states(.cancelled)),
            "pendingDeployments": .integer(open),
            "unfinishedDeployments": .integer(group.total - completed - failed - states(.cancelled)),
            "deploymentsWithoutTransitions": .integer(group.withoutTransitions),
            "contestedDeployments": .integer(group.contested),
            "retriedDeployments": .integer(group.retried),
            "retriesThatCompleted": .integer(group.retriesThatCompleted),
            "successRate": .rate(percentage(completed, group.total)),
            "failureRate": .rate(percentage(failed, group.total)),
            "settledSuccessRate": .rate(percentage(completed, completed + failed)),
            "deploymentsByState": .group(
                Dictionary(
                    uniqueKeysWithValues: DeploymentStatus.allCases.map { (ExactString($0.name), .integer(states($0))) }
                )),
        ]
        let durations = DurationSummary(group.durations)
        values["durationSampleSize"] = .integer(durations.count)
        values["averageDurationMs"] = .integer(durations.average)
        values["medianDurationMs"] = .integer(durations.median)
        values["p95DurationMs"] = .integer(durations.percentile(95))
        values["fastestDurationMs"] = .integer(durations.fastest)
        values["slowestDurationMs"] = .integer(durations.slowest)
        return values
    }

    static func percentage(_ part: Int64, _ whole: Int64) -> Double {
        whole == 0 ? 0 : Double(part) / Double(whole) * 100
    }

    static func categories(_ counts: [Int64]) -> MetricValue {
        let named = FailureCategory.allCases.map { ($0.name, counts[Int($0.rawValue)]) }.filter { $0.1 > 0 }
        return .group(Dictionary(uniqueKeysWithValues: named.map { (ExactString($0.0), .integer($0.1)) }))
    }

    private mutating func addDays(_ part: MetricsPart) {
        let days = part.byDay.map { day, share in
            let durations = DurationSummary(share.durations)
            let date = ExactString(CalendarDate(daysSinceYearOne: day).text)
            let members: [ExactString: MetricValue] = [
                "created": .integer(share.created), "completed": .integer(share.completed),
                "averageDurationMs": .integer(durations.average), "medianDurationMs": .integer(durations.median),
                "durationSampleSize": .integer(durations.count),
            ]
            return (date, MetricValue.group(members))
        }
        values["byDay"] = .group(Dictionary(uniqueKeysWithValues: days))
    }

    private mutating func addSteps(_ part: MetricsPart) {
        var details: [ExactString: MetricValue] = [:]
        var states: [ExactString: MetricValue] = [:]
        for from in DeploymentStatus.allCases {
            var count: Int64 = 0
            var sum: Int64 = 0
            for to in DeploymentStatus.allCases {
                let summary = DurationSummary(part.steps[Int(from.rawValue) * 8 + Int(to.rawValue)])
                guard summary.count > 0 else { continue }
                let name = ExactString("\(from.name)->\(to.name)")
                details[name] = .group(summary.members)
                count += summary.count
                sum = sum.clampedSum(summary.sum)
            }
            guard count > 0 else { continue }
            states[ExactString(from.name)] = .group([
                "count": .integer(count), "totalMs": .integer(sum), "averageMs": .integer(sum / count),
            ])
        }
        values["averageDurationByTransition"] = .group(part.completedSteps.averages)
        values["durationByTransition"] = .group(details)
        values["timeInState"] = .group(states)
    }

    private mutating func addFlow(_ part: MetricsPart) {
        func moves(_ state: DeploymentStatus) -> Int64 { part.movesInPeriod[Int(state.rawValue)] }
        let completed = moves(.completed)
        let failed = moves(.failed)
        let cancelled = moves(.cancelled)
        let opened = part.openAtStart + part.createdInPeriod + part.reopenedInPeriod
        values["createdInPeriod"] = .integer(part.createdInPeriod)
        values["completedInPeriod"] = .integer(completed)
        values["failedInPeriod"] = .integer(failed)
        values["cancelledInPeriod"] = .integer(cancelled)
        values["reopenedInPeriod"] = .integer(part.reopenedInPeriod)
        values["carriedIn"] = .integer(part.openAtStart)
        values["carriedOut"] = .integer(opened - completed - failed - cancelled)
    }
}

extension CalendarDate {
    /// The date as in ISO 8601, such as `2026-02-14`.
    package var text: String {
        var bytes: [UInt8] = []
        bytes.appendDecimal(year, width: 4)
        bytes.append(UInt8(ascii: "-"))
        bytes.appendDecimal(month, width: 2)
        bytes.append(UInt8(ascii: "-"))
        bytes.appendDecimal(day, width: 2)
        return String(decoding: bytes, as: UTF8.self)
    }
}
