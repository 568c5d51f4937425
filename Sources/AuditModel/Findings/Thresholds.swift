/// The limits of the operations findings; the defaults are the source's recommended alerts.
package struct Thresholds: Sendable, Equatable {
    /// A deployment open and unchanged for longer is stuck; seconds.
    package var stuckAfterSeconds: Int64 = 3600
    /// Percent of all deployments; below it a warning.
    package var successRate: Int64 = 95
    /// Percent; below it an error.
    package var successRateError: Int64 = 90
    /// Seconds; above it a warning.
    package var p95Seconds: Int64 = 600
    /// Seconds; above it an error.
    package var p95ErrorSeconds: Int64 = 900
    /// Percent of all deployments.
    package var networkErrorRate: Int64 = 5
    /// Number of open deployments.
    package var pendingDeployments: Int64 = 10

    package init() {}

    /// What a limit may be; far beyond any real one, and safe to multiply.
    package static let range: ClosedRange<Int64> = 0...1_000_000_000

    /// The thresholds that the source recommends.
    package static let defaults = Thresholds()

    /// Name, value and access of every threshold, by name.
    package static let all: [(name: String, path: any WritableKeyPath<Thresholds, Int64> & Sendable)] = [
        ("network-error-rate", \.networkErrorRate),
        ("p95-error-seconds", \.p95ErrorSeconds),
        ("p95-seconds", \.p95Seconds),
        ("pending-deployments", \.pendingDeployments),
        ("stuck-after-seconds", \.stuckAfterSeconds),
        ("success-rate", \.successRate),
        ("success-rate-error", \.successRateError),
    ]
}
