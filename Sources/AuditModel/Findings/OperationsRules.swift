/// The findings that follow from the metrics of all deployments.
package enum OperationsRules {
    /// The findings, evaluated at the thresholds in force and, where they differ, at the defaults too.
    ///
    /// Nothing to measure yields no finding.
    package static func evaluate(_ metrics: Metrics, _ thresholds: Thresholds) -> [Finding] {
        var findings: [Finding] = []
        let total = metrics.integer("totalDeployments")
        if total > 0 {
            checkSuccessRate(metrics, of: total, thresholds: thresholds, into: &findings)
            checkNetworkErrors(metrics, of: total, thresholds: thresholds, into: &findings)
        }
        if metrics.integer("durationSampleSize") > 0 { checkP95(metrics, thresholds, into: &findings) }
        let pending = metrics.integer("pendingDeployments")
        for (limit, note) in thresholds.variants(\.pendingDeployments) where pending > limit {
            findings.append(Finding(.tooManyPending, expected: "at most \(limit)\(note)", actual: "\(pending)"))
        }
        return findings
    }

    private static func checkSuccessRate(
        _ metrics: Metrics, of total: Int64, thresholds: Thresholds, into findings: inout [Finding]
    ) {
        let completed = metrics.integer("successfulDeployments")
        for (limit, graver, note) in thresholds.variants(\.successRate, \.successRateError)
        where isBelow(completed, total, percent: limit) {
            findings.append(
                Finding(
                    .successRateBelowTarget, severity: isBelow(completed, total, percent: graver) ? .error : .warning,
                    expected: "at least \(limit) %\(note)", actual: "\(completed) of \(total)"))
        }
    }

    /// Whether part / whole is below a percentage, without rounding; none below 0 or over 100 is asked for.
    private static func isBelow(_ part: Int64, _ whole: Int64, percent: Int64) -> Bool {
        part * 100 < min(max(percent, 0), 101) * whole
    }

    private static func checkNetworkErrors(
        _ metrics: Metrics, of total: Int64, thresholds: Thresholds, into findings: inout [Finding]
    ) {
        let category = ExactString(FailureCategory.networkError.name)
        let count = metrics["failuresByCategory"]?.group?[category]?.integer ?? 0
        for (limit, note) in thresholds.variants(\.networkErrorRate) where count * 100 > min(max(limit, 0), 101) * total
        {
            findings.append(
                Finding(
                    .networkErrorRateAboveTarget, expected: "at most \(limit) %\(note)",
                    actual: "\(count) of \(total)"))
        }
    }

    private static func checkP95(_ metrics: Metrics, _ thresholds: Thresholds, into findings: inout [Finding]) {
        let value = metrics.integer("p95DurationMs")
        for (limit, graver, note) in thresholds.variants(\.p95Seconds, \.p95ErrorSeconds)
        where exceeds(value, seconds: limit) {
            findings.append(
                Finding(
                    .p95AboveTarget, severity: exceeds(value, seconds: graver) ? .error : .warning,
                    expected: "at most \(limit) s\(note)", actual: "\(value) ms"))
        }
    }

    private static func exceeds(_ milliseconds: Int64, seconds: Int64) -> Bool {
        let (limit, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        return !overflow && milliseconds > limit
    }
}
