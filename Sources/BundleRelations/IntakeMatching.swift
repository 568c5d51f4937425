package import AuditModel
package import BundleFormat
import StrictJSON

/// The findings on rejected and contradicting records beside the elements of `rejected.json`: each has the other.
///
/// Elements are added first, then each finding is asked for. Memory is some bytes an element.
package struct IntakeMatching: Sendable {
    package let hasLedger: Bool
    package let isFiltered: Bool
    /// Elements whose finding was not met, by what the finding must say.
    private var waiting: [UInt64: Int] = [:]
    /// In a filtered bundle, what findings with words must say.
    private var worded: Set<UInt64> = []
    /// How many elements have no finding.
    package private(set) var missing = 0
    /// Findings without an element, by source: a ledger lists an element that it has already no second time.
    private var known: [Int: Int] = [:]
    /// By source, rejected records and contradicting ones: of transitions, of deployments, and those of rows at most.
    private var counts: [Int: Counts] = [:]

    /// SHA-256 of the columns of rows that contradict a record: one that came later, and is of after the period, may have taken their
    /// place.
    package private(set) var contradictedRows: Set<String> = []
    /// The members that findings on contradicting deployment records name.
    package private(set) var members = ContradictedMembers()

    private struct Counts {
        var rejected = 0
        var contradicting = 0
        /// Columns of a row contradict and are no record that is counted.
        var uncounted = 0
    }

    package init(hasLedger: Bool, isFiltered: Bool) {
        self.hasLedger = hasLedger
        self.isFiltered = isFiltered
    }

    /// Whether a finding is one on a record that is kept in `rejected.json`.
    ///
    /// A note on an unread member of a record that counts says what was expected.
    package static func concerns(_ finding: Finding) -> Bool {
        switch finding.code {
        case .conflictingRecord, .conflictingDeployment: true
        case .unreadMember: finding.expected == nil
        default: RejectionRelations.codes.contains(finding.code)
        }
    }

    // MARK: Elements

    package mutating func add(_ record: RejectedRecord) {
        counts[record.position.source, default: Counts()].rejected += 1
        wait(for: record.isWithheld && isFiltered ? record.finding.withheld : record.finding)
    }

    package mutating func add(_ conflict: ConflictRecord) {
        for (number, other) in conflict.others.enumerated() {
            counts[other.position.source, default: Counts()].contradicting += 1
            if conflict.transitionID == nil, conflict.mayBeRow(number) {
                counts[other.position.source, default: Counts()].uncounted += 1
                contradictedRows.insert(ContentDigest.hexadecimal(of: other.content))
            }
        }
        for finding in IntakeMatching.findings(of: conflict) { wait(for: finding) }
    }

    private static func findings(of conflict: ConflictRecord) -> [Finding] {
        let kept = ContentDigest.hexadecimal(of: conflict.kept)
        return conflict.others.map { other in
            guard let id = conflict.transitionID else {
                return ConflictRecord.finding(conflict.deploymentID, "", at: other.position)
            }
            return ConflictRecord.finding(
                conflict.deploymentID, id, kept: kept, other: ContentDigest.hexadecimal(of: other.content),
                at: other.position)
        }
    }

    private mutating func wait(for finding: Finding) {
        missing += 1
        waiting[key(finding), default: 0] += 1
        if isFiltered { worded.insert(hash(finding)) }
    }

    // MARK: Findings

    /// Takes a finding; what is wrong with it, or nil.
    package mutating func match(_ finding: Finding) -> String? {
        guard IntakeMatching.concerns(finding) else { return nil }
        if finding.code == .conflictingDeployment, !finding.isWithheld {
            guard ContradictedMembers.name(in: finding) != nil else {
                return "a finding \(finding.code.rawValue) names no member that cannot change"
            }
            members.take(finding)
        }
        if isFiltered, !finding.isWithheld, !worded.contains(hash(finding)) {
            return surplus(finding)
        }
        let key = key(finding)
        guard let count = waiting[key] else { return surplus(finding) }
        waiting[key] = count == 1 ? nil : count - 1
        missing -= 1
        return nil
    }

    private mutating func surplus(_ finding: Finding) -> String? {
        // A withheld note on a member of a record that counts has no words any more.
        if isFiltered, finding.code == .unreadMember, finding.isWithheld { return nil }
        guard hasLedger else {
            return
                "a finding \(finding.code.rawValue) at \(finding.position.map { "byte \($0.offset) of source \($0.source)" } ?? "no position")"
                + " has no element in \(BundlePath.rejected)"
        }
        known[finding.position?.source ?? 0, default: 0] += 1
        return nil
    }

    /// Whether no finding on a rejected record was met, as far as can be told: others may say the same.
    package func isMissing(_ element: RejectedElement) -> Bool {
        switch element {
        case .record(let record):
            waiting[key(record.isWithheld && isFiltered ? record.finding.withheld : record.finding)] != nil
        case .conflict(let conflict): IntakeMatching.findings(of: conflict).contains { waiting[key($0)] != nil }
        }
    }

    /// What a finding is found by: what it says, or in a filtered bundle, where words may be withheld, where it stands.
    private func key(_ finding: Finding) -> UInt64 {
        isFiltered ? hash(finding.withheld) : hash(finding)
    }

    private func hash(_ finding: Finding) -> UInt64 {
        var finding = finding
        // Which member contradicts does not stand in the element.
        if finding.code == .conflictingDeployment { finding.expected = nil }
        var bytes: [UInt8] = []
        FindingTable.writeJSON(finding, into: &bytes)
        var hasher = Hasher()
        bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }

    // MARK: Sources

    /// What the counts of the sources do not fit.
    package func problems(_ sources: [SourceSummary]) -> [String] {
        sources.enumerated().flatMap { number, source in
            let own = counts[number] ?? Counts()
            var problems: [String] = []
            func require(_ isRight: Bool, _ what: String, count: Int, stated: Int) {
                if !isRight { problems.append("source \(number) has \(stated) \(what), there are \(count)") }
            }
            // A filtered bundle counts all, and shows those of its own deployments.
            require(
                isFiltered ? own.rejected <= source.rejected : own.rejected == source.rejected, "rejected records",
                count: own.rejected, stated: source.rejected)
            let least = own.contradicting - own.uncounted
            let isWithin = least <= source.conflicts && (isFiltered || source.conflicts <= own.contradicting)
            require(isWithin, "contradicting records", count: own.contradicting, stated: source.conflicts)
            require(
                known[number, default: 0] <= source.duplicates, "duplicates, and findings on records known before",
                count: known[number, default: 0], stated: source.duplicates)
            let sum = NumberLimits.sum([source.accepted, source.duplicates, source.conflicts, source.rejected])
            require(
                sum == source.read, "records read, and by what became of them", count: sum ?? -1, stated: source.read)
            return problems
        }
    }
}

extension ConflictRecord {
    /// Whether one of the others may be the columns of a row, which are no record that is counted.
    fileprivate func mayBeRow(_ number: Int) -> Bool {
        ContentMembers(others[number].content)?.isRow ?? false
    }
}
