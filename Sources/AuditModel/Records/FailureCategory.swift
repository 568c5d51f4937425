/// Why a deployment failed, in the source's categories (docs/domain.md, section 2).
///
/// The raw value is the number that the source writes.
public enum FailureCategory: UInt8, CaseIterable, Sendable, BitwiseCopyable {
    /// No category was given, or one that the source does not know.
    case unknown
    /// The network could not be reached, or did not answer.
    case networkError
    /// The request did not pass validation.
    case validationError
    /// A compliance rule forbids the deployment.
    case complianceError
    /// Somebody refused to sign or to go on.
    case userRejection
    /// The account cannot pay for the transaction.
    case insufficientFunds
    /// The network refused the transaction.
    case transactionFailure
    /// The service is configured wrongly.
    case configurationError
    /// Too many requests in a time.
    case rateLimitExceeded
    /// The service itself failed.
    case internalError

    /// The name in records and metrics.
    public var name: String {
        switch self {
        case .unknown: "Unknown"
        case .networkError: "NetworkError"
        case .validationError: "ValidationError"
        case .complianceError: "ComplianceError"
        case .userRejection: "UserRejection"
        case .insufficientFunds: "InsufficientFunds"
        case .transactionFailure: "TransactionFailure"
        case .configurationError: "ConfigurationError"
        case .rateLimitExceeded: "RateLimitExceeded"
        case .internalError: "InternalError"
        }
    }

    /// Whether the source's own factory of errors says that a retry may succeed; nil where it says nothing.
    ///
    /// It holds for a failure that gives its category alone (docs/domain.md, section 2).
    public var isRetryableByDefault: Bool? {
        switch self {
        case .unknown: nil
        case .validationError, .complianceError, .configurationError: false
        case .networkError, .userRejection, .insufficientFunds, .transactionFailure, .rateLimitExceeded,
            .internalError:
            true
        }
    }

    /// Seconds to wait before a retry, by the same factory; nil where it names none, or each error its own.
    public var defaultRetryDelaySeconds: Int64? {
        switch self {
        case .networkError: 30
        case .transactionFailure: 60
        case .internalError: 120
        case .unknown, .validationError, .complianceError, .userRejection, .insufficientFunds, .configurationError,
            .rateLimitExceeded:
            nil
        }
    }
}
