/// How grave a finding is.
public enum Severity: UInt8, CaseIterable, Sendable, Comparable {
    /// Worth knowing; nothing is wrong.
    case info
    /// Doubtful: somebody should look.
    case warning
    /// Wrong: a rule is broken, or records contradict each other.
    case error

    /// The name in bundles and messages.
    public var name: String {
        switch self {
        case .info: "info"
        case .warning: "warning"
        case .error: "error"
        }
    }

    /// Whether the first severity is the lesser one.
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// Every kind of finding; the raw value is the code in bundles, messages and documentation.
public enum FindingCode: String, CaseIterable, Sendable {
    // Derived, order.
    /// The state machine does not allow the status after the state before it.
    case illegalTransition = "illegal-transition"
    /// A status was recorded after Completed or Cancelled.
    case transitionAfterTerminal = "transition-after-terminal"
    /// The history does not begin with Queued.
    case missingInitialState = "missing-initial-state"
    /// Transitions of equal time can be ordered in ways that end in different states.
    case ambiguousOrder = "ambiguous-order"
    /// A transition is dated before 2009.
    case implausibleTimestamp = "implausible-timestamp"
    /// The current status was recorded again.
    case repeatedStatus = "repeated-status"
    /// A failure was recorded again, with another category.
    case repeatedFailure = "repeated-failure"
    // Derived, consistency.
    /// The stated status is not the one that the transitions lead to.
    case statusMismatch = "status-mismatch"
    /// The stated time since the previous status differs from the timestamps by over 1 ms.
    case durationMismatch = "duration-mismatch"
    /// The stated creation differs from the first transition by over one second.
    case createdAtMismatch = "created-at-mismatch"
    /// The stated last update lies over one second before the last transition.
    case updatedAtMismatch = "updated-at-mismatch"
    /// The stated summary of compliance checks differs from the checks recorded.
    case complianceSummaryMismatch = "compliance-summary-mismatch"
    /// The deployment has an asset identifier, and its state is before Confirmed.
    case assetBeforeConfirmation = "asset-before-confirmation"
    /// Two deployments have a transition of the same identifier.
    case identifierReused = "identifier-reused"
    /// There is no record of the deployment that transitions belong to.
    case orphanTransition = "orphan-transition"
    /// A deployment has no transition.
    case deploymentWithoutTransitions = "deployment-without-transitions"
    // Derived, evidence.
    /// An attempt was confirmed without a transaction hash.
    case missingTransactionHash = "missing-transaction-hash"
    /// The transaction hash changed within one attempt.
    case transactionHashChanged = "transaction-hash-changed"
    /// An attempt was confirmed without a round or block.
    case missingConfirmedRound = "missing-confirmed-round"
    /// A failure has no category.
    case missingErrorCategory = "missing-error-category"
    /// A failure names two different categories.
    case errorCategoryMismatch = "error-category-mismatch"
    /// A retry came after a failure marked as not retryable.
    case retryOfNonRetryable = "retry-of-non-retryable"
    /// A retry came before the delay that the failure asked for.
    case retryTooEarly = "retry-too-early"
    // Derived, compliance.
    /// A deployment was completed although the last result of a compliance check was a failure.
    case completedAfterFailedCheck = "completed-after-failed-check"
    /// A compliance check failed.
    case failedComplianceCheck = "failed-compliance-check"
    // Derived, operations.
    /// An open deployment has not changed for longer than the threshold.
    case stuckDeployment = "stuck-deployment"
    /// Fewer deployments succeeded than the target asks for.
    case successRateBelowTarget = "success-rate-below-target"
    /// The 95th percentile of the deployment time is above the target.
    case p95AboveTarget = "p95-above-target"
    /// More deployments failed by network errors than the target allows.
    case networkErrorRateAboveTarget = "network-error-rate-above-target"
    /// More deployments are open than the target allows.
    case tooManyPending = "too-many-pending"
    // Intake.
    /// The same record arrived more than once.
    case duplicateRecord = "duplicate-record"
    /// The same transition arrived with different contents.
    case conflictingRecord = "conflicting-record"
    /// Two records of a deployment contradict each other in a member that cannot change.
    case conflictingDeployment = "conflicting-deployment"
    /// A record could not be read.
    case malformedRecord = "malformed-record"
    /// A record names a status that the state machine does not know.
    case unknownStatus = "unknown-status"
    /// An identifier is empty, too long or holds a control character.
    case invalidIdentifier = "invalid-identifier"
    /// A member of an envelope was not read.
    case unreadMember = "unread-member"
    /// Records have a member that this version does not know.
    case unknownMember = "unknown-member"
    /// A member that says something of a record could not be read.
    case unreadableMember = "unreadable-member"
    /// Records have a list of objects that this version does not know.
    case unreadList = "unread-list"
    /// The evidence is marked as simulated.
    case simulatedEvidence = "simulated-evidence"
    /// A time has no zone and was taken as UTC.
    case timestampWithoutZone = "timestamp-without-zone"
    /// A time lies after the as-of time.
    case timestampInFuture = "timestamp-in-future"
    /// A status history was not in the order of time.
    case outOfOrderRecord = "out-of-order-record"
    /// A source says that it failed, or that there is more than what was read.
    case sourceIncomplete = "source-incomplete"
    /// A source says that it was answered from a cache.
    case sourceCached = "source-cached"
    /// A CSV is not of the service's own form.
    case csvDialect = "csv-dialect"
    /// A page of a listing is full, and nothing says how many deployments there are.
    case fullPage = "full-page"
    /// The source's own metrics differ from those that its records give by its rules.
    case statedMetricMismatch = "stated-metric-mismatch"

    /// What a finding of this kind is about.
    public enum Subject: String, CaseIterable, Sendable {
        /// The order of statuses: what the state machine and the timestamps say.
        case order
        /// What a source states, against what follows from its own records.
        case consistency
        /// Whether the evidence for a status was recorded.
        case evidence
        /// Compliance checks.
        case compliance
        /// How the service does: stuck deployments and missed targets.
        case operations
        /// How records arrived.
        case intake
    }

    /// What a finding of this kind is about.
    public var subject: Subject {
        switch self {
        case .illegalTransition, .transitionAfterTerminal, .missingInitialState, .ambiguousOrder,
            .implausibleTimestamp, .repeatedStatus, .repeatedFailure:
            .order
        case .statusMismatch, .durationMismatch, .createdAtMismatch, .updatedAtMismatch, .complianceSummaryMismatch,
            .assetBeforeConfirmation, .identifierReused, .orphanTransition, .deploymentWithoutTransitions:
            .consistency
        case .missingTransactionHash, .transactionHashChanged, .missingConfirmedRound, .missingErrorCategory,
            .errorCategoryMismatch, .retryOfNonRetryable, .retryTooEarly:
            .evidence
        case .completedAfterFailedCheck, .failedComplianceCheck: .compliance
        case .stuckDeployment, .successRateBelowTarget, .p95AboveTarget, .networkErrorRateAboveTarget,
            .tooManyPending:
            .operations
        case .duplicateRecord, .conflictingRecord, .conflictingDeployment, .malformedRecord, .unknownStatus,
            .invalidIdentifier, .unreadMember, .unknownMember, .unreadableMember, .unreadList, .simulatedEvidence,
            .timestampWithoutZone, .timestampInFuture, .outOfOrderRecord, .sourceIncomplete, .sourceCached, .csvDialect,
            .fullPage, .statedMetricMismatch:
            .intake
        }
    }

    /// Whether the finding follows from the records in the bundle, so that a verifier computes it again.
    public var isDerived: Bool { subject != .intake }

    /// The severity; a success rate or a p95 far off its target is an error instead.
    public var severity: Severity {
        switch self {
        case .illegalTransition, .transitionAfterTerminal, .missingInitialState, .implausibleTimestamp,
            .statusMismatch, .identifierReused, .retryOfNonRetryable, .completedAfterFailedCheck,
            .conflictingRecord, .conflictingDeployment, .malformedRecord, .unknownStatus, .invalidIdentifier,
            .unreadMember, .unreadableMember, .simulatedEvidence, .timestampInFuture, .sourceIncomplete:
            .error
        case .ambiguousOrder, .repeatedFailure, .durationMismatch, .createdAtMismatch, .updatedAtMismatch,
            .complianceSummaryMismatch, .assetBeforeConfirmation, .orphanTransition, .deploymentWithoutTransitions,
            .missingTransactionHash, .transactionHashChanged, .missingErrorCategory, .errorCategoryMismatch,
            .retryTooEarly, .failedComplianceCheck, .stuckDeployment, .successRateBelowTarget, .p95AboveTarget,
            .networkErrorRateAboveTarget, .tooManyPending, .unreadList, .timestampWithoutZone, .outOfOrderRecord,
            .sourceCached, .fullPage, .statedMetricMismatch:
            .warning
        case .repeatedStatus, .missingConfirmedRound, .duplicateRecord, .unknownMember, .csvDialect: .info
        }
    }
}
