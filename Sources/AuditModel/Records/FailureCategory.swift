/// Why a deployment failed, in the source's categories; the raw value is the number that the source writes.
package enum FailureCategory: UInt8, CaseIterable, Sendable, BitwiseCopyable {
    case unknown
    case networkError
    case validationError
    case complianceError
    case userRejection
    case insufficientFunds
    case transactionFailure
    case configurationError
    case rateLimitExceeded
    case internalError

    /// The name in records and metrics.
    package var name: String {
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
}
