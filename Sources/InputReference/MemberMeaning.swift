import RecordContent

extension KnownMember {
    /// What the member says, for people who write records.
    var meaning: String {
        switch self {
        case .actorAddress: "Address or name of who caused the transition."
        case .assetIdentifier: "Identifier of the asset on its network: a number, or the address of a contract."
        case .complianceChecks: "Compliance checks made with the transition."
        case .complianceSummary:
            "Sums of the checks: \"2 passed, 1 failed out of 3 checks\", or \"No compliance checks performed\"."
        case .confirmedRound: "Round or block in which the transaction was confirmed."
        case .correlationId: "Identifier of the request at the source."
        case .createdAt: "When the deployment was created; it should be the time of its first transition."
        case .currentStatus: "Status that the source states; it should be the one of the last transition."
        case .deployedBy: "Address or name of who deploys."
        case .deploymentId: "Identifier of the deployment; in a statusHistory that of the deployment around it."
        case .durationFromPreviousStatusMs: "Milliseconds since the transition before."
        case .errorDetails: "Details of a failure."
        case .errorMessage: "Text of the failure."
        case .errorSummary: "Summary of the failures of the deployment."
        case .id: "Identifier of the transition; without it, the SHA-256 of the content stands for it."
        case .message: "What happened, in words."
        case .metadata: "Any further members, kept as they are."
        case .network: "Name of the network: any text, such as mainnet-v1.0."
        case .reasonCode: "Code of the reason."
        case .status: "Status that the deployment took on."
        case .statusHistory: "Transitions of the deployment, each a record of its own."
        case .timestamp: "When the deployment took on the status."
        case .tokenName: "Name of the token."
        case .tokenSymbol: "Symbol of the token."
        case .tokenType: "Type of the token: any text, such as ASA_FT."
        case .totalDurationMs: "Milliseconds from the first transition to the last."
        case .transactionHash: "Hash of the transaction; the same within one attempt."
        case .updatedAt: "When the deployment last changed; not before its last transition."
        }
    }
}

/// What the members of the objects inside a transition say.
enum InnerMeaning {
    static let errorDetails: [String: String] = [
        "category": "Category of the failure; it decides what is expected of a retry.",
        "context": "Any further members, kept as they are.",
        "errorCode": "Code of the failure.",
        "isRetryable": "Whether a retry may succeed.",
        "suggestedRetryDelaySeconds": "Seconds to wait before a retry.",
        "technicalMessage": "What failed, for engineers.",
        "timestamp": "When it failed.",
        "userMessage": "What failed, for users.",
    ]
    static let complianceCheck: [String: String] = [
        "checkName": "Name of the check.",
        "checkedAt": "When it was made.",
        "context": "Any further members, kept as they are.",
        "message": "Result in words.",
        "passed": "Whether it was passed; absent counts as failed.",
    ]
    static let metadata: [String: String] = [
        "errorCategory": "Category of the failure, if errorDetails has none.",
        "isRetryable": "Whether a retry may succeed, if errorDetails does not say so.",
        "suggestedRetryDelaySeconds": "Seconds to wait before a retry, if errorDetails does not say so.",
    ]
}
