/// How grave a finding is.
package enum Severity: UInt8, CaseIterable, Sendable, Comparable {
    case info, warning, error

    /// The name in bundles and messages.
    package var name: String {
        switch self {
        case .info: "info"
        case .warning: "warning"
        case .error: "error"
        }
    }

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// Every kind of finding; the raw value is the code in bundles, messages and documentation.
package enum FindingCode: String, CaseIterable, Sendable {
    // Derived, order.
    case illegalTransition = "illegal-transition"
    case transitionAfterTerminal = "transition-after-terminal"
    case missingInitialState = "missing-initial-state"
    case ambiguousOrder = "ambiguous-order"
    case implausibleTimestamp = "implausible-timestamp"
    case repeatedStatus = "repeated-status"
    case repeatedFailure = "repeated-failure"
    // Derived, consistency.
    case statusMismatch = "status-mismatch"
    case durationMismatch = "duration-mismatch"
    case createdAtMismatch = "created-at-mismatch"
    case updatedAtMismatch = "updated-at-mismatch"
    case complianceSummaryMismatch = "compliance-summary-mismatch"
    case identifierReused = "identifier-reused"
    case orphanTransition = "orphan-transition"
    case deploymentWithoutTransitions = "deployment-without-transitions"
    // Derived, evidence.
    case missingTransactionHash = "missing-transaction-hash"
    case transactionHashChanged = "transaction-hash-changed"
    case missingConfirmedRound = "missing-confirmed-round"
    case missingErrorCategory = "missing-error-category"
    case errorCategoryMismatch = "error-category-mismatch"
    case retryOfNonRetryable = "retry-of-non-retryable"
    case retryTooEarly = "retry-too-early"
    // Derived, compliance.
    case completedAfterFailedCheck = "completed-after-failed-check"
    case failedComplianceCheck = "failed-compliance-check"
    // Derived, operations.
    case stuckDeployment = "stuck-deployment"
    case successRateBelowTarget = "success-rate-below-target"
    case p95AboveTarget = "p95-above-target"
    case networkErrorRateAboveTarget = "network-error-rate-above-target"
    case tooManyPending = "too-many-pending"
    // Intake.
    case duplicateRecord = "duplicate-record"
    case conflictingRecord = "conflicting-record"
    case conflictingDeployment = "conflicting-deployment"
    case malformedRecord = "malformed-record"
    case unknownStatus = "unknown-status"
    case invalidIdentifier = "invalid-identifier"
    case unknownMember = "unknown-member"
    case timestampWithoutZone = "timestamp-without-zone"
    case timestampInFuture = "timestamp-in-future"
    case outOfOrderRecord = "out-of-order-record"
    case sourceIncomplete = "source-incomplete"
    case sourceCached = "source-cached"

    /// What a finding of this kind is about.
    package enum Subject: String, CaseIterable, Sendable {
        case order, consistency, evidence, compliance, operations, intake
    }

    package var subject: Subject {
        switch self {
        case .illegalTransition, .transitionAfterTerminal, .missingInitialState, .ambiguousOrder,
            .implausibleTimestamp, .repeatedStatus, .repeatedFailure:
            .order
        case .statusMismatch, .durationMismatch, .createdAtMismatch, .updatedAtMismatch, .complianceSummaryMismatch,
            .identifierReused, .orphanTransition, .deploymentWithoutTransitions:
            .consistency
        case .missingTransactionHash, .transactionHashChanged, .missingConfirmedRound, .missingErrorCategory,
            .errorCategoryMismatch, .retryOfNonRetryable, .retryTooEarly:
            .evidence
        case .completedAfterFailedCheck, .failedComplianceCheck: .compliance
        case .stuckDeployment, .successRateBelowTarget, .p95AboveTarget, .networkErrorRateAboveTarget,
            .tooManyPending:
            .operations
        case .duplicateRecord, .conflictingRecord, .conflictingDeployment, .malformedRecord, .unknownStatus,
            .invalidIdentifier, .unknownMember, .timestampWithoutZone, .timestampInFuture, .outOfOrderRecord,
            .sourceIncomplete, .sourceCached:
            .intake
        }
    }

    /// Whether the finding follows from the records in the bundle, so that a verifier computes it again.
    package var isDerived: Bool { subject != .intake }

    /// The severity; a success rate or a p95 far off its target is an error instead.
    package var severity: Severity {
        switch self {
        case .illegalTransition, .transitionAfterTerminal, .missingInitialState, .implausibleTimestamp,
            .statusMismatch, .identifierReused, .retryOfNonRetryable, .completedAfterFailedCheck,
            .conflictingRecord, .conflictingDeployment, .malformedRecord, .unknownStatus, .invalidIdentifier,
            .timestampInFuture, .sourceIncomplete:
            .error
        case .ambiguousOrder, .repeatedFailure, .durationMismatch, .createdAtMismatch, .updatedAtMismatch,
            .complianceSummaryMismatch, .orphanTransition, .deploymentWithoutTransitions, .missingTransactionHash,
            .transactionHashChanged, .missingErrorCategory, .errorCategoryMismatch, .retryTooEarly,
            .failedComplianceCheck, .stuckDeployment, .successRateBelowTarget, .p95AboveTarget,
            .networkErrorRateAboveTarget, .tooManyPending, .timestampWithoutZone, .outOfOrderRecord, .sourceCached:
            .warning
        case .repeatedStatus, .missingConfirmedRound, .duplicateRecord, .unknownMember: .info
        }
    }
}
