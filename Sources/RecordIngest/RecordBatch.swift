package import AuditModel
package import RecordContent

/// Records that were read from one stretch of a source, with the bytes they point into.
package struct RecordBatch: Sendable {
    package var arena = RecordArena()
    package var transitions: [IngestedTransition] = []
    /// Deployment records, and the deployment columns of CSV rows.
    package var deployments: [IngestedDeployment] = []
    package var rejections: [Rejection] = []
    package var notes: [IntakeNote] = []
    /// Count and first place of each member name that is not known.
    package var unknownMembers: [String: (count: Int, first: RecordPlace)] = [:]
    /// What an envelope says of itself.
    package var claims: [String: String] = [:]
    /// What the stretch holds, by shape.
    package var shapes: Set<String> = []
    /// Line ends in the stretch.
    package var lineCount = 0

    package init() {}

    package var isEmpty: Bool { transitions.isEmpty && deployments.isEmpty && rejections.isEmpty }
}

/// Where a record stands: its line counted from the beginning of the batch, and its offset in the unpacked source.
package struct RecordPlace: Sendable, Hashable, BitwiseCopyable {
    package var line: Int
    package var offset: Int

    package init(line: Int, offset: Int) {
        self.line = line
        self.offset = offset
    }
}

package struct IngestedTransition: Sendable, BitwiseCopyable {
    package var transition: Transition
    /// Whether the record before it in its batch is known to be of the same deployment.
    package var continuesDeployment = false
    package var deploymentID: ByteSlice
    package var place: RecordPlace
    /// A hash of the deployment's identifier, the same for equal bytes in one run.
    package var deploymentHash: Int
    /// A hash of the transition's own identifier; 0 if it has none.
    package var idHash: Int
    /// The SHA-256 of the bytes it was read from; absent unless a ledger asks for it.
    package var rawDigest = ByteSlice.none

    package init(
        transition: Transition, continuesDeployment: Bool = false, deploymentID: ByteSlice, place: RecordPlace,
        deploymentHash: Int, idHash: Int, rawDigest: ByteSlice
    ) {
        self.transition = transition
        self.continuesDeployment = continuesDeployment
        self.deploymentID = deploymentID
        self.place = place
        self.deploymentHash = deploymentHash
        self.idHash = idHash
        self.rawDigest = rawDigest
    }
}

package struct IngestedDeployment: Sendable, BitwiseCopyable {
    package var facts: DeploymentRecordFacts
    package var deploymentID: ByteSlice
    package var place: RecordPlace
    /// The deployment columns of a CSV row: no record of its own.
    package var isRow: Bool
    /// A hash of the deployment's identifier, the same for equal bytes in one run.
    package var deploymentHash: Int
    /// The SHA-256 of the bytes it was read from; absent unless a ledger asks for it.
    package var rawDigest = ByteSlice.none

    package init(
        facts: DeploymentRecordFacts, deploymentID: ByteSlice, place: RecordPlace, isRow: Bool, deploymentHash: Int,
        rawDigest: ByteSlice = .none
    ) {
        self.facts = facts
        self.deploymentID = deploymentID
        self.place = place
        self.isRow = isRow
        self.deploymentHash = deploymentHash
        self.rawDigest = rawDigest
    }
}

extension IngestedTransition {
    /// Points to the same bytes where they were moved to, and to its checks.
    package mutating func move(by offset: Int, checks: Int32 = 0) {
        transition.move(by: offset, checks: checks)
        deploymentID = deploymentID.moved(by: offset)
        rawDigest = rawDigest.moved(by: offset)
    }
}

extension IngestedDeployment {
    /// Points to the same bytes where they were moved to.
    package mutating func move(by offset: Int) {
        facts.content = facts.content.moved(by: offset)
        deploymentID = deploymentID.moved(by: offset)
        rawDigest = rawDigest.moved(by: offset)
    }
}

extension RecordArena {
    /// A hash of an identifier's bytes.
    func hash(_ slice: ByteSlice) -> Int {
        var hasher = Hasher()
        bytes.span.extracting(slice.range).withUnsafeBytes { hasher.combine(bytes: $0) }
        return hasher.finalize()
    }
}

/// A record that could not be accepted, with what an auditor needs to see it.
package struct Rejection: Sendable {
    /// Raw bytes kept of a rejected record; enough to see what it was.
    package static let maximumRawBytes = 64 << 10

    package var problem: RecordProblem
    package var place: RecordPlace
    /// SHA-256 of all its bytes, in hexadecimal.
    package var sha256: String
    package var byteCount: Int
    /// The first ``maximumRawBytes`` bytes.
    package var raw: [UInt8]
    /// The deployment it belongs to, if that can be read.
    package var deploymentID: String?
}

/// An intake finding about a record that was accepted.
package struct IntakeNote: Sendable {
    package var code: FindingCode
    package var place: RecordPlace
    package var deploymentID: String
    package var transitionID: String?
    package var actual: String?
}

/// The limits of reading.
package enum IngestLimits {
    /// Larger records are rejected: no real record comes near, and memory stays bounded.
    package static let recordBytes = 16 << 20
    /// More transitions of one deployment are rejected.
    package static let transitionsPerDeployment = 100_000
}
