package import AuditModel
package import BundleFormat
import RecordContent
import StrictJSON

/// What contradicting records have to fit: each other, the trail and the kind of bundle.
package struct ConflictRelations: Sendable {
    /// Whether the records came through a ledger: what came first stands then, and a decision may have replaced it.
    private let hasLedger: Bool
    private let isFiltered: Bool
    private let period: Period?
    /// By identifier, the deployments of the trail that conflicts name.
    private let standing: [[UInt8]: StandingRecords]
    /// The decisions that the log shows, by deployment; nil if it is not shown whether there are any.
    private let decided: [[UInt8]: [LogEntry.Decision]]?
    /// Columns of rows that another conflict says were contradicted (``IntakeMatching/contradictedRows``).
    private let contradictedRows: Set<String>

    package init(
        hasLedger: Bool, isFiltered: Bool, period: Period?, standing: [[UInt8]: StandingRecords],
        decided: [[UInt8]: [LogEntry.Decision]]?, contradictedRows: Set<String> = []
    ) {
        self.hasLedger = hasLedger
        self.isFiltered = isFiltered
        self.period = period
        self.standing = standing
        self.decided = decided
        self.contradictedRows = contradictedRows
    }

    /// Everything that does not fit.
    package func problems(of conflict: ConflictRecord) -> [String] {
        var problems: [String] = []
        if conflict.others.isEmpty { problems.append("nothing contradicts what is kept") }
        for content in [conflict.kept] + conflict.others.map(\.content) where !isRecord(content, of: conflict) {
            problems.append("a content is no record of it")
        }
        let kept = ContentDigest.hexadecimal(of: conflict.kept)
        let others = conflict.others.map { ContentDigest.hexadecimal(of: $0.content) }
        if others.contains(kept) { problems.append("what contradicts is what is kept") }
        // Of files, the lowest SHA-256 stays; a row's columns stand behind every record.
        if !hasLedger, conflict.transitionID != nil, ([kept] + others).sorted() != [kept] + others {
            problems.append("not in order of SHA-256: the lowest is kept")
        }
        if problems.isEmpty, let problem = agreement(conflict) { problems.append(problem) }
        return problems + trailProblems(conflict, kept: kept)
    }

    private func trailProblems(_ conflict: ConflictRecord, kept: String) -> [String] {
        let id = Array(conflict.deploymentID.utf8)
        guard let own = standing[id] else {
            let isElsewhere = period != nil && !isFiltered || hasLedger
            return isElsewhere ? [] : ["its deployment is not in the trail"]
        }
        if hasLedger, decided == nil { return [] }
        let decisions = decided?[id] ?? []
        if decisions.contains(where: { $0.settles(transition: conflict.transitionID, kept: kept) }) {
            let last = decisions.last { $0.transitionID == conflict.transitionID }?.accepted
            let stands = conflict.transitionID.flatMap { id in last.flatMap { own.holds(id, sha256: $0) } } ?? true
            return stands ? [] : ["what a decision accepted is not what stands in the trail"]
        }
        var problems: [String] = []
        if !own.isDisputed { problems.append("its deployment is not disputed in the trail") }
        if !stands(conflict, kept, among: own) { problems.append("what is kept is not what stands in the trail") }
        return problems
    }

    /// Records of a deployment contradict each other if they differ in a member that cannot change.
    private func agreement(_ conflict: ConflictRecord) -> String? {
        guard conflict.transitionID == nil else { return nil }
        let agrees = conflict.others.contains { contradicted(by: $0.content, in: conflict).isEmpty }
        return agrees ? "what contradicts agrees in every member that cannot change" : nil
    }

    /// The members that cannot change in which one of a conflict's others contradicts, or may contradict, what stands.
    ///
    /// What came through a ledger, or stands after the period, is not known here: any member that it has may contradict
    /// that.
    package func contradicted(by other: [UInt8], in conflict: ConflictRecord) -> Set<String> {
        guard !hasLedger, period == nil, let own = standing[Array(conflict.deploymentID.utf8)] else {
            return FixedMembers.present(in: other)
        }
        return FixedMembers.differing(conflict.kept, other).union(own.differing(from: other))
    }

    private func stands(_ conflict: ConflictRecord, _ kept: String, among own: StandingRecords) -> Bool {
        let content = ContentMembers(conflict.kept)
        if let transitionID = conflict.transitionID {
            if let holds = own.holds(transitionID, sha256: kept) { return holds }
            return isAfter(content?.text("timestamp"))
        }
        return own.holds(recordOf: kept) || isAfter(content?.text("updatedAt"))
            || (content?.isRow == true && (own.agrees(row: conflict.kept) || contradictedRows.contains(kept)))
    }

    private func isAfter(_ text: String?) -> Bool {
        guard let period, let text, let time = try? Timestamp.parse(text).time else { return false }
        return time >= period.to
    }

    /// Whether a content is that of a record of the conflict's deployment and transition, in its canonical form.
    private func isRecord(_ content: [UInt8], of conflict: ConflictRecord) -> Bool {
        var parser = JSONParser()
        guard (try? parser.parseDocument(content.span, 0..<content.count)) != nil,
            parser.tape.tokens[0].kind == .object
        else { return false }
        var reader = RecordReader()
        var arena = RecordArena()
        guard let id = conflict.transitionID else {
            guard let read = try? reader.deployment(0, parser.tape, in: content.span, into: &arena) else {
                return false
            }
            return arena.bytes[read.facts.content.range].elementsEqual(content)
                && arena.bytes[read.deploymentID.range].elementsEqual(conflict.deploymentID.utf8)
        }
        guard let read = try? reader.transition(0, parser.tape, in: content.span, parent: nil, into: &arena) else {
            return false
        }
        return arena.bytes[read.facts.content.range].elementsEqual(content)
            && arena.bytes[read.deploymentID.range].elementsEqual(conflict.deploymentID.utf8)
            && arena.bytes[read.facts.id.range].elementsEqual(id.utf8)
    }
}

/// The order of conflicts: by deployment, then by transition.
package struct ConflictOrder: Sendable {
    private var last: ConflictRecord?

    package init() {}

    /// Whether a conflict may follow those so far.
    ///
    /// Records of a deployment stand before its transitions if they come from a ledger, and behind them if from files.
    package mutating func take(_ conflict: ConflictRecord) -> Bool {
        defer { last = conflict }
        guard let last else { return true }
        let id = Array(conflict.deploymentID.utf8)
        let before = Array(last.deploymentID.utf8)
        guard before == id else { return before.lexicographicallyPrecedes(id) }
        guard let transition = conflict.transitionID, let earlier = last.transitionID else { return true }
        return !transition.utf8.lexicographicallyPrecedes(earlier.utf8)
    }
}
