extension FindingCode {
    /// What the finding means, for an auditor: one or two plain sentences.
    public var explanation: String {
        switch self {
        case .illegalTransition:
            "A status was recorded that the state machine does not allow from the state before it. "
                + "The record is kept as evidence; the state and the metrics ignore it."
        case .transitionAfterTerminal:
            "A status was recorded after the deployment had ended. It is kept as evidence and ignored."
        case .missingInitialState: "The history does not begin with Queued: its beginning is missing."
        case .ambiguousOrder:
            "Transitions have the same time and can be ordered in ways that end in different states."
        case .implausibleTimestamp: "A transition is dated before 2009, so its clock cannot be believed. It is refused."
        case .repeatedStatus: "The same status was recorded again; nothing changed."
        case .repeatedFailure: "A failure was recorded again, with another category."
        case .statusMismatch: "The source names a current status that its own transitions do not lead to."
        case .durationMismatch: "The stated time since the previous status differs from the timestamps by over 1 ms."
        case .createdAtMismatch: "The stated creation differs from the first transition by over one second."
        case .updatedAtMismatch: "The stated last update lies over one second before the last transition."
        case .complianceSummaryMismatch: "The stated summary of compliance checks differs from the checks recorded."
        case .assetBeforeConfirmation:
            "The deployment has an asset identifier, so the asset exists, but its state is before Confirmed."
        case .identifierReused: "Two deployments have a transition of the same identifier."
        case .orphanTransition: "Transitions belong to a deployment of which there is no record."
        case .deploymentWithoutTransitions: "A deployment has no transition at all."
        case .missingTransactionHash: "An attempt was confirmed, but no transaction hash was recorded in it."
        case .transactionHashChanged: "The transaction hash changed within one attempt."
        case .missingConfirmedRound: "An attempt was confirmed, but the round or block was not recorded."
        case .missingErrorCategory: "A failure was recorded without its category."
        case .errorCategoryMismatch: "A failure names two different categories."
        case .retryOfNonRetryable: "A deployment was retried after a failure marked as not retryable."
        case .retryTooEarly: "A deployment was retried before the delay that the failure asked for."
        case .completedAfterFailedCheck:
            "A deployment was completed although the last result of a compliance check in that attempt was a failure."
        case .failedComplianceCheck: "A compliance check failed."
        case .stuckDeployment: "A deployment is open and has not changed for longer than the threshold."
        case .successRateBelowTarget: "Fewer deployments succeeded than the target asks for."
        case .p95AboveTarget: "The 95th percentile of the deployment time is above the target."
        case .networkErrorRateAboveTarget: "More deployments failed by network errors than the target allows."
        case .tooManyPending: "More deployments are open than the target allows."
        case .duplicateRecord: "The same record arrived more than once with the same content. It is counted once."
        case .conflictingRecord:
            "The same transition arrived with different contents. One stays in the history; all are kept."
        case .conflictingDeployment: "Two records of a deployment contradict each other in a member that cannot change."
        case .malformedRecord: "A record could not be read. It is kept as it came."
        case .unknownStatus: "A record names a status that the state machine does not know. It is kept as it came."
        case .invalidIdentifier:
            "An identifier is empty, longer than 256 bytes or holds a control character. The record is kept as it came."
        case .unreadMember: "A member was not read and may hold records. It is kept as it came."
        case .unknownMember: "Records have a member that this version does not know. It is carried along."
        case .unreadableMember:
            "A claim could not be read, so it counts as absent. It is kept as it came, and its record counts."
        case .unreadList:
            "Records have a list of objects that this version does not know. It is carried along, but not read."
        case .simulatedEvidence: "The evidence is marked as simulated: no blockchain stands behind it."
        case .timestampWithoutZone: "A time has no zone and was taken as UTC."
        case .timestampInFuture: "A time lies after the as-of time."
        case .outOfOrderRecord: "A status history was not in the order of time."
        case .sourceIncomplete: "A source says that it failed, or that there is more than what was read."
        case .sourceCached: "A source says that it was answered from a cache and may be out of date."
        case .csvDialect: "A CSV is not of the service's own form. It was read."
        case .fullPage: "A page of a listing is full, and nothing says how many there are: there may be more."
        case .statedMetricMismatch:
            "A figure of the source's own metrics differs from what the records give by the source's rules."
        }
    }
}
