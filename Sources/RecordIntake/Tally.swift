package import AuditModel
package import BundleFormat
package import RecordIngest

/// What assembly found out about how records arrived; parts of disjoint deployments merge.
///
/// It holds what was found of every deployment: a bundle takes only what ``ShownIntake`` lets through.
package struct Tally: Sendable {
    package struct Counts: Sendable {
        package var acceptedTransitions = 0
        package var acceptedDeployments = 0
        package var duplicates = 0
        package var conflicts = 0
        package var rejected = 0
    }

    /// By source.
    package var sources: [Counts]
    package var findings = IntakeFindings()
    package var conflicts: [ConflictRecord] = []
    package var rejections: [RejectedRecord] = []
    /// Records that were rejected when they were read, in little memory; the findings on them are made from them.
    package private(set) var read = ReadRejections()
    /// Records that are too many, in little memory as well.
    package var surplus = ReadRejections()

    package init(sources: Int) { self.sources = Array(repeating: Counts(), count: sources) }

    package mutating func merge(_ other: Tally) {
        for (index, counts) in other.sources.enumerated() {
            sources[index].acceptedTransitions += counts.acceptedTransitions
            sources[index].acceptedDeployments += counts.acceptedDeployments
            sources[index].duplicates += counts.duplicates
            sources[index].conflicts += counts.conflicts
            sources[index].rejected += counts.rejected
        }
        findings.merge(other.findings)
        conflicts += other.conflicts
        rejections += other.rejections
        read.merge(other.read)
        surplus.merge(other.surplus)
    }

    /// The listed findings in order, with those on rejected records, which are made one by one.
    package var allFindings: some Sequence<Finding> {
        Merged(
            Merged(findings.sorted(), read.findings(), by: IntakeFindings.precedes), surplus.findings(),
            by: IntakeFindings.precedes)
    }

    /// Count of all findings by code.
    package var findingCounts: [FindingCode: Int] {
        findings.total.merging(read.findingCounts, uniquingKeysWith: +)
            .merging(surplus.findingCounts, uniquingKeysWith: +)
    }

    /// Every rejected record by position, made one by one.
    package var allRejections: some Sequence<RejectedRecord> {
        let single = rejections.enumerated().sorted {
            ($0.element.position, $0.offset) < ($1.element.position, $1.offset)
        }
        return Merged(
            Merged(single.map(\.element), read.recordsAsAdded()) { $0.position < $1.position }, surplus.records()
        ) { $0.position < $1.position }
    }

    /// Of each source the first rejected records, and maybe more of them, by position.
    package func firstRejections(_ number: Int) -> [RejectedRecord] {
        let all = rejections + read.first(number) + surplus.first(number)
        return all.enumerated().sorted { ($0.element.position, $0.offset) < ($1.element.position, $1.offset) }.map(
            \.element)
    }

    /// Those of some positions at which a record was rejected.
    package func rejected(at positions: Set<SourcePosition>) -> Set<SourcePosition> {
        positions.intersection(rejections.map(\.position)).union(read.rejected(at: positions))
            .union(surplus.rejected(at: positions))
    }
}

extension Tally: IntakeNotes {
    package mutating func add(_ finding: Finding) { findings.add(finding) }

    package mutating func reject(_ record: RejectedRecord) {
        sources[record.position.source].rejected += 1
        rejections.append(record)
    }

    package mutating func reject(_ list: RejectionList, source: Int, firstLine: Int, keepsRaw: Bool) {
        sources[source].rejected += list.count
        read.add(list, source: source, firstLine: firstLine, keepsRaw: keepsRaw)
    }
}

/// Intake findings: all are counted, of each source and code the first ones are kept.
package struct IntakeFindings: Sendable {
    private struct Key: Hashable {
        var source: Int
        var code: FindingCode
    }

    private var counts: [Key: Int] = [:]
    private var kept: [Key: [Finding]] = [:]

    package var isEmpty: Bool { counts.isEmpty }

    package init() {}

    /// Adds a finding that has a position.
    package mutating func add(_ finding: Finding) {
        let key = Key(source: finding.position?.source ?? 0, code: finding.code)
        counts[key, default: 0] += 1
        kept[key, default: []].append(finding)
        trim(key, to: FindingTable.listed * 2)
    }

    package mutating func merge(_ other: IntakeFindings) {
        for (key, count) in other.counts { counts[key, default: 0] += count }
        for (key, findings) in other.kept {
            kept[key, default: []] += findings
            trim(key, to: FindingTable.listed * 2)
        }
    }

    private mutating func trim(_ key: Key, to limit: Int) {
        guard key.code.severity != .error, let findings = kept[key], findings.count > limit else { return }
        kept[key] = Array(findings.sorted(by: IntakeFindings.precedes).prefix(FindingTable.listed))
    }

    /// Leaves out the findings of a source: what a ledger holds was reported when it came.
    package mutating func remove(source: Int) {
        counts = counts.filter { $0.key.source != source }
        kept = kept.filter { $0.key.source != source }
    }

    /// Leaves out one finding of a code on a deployment at a position.
    package mutating func remove(_ code: FindingCode, of deploymentID: String, at position: SourcePosition) {
        let key = Key(source: position.source, code: code)
        let found = kept[key]?.firstIndex { $0.position == position && $0.deploymentID == deploymentID }
        guard let found else { return }
        kept[key]?.remove(at: found)
        counts[key] = (counts[key] ?? 1) - 1
    }

    /// Count of all findings by code.
    package var total: [FindingCode: Int] {
        counts.reduce(into: [:]) { totals, entry in totals[entry.key.code, default: 0] += entry.value }
    }

    /// The listed findings by position and code; where not all are listed the last one says so.
    package func sorted() -> [Finding] {
        var result: [Finding] = []
        for (key, findings) in kept {
            var listed = findings.sorted(by: IntakeFindings.precedes)
            let count = counts[key] ?? 0
            if key.code.severity != .error, count > FindingTable.listed {
                listed = Array(listed.prefix(FindingTable.listed))
                let last = listed.count - 1
                listed[last] = UnlistedFindings(count: count - FindingTable.listed).added(to: listed[last])
            }
            result += listed
        }
        return result.sorted(by: IntakeFindings.precedes)
    }

    static func precedes(_ left: Finding, _ right: Finding) -> Bool {
        let none = SourcePosition(source: 0, line: 0, offset: 0)
        let a = left.position ?? none
        let b = right.position ?? none
        if a != b { return a < b }
        if left.code != right.code { return left.code.rawValue < right.code.rawValue }
        return (left.transitionID ?? "", left.actual ?? "") < (right.transitionID ?? "", right.actual ?? "")
    }
}
