/// All that is known of one deployment: its members, its transitions, and the bytes they point into.
///
/// One value is filled again for each deployment (``reset()`` keeps the storage), so that a million deployments cost
/// no allocation each.
package struct Dossier: Sendable {
    /// The arena of every slice below.
    package var bytes: [UInt8] = []
    /// The identifier's UTF-8 bytes.
    package var id = ByteSlice.none
    /// The transitions; in the order of the history once ``History`` was built.
    package var transitions: [Transition] = []
    package var checks: [ComplianceCheck] = []
    package var members = DeploymentMembers()
    /// The contents of the distinct deployment records, by `updatedAt` (absent first), then SHA-256, descending.
    package var snapshots: [ByteSlice] = []
    /// Number of deployment records, repetitions not counted.
    package var recordCount = 0
    /// The deployment columns of CSV rows, when they add to the deployment records; else absent.
    package var rowMembers = ByteSlice.none
    /// A record of this deployment contradicts another.
    package var isDisputed = false
    /// Every deployment record is newer than the period, so only the fixed members are known.
    package var snapshotAfterPeriod = false

    package init() {}

    /// Empties the value and keeps its storage.
    package mutating func reset() {
        bytes.removeAll(keepingCapacity: true)
        transitions.removeAll(keepingCapacity: true)
        checks.removeAll(keepingCapacity: true)
        snapshots.removeAll(keepingCapacity: true)
        members = DeploymentMembers()
        id = .none
        rowMembers = .none
        recordCount = 0
        isDisputed = false
        snapshotAfterPeriod = false
    }

    /// Appends bytes to the arena.
    package mutating func append(_ source: Span<UInt8>, _ range: Range<Int>) -> ByteSlice {
        let start = bytes.count
        source.extracting(range).withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
        return ByteSlice(start, to: bytes.count)
    }

    /// Removes the transitions at or after the end of a period, but not their checks.
    ///
    /// - Returns: how many there were.
    @discardableResult
    package mutating func removeTransitions(from end: Timestamp) -> Int {
        let before = transitions.count
        transitions.removeAll { $0.time >= end }
        return before - transitions.count
    }

    /// Keeps the checks of the transitions that are left, so that all checks are those of the bundle.
    package mutating func removeUnusedChecks() {
        var kept: [ComplianceCheck] = []
        for index in transitions.indices {
            let first = Int32(kept.count)
            for check in transitions[index].checks { kept.append(checks[Int(check)]) }
            transitions[index].checks = first..<Int32(kept.count)
        }
        checks = kept
    }

    /// Whether the deployment's members are merged from several parts, which are then listed.
    package var listsSnapshots: Bool { snapshots.count > 1 || !rowMembers.isEmpty }

    package var idText: String { bytes.text(id) }
}

/// A deployment's own members, merged from its records.
package struct DeploymentMembers: Sendable {
    /// The canonical object of all members; absent if no record and no CSV row gave any.
    package var content = ByteSlice.none
    package var tokenType = ByteSlice.none
    package var network = ByteSlice.none
    package var deployedBy = ByteSlice.none
    package var tokenName = ByteSlice.none
    package var tokenSymbol = ByteSlice.none
    /// The identifier of the asset or contract that the deployment made, a text or the digits of a number.
    package var assetIdentifier = ByteSlice.none
    /// The hash that the deployment's own record names; transitions have theirs.
    package var transactionHash = ByteSlice.none
    package var complianceSummary = ByteSlice.none
    /// `currentStatus` as the source states it.
    package var statedStatus: DeploymentStatus?
    package var createdAt: Timestamp?
    package var updatedAt: Timestamp?

    package init() {}
}
