/// The findings that follow from the metrics of all deployments.
package enum OperationsRules {
    /// The findings, evaluated at the thresholds in force and, where they differ, at the defaults too.
    ///
    /// Nothing to measure yields no finding.
    package static func evaluate(_ metrics: Metrics, _ thresholds: Thresholds) -> [Finding] {
        var findings: [Finding] = []
        let total = metrics.integer("totalDeployments")
        if total > 0 {
            rate(metrics, total, thresholds, &findings)
            networkErrors(metrics, total, thresholds, &findings)
        }
        if metrics.integer("durationSampleSize") > 0 { p95(metrics, thresholds, &findings) }
        let pending = metrics.integer("pendingDeployments")
        for (limit, note) in thresholds.variants(\.pendingDeployments) where pending > limit {
            findings.append(Finding(.tooManyPending, expected: "at most \(limit)\(note)", actual: "\(pending)"))
        }
        return findings
    }

    private static func rate(
        _ metrics: Metrics, _ total: Int64, _ thresholds: Thresholds, _ findings: inout [Finding]
    ) {
        let completed = metrics.integer("successfulDeployments")
        let errors = thresholds.variants(\.successRateError)
        for (index, (limit, note)) in thresholds.variants(\.successRate).enumerated()
        where completed * 100 < limit * total {
            let errorLimit = errors[min(index, errors.count - 1)].limit
            findings.append(
                Finding(
                    .successRateBelowTarget, severity: completed * 100 < errorLimit * total ? .error : .warning,
                    expected: "at least \(limit) %\(note)", actual: "\(completed) of \(total)"))
        }
    }

    private static func networkErrors(
        _ metrics: Metrics, _ total: Int64, _ thresholds: Thresholds, _ findings: inout [Finding]
    ) {
        let category = ExactString(FailureCategory.networkError.name)
        let count = metrics["failuresByCategory"]?.group?[category]?.integer ?? 0
        for (limit, note) in thresholds.variants(\.networkErrorRate) where count * 100 > limit * total {
            findings.append(
                Finding(
                    .networkErrorRateAboveTarget, expected: "at most \(limit) %\(note)",
                    actual: "\(count) of \(total)"))
        }
    }

    private static func p95(_ metrics: Metrics, _ thresholds: Thresholds, _ findings: inout [Finding]) {
        let value = metrics.integer("p95DurationMs")
        let errors = thresholds.variants(\.p95ErrorSeconds)
        for (index, (limit, note)) in thresholds.variants(\.p95Seconds).enumerated() where value > limit * 1000 {
            let errorLimit = errors[min(index, errors.count - 1)].limit
            findings.append(
                Finding(
                    .p95AboveTarget, severity: value > errorLimit * 1000 ? .error : .warning,
                    expected: "at most \(limit) s\(note)", actual: "\(value) ms"))
        }
    }
}
