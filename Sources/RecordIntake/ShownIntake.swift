package import AuditModel
package import BundleFormat
import RecordIngest

/// Of whom a bundle shows the intake: of all, or with a filter of the deployments in the bundle alone.
package struct IntakeScope: Sendable {
    /// Deployments in the bundle that the intake names; nil without a filter.
    private var deployments: Set<ExactString>?

    /// The scope of a selection, before it is known which deployments are in the bundle.
    ///
    /// A period is no filter: whoever gets a bundle of a period sees all that came.
    package init(_ selection: Selection) { deployments = selection.isFiltered ? [] : nil }

    package var isFiltered: Bool { deployments != nil }

    /// Whether what is said of a deployment is shown; nil for what cannot be assigned to one.
    func holds(_ deploymentID: String?) -> Bool {
        guard let deployments else { return true }
        return deploymentID.map { deployments.contains(ExactString($0)) } ?? false
    }

    mutating func insert(_ others: [ExactString]) { deployments?.formUnion(others) }

    mutating func merge(_ other: IntakeScope) { deployments?.formUnion(other.deployments ?? []) }
}

/// What a bundle shows of how its records arrived.
///
/// The one place that decides it: an ``IntakeSummary``, from which every file of a bundle is written, is made of this
/// alone. With a filter, what belongs to a deployment in the bundle is shown; what belongs to another one is not; what
/// cannot be assigned is withheld: no word of it is shown, but that it came (docs/bundle-format.md, 7).
package struct ShownIntake: Sendable {
    private var scope: IntakeScope
    private var noted = IntakeFindings()
    /// Findings of earlier, which are listed as they were listed then.
    private var listed: [Finding] = []
    private(set) var rejections: [RejectedRecord] = []
    /// Rejected records of files, of which nothing is withheld, with the findings on them.
    private(set) var read = ReadRejections()
    private(set) var conflicts: [ConflictRecord] = []
    /// Where rejected records stand that are withheld.
    private var withheld: Set<SourcePosition> = []

    /// Shows nothing yet.
    package init(_ scope: IntakeScope) { self.scope = scope }

    package var isFiltered: Bool { scope.isFiltered }

    /// The same scope, with nothing shown yet.
    package var emptied: ShownIntake { ShownIntake(scope) }

    /// Lets what names deployments be shown: they are in the bundle.
    package mutating func include(_ deployments: [ExactString]) { scope.insert(deployments) }

    /// The findings that are listed, in order.
    var findings: [Finding] { (noted.sorted() + listed).sorted(by: IntakeFindings.precedes) }

    /// How many findings there are by code, those included that are not listed.
    var findingCounts: [FindingCode: Int] {
        let all = listed.reduce(into: noted.total) {
            $0[$1.code, default: 0] += 1 + (UnlistedFindings($1)?.count ?? 0)
        }
        return all.merging(read.findingCounts, uniquingKeysWith: +)
    }

    /// Takes what assembly found of a deployment out of a tally, whose counts stay; without a filter, of all.
    package mutating func take(from tally: inout Tally, isInBundle: Bool) {
        if isInBundle {
            if !tally.findings.isEmpty { noted.merge(tally.findings) }
            for record in tally.rejections {
                if let id = record.deploymentID { scope.insert([ExactString(id)]) }
                add(record)
            }
            takeSurplus(tally.surplus)
            conflicts += tally.conflicts
        }
        tally.removeNotes()
    }

    private mutating func takeSurplus(_ surplus: ReadRejections) {
        guard isFiltered else { return read.merge(surplus) }
        for record in surplus.records() {
            if let id = record.deploymentID { scope.insert([ExactString(id)]) }
            noted.add(record.finding)
            add(record)
        }
    }

    /// Adds a finding.
    package mutating func add(_ finding: Finding) {
        if let finding = shown(finding) { noted.add(finding) }
    }

    /// Adds a finding of earlier that was listed then.
    ///
    /// Of how many deployments in the bundle those are that were not listed, nobody knows any more.
    package mutating func add(listed finding: Finding) {
        guard isFiltered else { return listed.append(finding) }
        let own = UnlistedFindings(finding)?.removed(from: finding) ?? finding
        if let finding = shown(own) { listed.append(finding) }
    }

    /// Adds a rejected record; findings on it come after it.
    package mutating func add(_ record: RejectedRecord) {
        guard isFiltered else { return rejections.append(record) }
        if scope.holds(record.deploymentID), record.isWhollyOfItsDeployment { return rejections.append(record) }
        guard record.deploymentID == nil || scope.holds(record.deploymentID) else { return }
        withheld.insert(record.position)
        rejections.append(record.withheld)
    }

    /// Adds the rejected records of a batch, and the findings on them, if no filter asks for each.
    mutating func add(_ list: RejectionList, source: Int, firstLine: Int, keepsRaw: Bool) {
        precondition(!isFiltered, "what a filter may withhold is added one by one")
        read.add(list, source: source, firstLine: firstLine, keepsRaw: keepsRaw)
    }

    /// Adds contradicting records.
    package mutating func add(_ conflict: ConflictRecord) {
        if scope.holds(conflict.deploymentID) { conflicts.append(conflict) }
    }

    mutating func forgetConflicts() { conflicts = [] }

    package mutating func merge(_ other: ShownIntake) {
        scope.merge(other.scope)
        noted.merge(other.noted)
        listed += other.listed
        rejections += other.rejections
        read.merge(other.read)
        conflicts += other.conflicts
        withheld.formUnion(other.withheld)
    }

    /// A source, as the bundle lists it.
    func source(_ source: SourceSummary) -> SourceSummary { isFiltered ? source.withheld : source }

    /// A finding, as the bundle lists it; nil for one on a deployment outside the scope.
    private func shown(_ finding: Finding) -> Finding? {
        guard isFiltered else { return finding }
        guard let id = finding.deploymentID else { return finding.withheld }
        guard scope.holds(id) else { return nil }
        return finding.position.map(withheld.contains) ?? false ? finding.withheld : finding
    }
}

extension Tally {
    /// Forgets findings and records; counts stay.
    fileprivate mutating func removeNotes() {
        if !findings.isEmpty { findings = IntakeFindings() }
        if !rejections.isEmpty { rejections = [] }
        if surplus.count > 0 { surplus = ReadRejections() }
        if !conflicts.isEmpty { conflicts = [] }
    }
}
