package import AuditModel
import BundleFormat
import RecordContent
import RecordIngest
package import RecordIntake

/// Puts together the dossier of a deployment from its records: duplicates out, contradictions settled, members merged.
///
/// The result is a function of the set of records, but for the positions in the tally, which name the first in the
/// order of the sources.
package struct DossierAssembler {
    let records: RecordSet
    let period: Period?
    package var dossier = Dossier()
    /// The first plausible transition, those after the period included; decides the period when nothing states it.
    package private(set) var earliest: Timestamp?
    /// Accepted transitions at or after the period's end.
    private(set) var transitionsAfter = 0
    /// Accepted deployment records of at or after the period's end.
    var recordsAfter = 0
    /// Deployment records and transitions that lie after the period.
    var countsAfter: (records: Int, transitions: Int) { (recordsAfter, transitionsAfter) }
    var candidates: [Candidate] = []
    /// Indices of candidates in order of their identifiers.
    var order: [Int] = []
    /// The hashes of the deployment's identifiers of transitions.
    private var hashes: [Int] = []
    /// Later transitions are a finding; nil when nothing says what time it is.
    let futureAfter: Timestamp?
    let keepsFirst: Bool
    /// The records that were accepted, under ``ConflictPolicy/firstArrival``.
    package var accepted = (transitions: [RecordReference](), deployments: [RecordReference]())
    /// Transitions that a ledger holds, each with the identifier of the one in the dossier that stands for it now.
    package var superseded: [(held: RecordReference, id: ByteSlice)] = []
    let copiesContents: Bool
    let mergesMembers: Bool

    package init(
        records: RecordSet, period: Period?, detail: AssemblyDetail, conflicts: ConflictPolicy = .lowestDigest,
        futureAfter: Timestamp? = nil
    ) {
        self.records = records
        self.period = period
        self.futureAfter = futureAfter
        keepsFirst = conflicts == .firstArrival
        copiesContents = detail == .rows
        mergesMembers = detail != .times
    }

    /// A transition as it was read: its slices point into its batch's arena, but for the identifier's.
    struct Candidate {
        var transition: Transition
        var batch: Int
        var index: UInt32
        var position: SourcePosition
        /// Content's SHA-256, when it had to be computed.
        var digest: String?
        /// Whether it stands for one that a ledger held.
        var replacesHeld = false
    }

    /// Assembles a deployment, and adds what was found out about the arrival of its records to the tally.
    package mutating func assemble(_ deployment: Int, _ tally: inout Tally) {
        dossier.reset()
        earliest = nil
        transitionsAfter = 0
        recordsAfter = 0
        accepted = ([], [])
        superseded = []
        let slice = records.identifiers[deployment]
        let arena = records.arenas[Int(slice.batch)]
        dossier.id = dossier.append(arena.span, slice.range)
        if hasDistinctIdentifiers(deployment) {
            adoptAll(deployment, &tally)
        } else {
            copyTransitions(deployment)
            settleTransitions(&tally)
        }
        mergeDeployments(deployment, &tally)
        if let disputed = records.disputed {
            dossier.isDisputed = !disputed.isEmpty && disputed.contains(Array(arena[slice.range]))
        }
        cut()
    }

    /// Whether a record is one that a ledger holds beside those that come in.
    func isHeld(_ position: SourcePosition) -> Bool { keepsFirst && position.source == records.sourceCount - 1 }

    /// Of records that contradict each other, which one stays: what a ledger holds, else that of the lowest SHA-256.
    func stands(
        _ position: SourcePosition, _ digest: String, before other: SourcePosition, of otherDigest: String
    ) -> Bool {
        isHeld(position) == isHeld(other) ? digest < otherDigest : isHeld(position)
    }

    /// Whether the transitions plainly are different ones, as nearly always: all have identifiers, of unequal hashes.
    private mutating func hasDistinctIdentifiers(_ deployment: Int) -> Bool {
        let references = records.transitions[deployment]
        guard references.count <= 32 else { return false }
        hashes.removeAll(keepingCapacity: true)
        var bytes = 0
        for reference in references {
            let entry = records.batches[Int(reference.batch)].transitions[Int(reference.index)]
            let hash = entry.idHash
            bytes += entry.transition.lineBytes
            guard hash != 0, !hashes.contains(hash) else { return false }
            hashes.append(hash)
        }
        return FormatLimits.transitions.certainlyHolds(references.count, bytes: bytes)
    }

    /// Accepts all transitions as they are.
    private mutating func adoptAll(_ deployment: Int, _ tally: inout Tally) {
        for reference in records.transitions[deployment] {
            let batch = Int(reference.batch)
            let entry = records.batches[batch].transitions[Int(reference.index)]
            adopt(entry.transition, batch, id: nil)
            if keepsFirst { accepted.transitions.append(reference) }
            tally.sources[records.origins[batch].source].acceptedTransitions += 1
            guard let futureAfter, entry.transition.time > futureAfter else { continue }
            let id = dossier.bytes.text(dossier.transitions[dossier.transitions.count - 1].id)
            reportFuture(
                id, entry.transition.time, position: records.position(entry.position, in: batch), tally: &tally)
        }
    }

    private mutating func copyTransitions(_ deployment: Int) {
        candidates.removeAll(keepingCapacity: true)
        for reference in records.transitions[deployment] {
            let batch = Int(reference.batch)
            let entry = records.batches[batch].transitions[Int(reference.index)]
            var transition = entry.transition
            if transition.hasOwnID {
                let arena = records.arenas[batch]
                transition.id = dossier.append(arena.span, transition.id.range)
            }
            candidates.append(
                Candidate(
                    transition: transition, batch: batch, index: reference.index,
                    position: records.position(entry.position, in: batch)))
        }
    }

    /// Puts a transition of a batch into the dossier, with its content if that is wanted.
    ///
    /// `id` is its identifier in the dossier; nil if that still has to be put there.
    mutating func adopt(_ original: Transition, _ batch: Int, id: ByteSlice?) {
        var transition = original
        let arena = records.arenas[batch]
        let bytes = arena.span
        guard copiesContents else {
            transition.id = id ?? dossier.append(bytes, transition.id.range)
            // A filter may ask for it; where members do not matter, nothing does.
            let hash = transition.transactionHash
            transition.transactionHash = mergesMembers && !hash.isEmpty ? dossier.append(bytes, hash.range) : .none
            return dossier.transitions.append(transition)
        }
        let content = dossier.append(bytes, transition.content.range)
        let shift = Int(content.start) - Int(transition.content.start)
        transition.id = id ?? moved(transition.id, transition.content, shift: shift, bytes: bytes)
        transition.transactionHash = moved(transition.transactionHash, transition.content, shift: shift, bytes: bytes)
        if !transition.timestampAsReceived.isEmpty {
            transition.timestampAsReceived = dossier.append(bytes, transition.timestampAsReceived.range)
        }
        let firstCheck = Int32(dossier.checks.count)
        for check in transition.checks {
            let check = records.batches[batch].arena.checks[Int(check)]
            let name = moved(check.name, transition.content, shift: shift, bytes: bytes)
            dossier.checks.append(ComplianceCheck(name: name, passed: check.passed))
        }
        transition.checks = firstCheck..<Int32(dossier.checks.count)
        transition.content = content
        dossier.transitions.append(transition)
    }

    /// A candidate's content.
    func content(_ candidate: Candidate) -> [UInt8] {
        Array(records.arenas[candidate.batch][candidate.transition.content.range])
    }

    /// Orders the texts of the same part of two candidates.
    func compare(_ left: Candidate, _ right: Candidate, part: (Transition) -> ByteSlice) -> Int {
        let own = records.arenas[left.batch]
        let other = records.arenas[right.batch]
        return compareBytes(own.span, part(left.transition).range, with: other.span, in: part(right.transition).range)
    }

    /// A slice of the content moves with it; one that was kept unescaped behind it is copied.
    private mutating func moved(
        _ slice: ByteSlice, _ content: ByteSlice, shift: Int, bytes: Span<UInt8>
    ) -> ByteSlice {
        if slice.isEmpty { return .none }
        if content.range.contains(slice.range.lowerBound) {
            return ByteSlice(start: Int(slice.start) + shift, count: Int(slice.count))
        }
        return dossier.append(bytes, slice.range)
    }

    /// Leaves out what lies at or after the period's end.
    private mutating func cut() {
        earliest = dossier.transitions.lazy.filter(\.isPlausible).map(\.time).min()
        guard let period else { return }
        transitionsAfter = dossier.removeTransitions(from: period.to)
        if transitionsAfter > 0, copiesContents { dossier.removeUnusedChecks() }
    }
}
