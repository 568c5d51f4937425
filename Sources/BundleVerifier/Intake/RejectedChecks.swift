import AuditModel
import BundleFormat
import BundleReading
import BundleRelations

/// The elements of `rejected.json`, read before the findings and the trail that have to fit them.
struct IntakeElements {
    private(set) var matching: IntakeMatching
    /// Deployments that conflicts name.
    private(set) var contested: Set<[UInt8]> = []

    init(_ bundle: UnverifiedBundle, _ description: DescriptionClaims) {
        matching = IntakeMatching(
            hasLedger: description.kind.value != .oneShot, isFiltered: description.isFiltered.value == true)
        let reader = LineArrayReader(BundlePath.rejected, of: bundle)
        while let element = reader.next() {
            switch RejectedElement(element) {
            case .record(let record): matching.add(record)
            case .conflict(let conflict):
                matching.add(conflict)
                contested.insert(Array(conflict.deploymentID.utf8))
            case nil: break
            }
        }
    }
}

/// `rejected.json`: each element fits itself, the sources, the findings and the trail, and all fit the sums.
struct RejectedChecks {
    private let bundle: UnverifiedBundle
    private let description: DescriptionClaims
    private let sources: [SourceSummary]?
    private let totals: ContentChecks.Totals?
    private let positions: PositionRelations?
    private let conflicts: ConflictRelations?
    /// Whether the command kept digests alone; nil if the records came through a ledger, where each run decided.
    private let keepsDigestsOnly: Bool?
    /// What the log says of what runs rejected; nil for a bundle without one.
    private var runs: RunIntake?
    private var rejected = 0
    private var conflicting = 0
    private var order = ConflictOrder()
    private var last: RejectedRecord?
    private var members: ContradictedMembers?
    private var problems = ProblemList()

    /// Without `totals` nothing is compared with trail and findings.
    init(
        _ bundle: UnverifiedBundle, _ description: DescriptionClaims, sources: Claim<SourcesFile>,
        totals: ContentChecks.Totals?, keepsDigestsOnly: Bool?
    ) {
        self.bundle = bundle
        self.description = description
        self.sources = sources.value?.sources
        self.totals = totals
        self.keepsDigestsOnly = keepsDigestsOnly
        positions = sources.value.map { PositionRelations($0.sources) }
        members = totals?.matching?.members
        let kind = description.kind.value
        let logStart = description.series.value.flatMap { $0?.logStart }
        let statements = logStart == nil ? nil : LogStatements.read(bundle)
        let isFiltered = description.isFiltered.value == true
        runs = statements.map { statements in
            RunIntake(statements, sources: isFiltered ? nil : sources.value?.sources, isWhole: logStart == 0)
        }
        conflicts = totals.map { totals in
            ConflictRelations(
                hasLedger: kind != .oneShot, isFiltered: isFiltered, period: description.period.value.flatMap { $0 },
                standing: totals.standing,
                decided: kind == .sealed && !totals.standing.isEmpty ? statements.map(RejectedChecks.decided) : nil,
                contradictedRows: totals.matching?.contradictedRows ?? [])
        }
    }

    /// The decisions of a log by deployment.
    private static func decided(_ statements: [(index: Int, entry: LogEntry)]) -> [[UInt8]: [LogEntry.Decision]] {
        var decided: [[UInt8]: [LogEntry.Decision]] = [:]
        for (_, entry) in statements {
            guard case .decision(let decision) = entry.kind else { continue }
            decided[Array(decision.deploymentID.utf8), default: []].append(decision)
        }
        return decided
    }

    mutating func add(to list: inout CheckList) {
        let reader = LineArrayReader(BundlePath.rejected, of: bundle)
        while let element = reader.next() { check(RejectedElement(element)) }
        if let problem = reader.problem { problems.add(problem) }
        compareSums(&list)
        compareFindings()
        for problem in runs?.problems() ?? [] { problems.add(problem) }
        for id in runs?.undecided() ?? [] where totals?.standing[id]?.isDisputed == false {
            problems.add(
                "\(String(decoding: id, as: UTF8.self)) is not disputed in the trail, and something contradicts it that no decision settles"
            )
        }
        list.add(
            "rejected", passed: "\(rejected) rejected records and \(conflicting) conflicting ones are kept",
            problems: problems.all)
    }

    private mutating func check(_ element: RejectedElement?) {
        switch element {
        case nil: problems.add("an element is neither a rejected record nor a conflict in form")
        case .conflict(let conflict):
            conflicting += conflict.others.count
            runs?.add(conflict)
            check(conflict)
        case .record(let record):
            rejected += 1
            runs?.addRejected(source: record.position.source)
            let isBehind = last.map { (record.position, record.sha256) < ($0.position, $0.sha256) } ?? false
            if conflicting > 0 || isBehind {
                problems.add("rejected records are not in order of their positions, before the conflicts")
            }
            last = record
            check(record)
        }
    }

    private mutating func check(_ record: RejectedRecord) {
        let place = "the rejected record at byte \(record.position.offset) of source \(record.position.source)"
        for problem in RejectionRelations.problems(of: record) { problems.add("\(place): \(problem)") }
        if let problem = positions?.problem(record) { problems.add("a rejected record stands at \(problem)") }
        if record.isWithheld, description.isFiltered.value == false {
            problems.add("\(place) is withheld, and the bundle is not filtered")
        }
        let isByRun = keepsDigestsOnly == nil
        guard let keepsBytes = keepsDigestsOnly.map({ !$0 }) ?? runs?.keepsBytes(ofSource: record.position.source)
        else { return }
        let keeper = isByRun ? "run" : "command"
        if !keepsBytes, record.rawBase64 != nil { problems.add("\(place) has bytes in spite of the \(keeper)") }
        if keepsBytes, record.rawBase64 == nil, !record.isWithheld, !RejectionRelations.isSurplus(record) {
            problems.add("\(place) has no bytes, and the \(keeper) keeps them")
        }
    }

    private mutating func check(_ conflict: ConflictRecord) {
        let name = "the conflict of \(conflict.transitionID ?? "records") of \(conflict.deploymentID)"
        if !order.take(conflict) { problems.add("\(name) is not in order of deployments and transitions") }
        for other in conflict.others {
            if let problem = positions?.problem(other.position) { problems.add("\(name): one stands at \(problem)") }
        }
        guard let conflicts else { return }
        for problem in conflicts.problems(of: conflict) { problems.add("\(name): \(problem)") }
        guard conflict.transitionID == nil else { return }
        for other in conflict.others {
            members?.allow(
                conflicts.contradicted(by: other.content, in: conflict), of: conflict.deploymentID, at: other.position)
        }
    }

    private mutating func compareSums(_ list: inout CheckList) {
        switch description.sums {
        case .failure(let problem): list.skip("rejected-sums", because: problem.reason)
        case .success(let sums):
            // A filtered bundle counts all, and shows those of its own deployments (``ScopeCheck``).
            let isFiltered = description.isFiltered.value == true
            if isFiltered ? rejected > sums.rejected : rejected != sums.rejected {
                problems.add("\(rejected) rejected records, the sum says otherwise")
            }
            if !isFiltered, conflicting < sums.conflicts {
                problems.add("\(conflicting) conflicting records, the sum says more")
            }
            compareDuplicates(sums, isFiltered: isFiltered)
        }
    }

    /// Each record that came again is a finding; from a ledger also what it had rejected before, without one.
    private mutating func compareDuplicates(_ sums: IntakeSums, isFiltered: Bool) {
        guard let findings = description.findings.value else { return }
        let stated = findings.byCode[.duplicateRecord] ?? 0
        let isExact = description.kind.value == .oneShot && !isFiltered
        if isExact ? stated != sums.duplicates : stated > sums.duplicates {
            problems.add("\(stated) findings on duplicates, the sum says \(sums.duplicates)")
        }
    }

    private mutating func compareFindings() {
        guard let matching = totals?.matching else { return }
        for problem in sources.map(matching.problems) ?? [] { problems.add(problem) }
        for problem in members?.problems ?? [] { problems.add(problem) }
        guard matching.missing > 0 else { return }
        let reader = LineArrayReader(BundlePath.rejected, of: bundle)
        while let bytes = reader.next() {
            guard let element = RejectedElement(bytes), matching.isMissing(element) else { continue }
            problems.add("no finding tells of: \(String(decoding: bytes.prefix(200), as: UTF8.self))")
        }
    }
}
