package import AuditModel
package import RecordContent
import StrictJSON

/// A record that could not be accepted, with what an auditor needs to see it.
package struct Rejection: Sendable {
    /// Raw bytes kept of a rejected record; enough to see what it was.
    package static let maximumRawBytes = 64 << 10

    package var problem: RecordProblem
    package var position: RecordPosition
    /// SHA-256 of all its bytes, in hexadecimal.
    package var sha256: String
    package var byteCount: Int
    /// The first ``maximumRawBytes`` bytes.
    package var raw: [UInt8]
    /// The deployment it belongs to, if that can be read.
    package var deploymentID: String?

    package init(
        problem: RecordProblem, position: RecordPosition, sha256: String, byteCount: Int, raw: [UInt8],
        deploymentID: String?
    ) {
        self.problem = problem
        self.position = position
        self.sha256 = sha256
        self.byteCount = byteCount
        self.raw = raw
        self.deploymentID = deploymentID
    }
}

extension Rejection {
    package var code: FindingCode { problem.code }
    package var reason: String { problem.reason }

    /// Keeps bytes as they came.
    init(
        problem: RecordProblem, position: RecordPosition, of bytes: Span<UInt8>, in range: Range<Int>,
        deploymentID: String?
    ) {
        var raw: [UInt8] = []
        raw.append(bytes, range.prefix(Rejection.maximumRawBytes))
        self.init(
            problem: problem, position: position,
            sha256: ContentDigest.hexadecimal(ContentDigest.sha256(bytes, range)), byteCount: range.count, raw: raw,
            deploymentID: deploymentID)
    }
}

/// An intake finding about a record that was accepted, or about what stands around records.
package struct IntakeNote: Sendable {
    package var code: FindingCode
    package var position: RecordPosition
    /// The deployment concerned; nil when the note is about the source.
    package var deploymentID: String?
    package var transitionID: String?
    package var expected: String?
    package var actual: String?
    /// Whether something was not looked at, so that its source cannot be said to have come whole.
    package var leavesUnread = false
}
