/// A transition as a source recorded it: a status of a deployment, when it was reached, and the evidence for it.
///
/// A value of this type is data. Whether the state machine allows the status is for ``DeploymentHistory`` to say.
public struct TransitionRecord: Sendable, Hashable {
    /// The result of one compliance check (`complianceChecks[]` of a record).
    public struct ComplianceCheck: Sendable, Hashable {
        /// The name of the check; results of one name replace each other within an attempt.
        public var name: String
        /// Whether the deployment passed.
        public var passed: Bool

        /// Makes the result of a check.
        public init(name: String, passed: Bool) {
            self.name = name
            self.passed = passed
        }
    }

    /// The identifier, unique within the deployment; compared by its UTF-8 bytes.
    public var id: String
    /// The status that was recorded.
    public var status: DeploymentStatus
    /// When the status was reached.
    public var time: Timestamp
    /// The hash of the transaction on the network; nil or empty if none was recorded.
    public var transactionHash: String?
    /// Whether the round or block of the confirmation was recorded.
    public var hasConfirmedRound: Bool
    /// Milliseconds since the previous status, as the source states them; nil if it does not.
    public var statedDurationMs: Int64?
    /// The category of a failure in `errorDetails`, which counts before ``metadataCategory``; nil if there is none.
    public var errorCategory: FailureCategory?
    /// The category of a failure in `metadata`; nil if there is none.
    public var metadataCategory: FailureCategory?
    /// Whether a failure is marked as one that may be retried; nil if nothing is said.
    public var isRetryable: Bool?
    /// Seconds that a failure asks to wait before a retry; nil if nothing is said.
    public var retryDelaySeconds: Int64?
    /// The results of compliance checks, in the order of the record.
    public var complianceChecks: [ComplianceCheck]

    /// Makes a record; evidence that is not given is absent.
    public init(
        id: String, status: DeploymentStatus, time: Timestamp, transactionHash: String? = nil,
        hasConfirmedRound: Bool = false, statedDurationMs: Int64? = nil, errorCategory: FailureCategory? = nil,
        metadataCategory: FailureCategory? = nil, isRetryable: Bool? = nil, retryDelaySeconds: Int64? = nil,
        complianceChecks: [ComplianceCheck] = []
    ) {
        self.id = id
        self.status = status
        self.time = time
        self.transactionHash = transactionHash
        self.hasConfirmedRound = hasConfirmedRound
        self.statedDurationMs = statedDurationMs
        self.errorCategory = errorCategory
        self.metadataCategory = metadataCategory
        self.isRetryable = isRetryable
        self.retryDelaySeconds = retryDelaySeconds
        self.complianceChecks = complianceChecks
    }
}
