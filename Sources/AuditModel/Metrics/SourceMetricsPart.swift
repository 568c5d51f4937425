/// What a set of deployments contributes to the metrics as the source counts them (docs/domain.md, section 7).
///
/// The source believes the status that its own record states, and every transition that was recorded, in order of time.
/// Parts of disjoint sets merge exactly, in any order.
package struct SourceMetricsPart: Sendable {
    /// The source's names: counts and rates, durations, groups, times.
    package static let names = [
        "totalDeployments", "successfulDeployments", "failedDeployments", "pendingDeployments", "cancelledDeployments",
        "successRate", "failureRate", "averageDurationMs", "medianDurationMs", "p95DurationMs", "fastestDurationMs",
        "slowestDurationMs", "failuresByCategory", "deploymentsByNetwork", "deploymentsByTokenType",
        "averageDurationByTransition", "retriedDeployments", "periodStart", "periodEnd", "calculatedAt",
    ]

    private var total: Int64 = 0
    private var byStatus = [Int64](repeating: 0, count: DeploymentStatus.allCases.count)
    private var retried: Int64 = 0
    /// First to last transition of deployments that are stated to be Completed, in ms.
    private var durations = Durations()
    private var steps = StepMeans()
    private var failures = [Int64](repeating: 0, count: FailureCategory.allCases.count)
    private var byNetwork: [ExactString: Int64] = [:]
    private var byTokenType: [ExactString: Int64] = [:]

    package init() {}

    /// Adds one deployment, whose transitions are in the order of its history, if it was created in the period.
    ///
    /// With `knownAt` later records count as not made yet, and then a stated status is a later one too.
    package mutating func add(_ dossier: Dossier, period: Period?, knownAt: Timestamp? = nil) {
        let created = dossier.members.createdAt ?? dossier.transitions.first { $0.isPlausible }?.time
        if let period, !(created.map(period.contains) ?? false) { return }
        let end = knownAt.flatMap { time in dossier.transitions.firstIndex { $0.time > time } }
        let records = dossier.transitions[..<(end ?? dossier.transitions.count)]
        let status = (end == nil ? dossier.members.statedStatus : nil) ?? records.last?.status ?? .queued
        total += 1
        byStatus[Int(status.rawValue)] += 1
        byNetwork[dossier.groupName(dossier.members.network), default: 0] += 1
        byTokenType[dossier.groupName(dossier.members.tokenType), default: 0] += 1
        retried += isRetried(records) ? 1 : 0
        if status == .completed { addDurations(records) }
        guard status == .failed, let category = records.first(where: { $0.status == .failed })?.metadataCategory
        else { return }
        failures[Int(category.rawValue)] += 1
    }

    /// Whether a Queued stands after a Failed of an earlier time.
    private func isRetried(_ records: ArraySlice<Transition>) -> Bool {
        guard let failed = records.first(where: { $0.status == .failed }) else { return false }
        return records.contains { $0.status == .queued && $0.time > failed.time }
    }

    private mutating func addDurations(_ records: ArraySlice<Transition>) {
        guard records.count >= 2, let first = records.first, let last = records.last else { return }
        durations.append(last.time.milliseconds(since: first.time))
        for (earlier, later) in zip(records, records.dropFirst()) { steps.add(from: earlier, to: later) }
    }

    /// Adds the part of other deployments.
    package mutating func merge(_ other: Self) {
        total += other.total
        byStatus.add(other.byStatus)
        retried += other.retried
        durations.merge(other.durations)
        steps.merge(other.steps)
        failures.add(other.failures)
        for (name, count) in other.byNetwork { byNetwork[name, default: 0] += count }
        for (name, count) in other.byTokenType { byTokenType[name, default: 0] += count }
    }

    /// The metrics under the source's names, but for its times.
    package var values: [ExactString: MetricValue] {
        let summary = DurationSummary(durations)
        let completed = byStatus[Int(DeploymentStatus.completed.rawValue)]
        let failed = byStatus[Int(DeploymentStatus.failed.rawValue)]
        let cancelled = byStatus[Int(DeploymentStatus.cancelled.rawValue)]
        return [
            "totalDeployments": .integer(total), "successfulDeployments": .integer(completed),
            "failedDeployments": .integer(failed), "cancelledDeployments": .integer(cancelled),
            "pendingDeployments": .integer(total - completed - failed - cancelled),
            "successRate": .rate(Metrics.percentage(completed, total)),
            "failureRate": .rate(Metrics.percentage(failed, total)),
            "averageDurationMs": .integer(summary.average), "medianDurationMs": .integer(summary.median),
            "p95DurationMs": .integer(summary.percentile(95)), "fastestDurationMs": .integer(summary.fastest),
            "slowestDurationMs": .integer(summary.slowest), "failuresByCategory": Metrics.categories(failures),
            "deploymentsByNetwork": .group(byNetwork.mapValues(MetricValue.integer)),
            "deploymentsByTokenType": .group(byTokenType.mapValues(MetricValue.integer)),
            "averageDurationByTransition": .group(steps.averages), "retriedDeployments": .integer(retried),
        ]
    }
}

/// The mean times from one status to another.
package struct StepMeans: Sendable {
    /// Milliseconds, at index `from * 8 + to`; at most what 64 bits hold.
    private var sums = [Int64](repeating: 0, count: 64)
    private var counts = [Int64](repeating: 0, count: 64)

    package init() {}

    mutating func add(from: Transition, to: Transition) {
        let step = Int(from.status.rawValue) * 8 + Int(to.status.rawValue)
        sums[step] = sums[step].clampedSum(to.time.milliseconds(since: from.time))
        counts[step] += 1
    }

    mutating func merge(_ other: Self) {
        for step in sums.indices { sums[step] = sums[step].clampedSum(other.sums[step]) }
        counts.add(other.counts)
    }

    /// The means in milliseconds, truncated, under names such as `Queued->Submitted`.
    var averages: [ExactString: MetricValue] {
        var averages: [ExactString: MetricValue] = [:]
        for from in DeploymentStatus.allCases {
            for to in DeploymentStatus.allCases {
                let step = Int(from.rawValue) * 8 + Int(to.rawValue)
                guard counts[step] > 0 else { continue }
                averages[ExactString("\(from.name)->\(to.name)")] = .integer(sums[step] / counts[step])
            }
        }
        return averages
    }
}
