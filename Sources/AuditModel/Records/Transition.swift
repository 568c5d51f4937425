/// One transition: what the state machine, the findings and the metrics need to know of its record.
///
/// Slices point into the arena that holds the record's canonical content.
package struct Transition: Sendable, BitwiseCopyable {
    /// The identifier's UTF-8 bytes: the record's own, or the one assigned to a record without (see ``hasOwnID``).
    package var id = ByteSlice.none
    /// The record's canonical content.
    package var content = ByteSlice.none
    /// The timestamp's text as it came, when it says other than the canonical text; else absent.
    package var timestampAsReceived = ByteSlice.none
    package var transactionHash = ByteSlice.none
    package var time = Timestamp.unset
    /// `durationFromPreviousStatusMs` as the source states it.
    package var statedDurationMs: Int64?
    package var retryDelaySeconds: Int64?
    /// The entries of ``Dossier/checks`` that belong to this transition.
    package var checks: Range<Int32> {
        get { firstCheck..<endCheck }
        set {
            firstCheck = newValue.lowerBound
            endCheck = newValue.upperBound
        }
    }
    // Not a stored range, so that a transition is plain memory.
    private var firstCheck: Int32 = 0
    private var endCheck: Int32 = 0
    package var status = DeploymentStatus.queued
    package var hasOwnID = false
    package var hasConfirmedRound = false
    package var isRetryable: Bool?
    /// The category in `errorDetails`; a name that the source does not know reads as unknown.
    package var detailsCategory: FailureCategory?
    /// The category in `metadata`.
    package var metadataCategory: FailureCategory?

    package init() {}

    /// The category that counts: that of `errorDetails`, else that of `metadata`.
    package var category: FailureCategory? { detailsCategory ?? metadataCategory }

    /// Whether the time is one that a real deployment can have.
    package var isPlausible: Bool { time >= .earliestPlausible }
}

/// The result of one compliance check.
package struct ComplianceCheck: Sendable, BitwiseCopyable {
    package var name: ByteSlice
    package var passed: Bool

    package init(name: ByteSlice, passed: Bool) {
        self.name = name
        self.passed = passed
    }
}

/// What became of a transition in its deployment's history.
public enum Disposition: UInt8, CaseIterable, Sendable {
    /// Legal: the state moved.
    case inHistory
    /// Equal to the current state; kept as evidence, outside the metrics.
    case `repeat`
    /// Anything else; kept as evidence, outside the metrics.
    case refused

    /// The name in bundles: `in-history`, `repeat` or `refused`.
    public var name: String { "\(literal)" }

    /// The name as fixed bytes.
    package var literal: StaticString {
        switch self {
        case .inHistory: "in-history"
        case .repeat: "repeat"
        case .refused: "refused"
        }
    }
}

extension Transition {
    /// Points to the same bytes after they were appended to another arena at `offset`, and to its checks at `base`.
    package mutating func move(by offset: Int, checks base: Int32) {
        id = id.moved(by: offset)
        content = content.moved(by: offset)
        timestampAsReceived = timestampAsReceived.moved(by: offset)
        transactionHash = transactionHash.moved(by: offset)
        checks = checks.lowerBound + base..<checks.upperBound + base
    }
}
