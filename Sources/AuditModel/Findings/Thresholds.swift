/// The limits of the operations findings; the defaults are the source's recommended alerts.
public struct Thresholds: Sendable, Equatable {
    /// Seconds; a deployment that is open and unchanged for longer is stuck.
    public var stuckAfterSeconds: Int64 = 3600
    /// Completed deployments in percent of all; below it a warning.
    public var successRate: Int64 = 95
    /// Completed deployments in percent of all; below it an error.
    public var successRateError: Int64 = 90
    /// The 95th percentile of durations in seconds; above it a warning.
    public var p95Seconds: Int64 = 600
    /// The 95th percentile of durations in seconds; above it an error.
    public var p95ErrorSeconds: Int64 = 900
    /// Deployments failed by network errors in percent of all; above it a warning.
    public var networkErrorRate: Int64 = 5
    /// Number of open deployments; above it a warning.
    public var pendingDeployments: Int64 = 10

    /// The defaults.
    public init() {}

    /// What a limit may be: far beyond any real one, and safe to multiply.
    public static let range: ClosedRange<Int64> = 0...1_000_000_000

    /// The thresholds that the source recommends.
    public static let defaults = Thresholds()

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
