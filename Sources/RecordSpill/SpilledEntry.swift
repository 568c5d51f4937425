import AuditModel
import RecordContent
import RecordIngest

/// A record that has a fixed width in a section, its encoding and decoding.
///
/// Slices are stored as counted from the first of the section's bytes. What a reader needs to leave records out comes
/// first: the identifier, the content and the number of checks.
protocol SpilledEntry: Sendable {
    static var kind: SpillSection.Kind { get }
    /// Bytes of an entry in a section.
    static var encodedBytes: Int { get }

    var deploymentID: ByteSlice { get }
    var content: ByteSlice { get }
    /// Its compliance checks in the arena.
    var checks: Range<Int32> { get }

    /// Stores the fields; slices must lie within `bytes` of the arena.
    func encode(into raw: inout MutableRawSpan, at offset: inout Int, within bytes: Range<Int>)

    /// Loads the fields; `checks` are those of the section that no entry before has, where they go in the arena.
    init(decoding raw: RawSpan, at offset: inout Int, slices: SliceBounds, checks: Range<Int32>) throws(SpillDamage)
}

extension IngestedTransition: SpilledEntry {
    static var kind: SpillSection.Kind { .transitions }
    static var encodedBytes: Int { 121 }

    var content: ByteSlice { transition.content }
    var checks: Range<Int32> { transition.checks }

    func encode(into raw: inout MutableRawSpan, at offset: inout Int, within bytes: Range<Int>) {
        raw.store(deploymentID, within: bytes, at: &offset)
        raw.store(transition.content, within: bytes, at: &offset)
        raw.store(UInt32(transition.checks.count), at: &offset)
        raw.store(transition.id, within: bytes, at: &offset)
        raw.store(transition.timestampAsReceived, within: bytes, at: &offset)
        raw.store(transition.transactionHash, within: bytes, at: &offset)
        raw.store(rawDigest, within: bytes, at: &offset)
        raw.store(transition.time, at: &offset)
        raw.store(transition.statedDurationMs, at: &offset)
        raw.store(transition.retryDelaySeconds, at: &offset)
        raw.store(transition.status.rawValue, at: &offset)
        raw.store(transition.hasOwnID, at: &offset)
        raw.store(transition.hasConfirmedRound, at: &offset)
        raw.store(transition.isRetryable, at: &offset)
        raw.store(transition.detailsCategory, at: &offset)
        raw.store(transition.metadataCategory, at: &offset)
        raw.store(continuesDeployment, at: &offset)
        raw.store(stretch, at: &offset)
        raw.store(Int64(position.line), at: &offset)
        raw.store(Int64(position.offset), at: &offset)
        raw.store(Int64(deploymentHash), at: &offset)
        raw.store(Int64(idHash), at: &offset)
    }

    init(decoding raw: RawSpan, at offset: inout Int, slices: SliceBounds, checks: Range<Int32>) throws(SpillDamage) {
        let deploymentID = try raw.loadSlice(slices, at: &offset)
        var transition = Transition()
        transition.content = try raw.loadSlice(slices, at: &offset)
        let checkCount = Int(raw.load(UInt32.self, at: &offset))
        guard checkCount <= checks.count else {
            throw SpillDamage(problem: "a record has \(checkCount) compliance checks, expected up to \(checks.count)")
        }
        if checkCount > 0 { transition.checks = checks.prefix(checkCount) }
        transition.id = try raw.loadSlice(slices, at: &offset)
        transition.timestampAsReceived = try raw.loadSlice(slices, at: &offset)
        transition.transactionHash = try raw.loadSlice(slices, at: &offset)
        let rawDigest = try raw.loadSlice(slices, at: &offset)
        transition.time = try raw.loadTime(at: &offset)
        transition.statedDurationMs = try raw.loadOptional(at: &offset)
        transition.retryDelaySeconds = try raw.loadOptional(at: &offset)
        transition.status = try raw.loadStatus(at: &offset)
        transition.hasOwnID = try raw.loadBool(at: &offset)
        transition.hasConfirmedRound = try raw.loadBool(at: &offset)
        transition.isRetryable = try raw.loadOptionalBool(at: &offset)
        transition.detailsCategory = try raw.loadCategory(at: &offset)
        transition.metadataCategory = try raw.loadCategory(at: &offset)
        let continuesDeployment = try raw.loadBool(at: &offset)
        let stretch = raw.load(UInt32.self, at: &offset)
        let line = try raw.loadCount(at: &offset)
        let sourceOffset = try raw.loadCount(at: &offset)
        self.init(
            transition: transition, continuesDeployment: continuesDeployment, deploymentID: deploymentID,
            position: RecordPosition(line: line, offset: sourceOffset),
            deploymentHash: Int(raw.load(Int64.self, at: &offset)), idHash: Int(raw.load(Int64.self, at: &offset)),
            rawDigest: rawDigest, stretch: stretch)
    }
}

extension IngestedDeployment: SpilledEntry {
    static var kind: SpillSection.Kind { .deployments }
    static var encodedBytes: Int { 75 }

    var content: ByteSlice { facts.content }
    /// Deployment records have none.
    var checks: Range<Int32> { 0..<0 }

    func encode(into raw: inout MutableRawSpan, at offset: inout Int, within bytes: Range<Int>) {
        raw.store(deploymentID, within: bytes, at: &offset)
        raw.store(facts.content, within: bytes, at: &offset)
        raw.store(UInt32(0), at: &offset)
        raw.store(rawDigest, within: bytes, at: &offset)
        raw.store(facts.createdAt, at: &offset)
        raw.store(facts.updatedAt, at: &offset)
        raw.store(isRow, at: &offset)
        raw.store(stretch, at: &offset)
        raw.store(Int64(position.line), at: &offset)
        raw.store(Int64(position.offset), at: &offset)
        raw.store(Int64(deploymentHash), at: &offset)
    }

    init(decoding raw: RawSpan, at offset: inout Int, slices: SliceBounds, checks: Range<Int32>) throws(SpillDamage) {
        let deploymentID = try raw.loadSlice(slices, at: &offset)
        var facts = DeploymentRecordFacts()
        facts.content = try raw.loadSlice(slices, at: &offset)
        guard raw.load(UInt32.self, at: &offset) == 0 else {
            throw SpillDamage(problem: "a deployment record has compliance checks, expected none")
        }
        let rawDigest = try raw.loadSlice(slices, at: &offset)
        facts.createdAt = try raw.loadOptionalTime(at: &offset)
        facts.updatedAt = try raw.loadOptionalTime(at: &offset)
        let isRow = try raw.loadBool(at: &offset)
        let stretch = raw.load(UInt32.self, at: &offset)
        let line = try raw.loadCount(at: &offset)
        let sourceOffset = try raw.loadCount(at: &offset)
        self.init(
            facts: facts, deploymentID: deploymentID, position: RecordPosition(line: line, offset: sourceOffset),
            isRow: isRow, deploymentHash: Int(raw.load(Int64.self, at: &offset)), rawDigest: rawDigest,
            stretch: stretch)
    }
}
