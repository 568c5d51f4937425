package import AuditModel
package import RecordContent

/// A transition as it was read, with where it came from.
package struct IngestedTransition: Sendable, BitwiseCopyable {
    package var transition: Transition
    /// Whether the record before it in its batch is known to be of the same deployment.
    package var continuesDeployment = false
    /// The number of the stretch of its source that it was read from, once several are merged into one batch; else 0.
    package var stretch: UInt32 = 0
    package var deploymentID: ByteSlice
    package var position: RecordPosition
    /// A hash of the deployment's identifier, the same for equal bytes in one run.
    package var deploymentHash: Int
    /// A hash of the transition's own identifier; 0 if it has none.
    package var idHash: Int
    /// The SHA-256 of the bytes it was read from; absent unless a ledger asks for it.
    package var rawDigest = ByteSlice.none

    package init(
        transition: Transition, continuesDeployment: Bool = false, deploymentID: ByteSlice, position: RecordPosition,
        deploymentHash: Int, idHash: Int, rawDigest: ByteSlice, stretch: UInt32 = 0
    ) {
        self.transition = transition
        self.continuesDeployment = continuesDeployment
        self.deploymentID = deploymentID
        self.position = position
        self.deploymentHash = deploymentHash
        self.idHash = idHash
        self.rawDigest = rawDigest
        self.stretch = stretch
    }
}

/// A deployment record, or the deployment columns of a CSV row, as it was read.
package struct IngestedDeployment: Sendable, BitwiseCopyable {
    package var facts: DeploymentRecordFacts
    package var deploymentID: ByteSlice
    package var position: RecordPosition
    /// The deployment columns of a CSV row: no record of its own.
    package var isRow: Bool
    /// The number of the stretch of its source that it was read from, once several are merged into one batch; else 0.
    package var stretch: UInt32 = 0
    /// A hash of the deployment's identifier, the same for equal bytes in one run.
    package var deploymentHash: Int
    /// The SHA-256 of the bytes it was read from; absent unless a ledger asks for it.
    package var rawDigest = ByteSlice.none

    package init(
        facts: DeploymentRecordFacts, deploymentID: ByteSlice, position: RecordPosition, isRow: Bool,
        deploymentHash: Int,
        rawDigest: ByteSlice = .none, stretch: UInt32 = 0
    ) {
        self.facts = facts
        self.deploymentID = deploymentID
        self.position = position
        self.isRow = isRow
        self.deploymentHash = deploymentHash
        self.rawDigest = rawDigest
        self.stretch = stretch
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
