import AuditModel
import BundleFormat
import BundleReading
import BundleRelations
import BundleRendering

/// Compares `findings.json` and `findings.csv`: derived findings with what the trail gives, intake findings in form.
final class FindingComparison {
    private let bundle: UnverifiedBundle
    private var elements: LineArrayReader
    private var rows: EntryCursor?
    private var problems = ProblemList()
    private var isDifferent = false
    private var bundleWide: [Finding] = []
    /// Listed intake findings by source and code.
    private var listed: [String: Int] = [:]
    /// Intake findings by code, those that are not listed included.
    private(set) var intake: [FindingCode: Int] = [:]
    private(set) var lastPosition: SourcePosition?
    /// Rows of the table so far.
    private(set) var rowCount = 0
    /// The first findings of each code.
    private(set) var samples = ReportSamples()
    /// How many findings there are, as the trail and `bundle.json` give them.
    private(set) var counts: [BundleDescription.FindingCount] = []

    /// Elements of `rejected.json`, beside the findings on them.
    private(set) var matching: IntakeMatching
    private let positions: PositionRelations?
    /// Findings that the records of the trail ask for.
    var required = RequiredFindings()
    /// Whether every finding was read.
    var isComplete: Bool { !isDifferent }

    init(_ bundle: UnverifiedBundle, matching: IntakeMatching, positions: PositionRelations?) {
        self.bundle = bundle
        self.matching = matching
        self.positions = positions
        elements = LineArrayReader(BundlePath.findings, of: bundle)
        restart()
    }

    /// Begins again at the first finding.
    func restart() {
        problems = ProblemList()
        samples = ReportSamples()
        rowCount = 0
        isDifferent = false
        elements = LineArrayReader(BundlePath.findings, of: bundle)
        rows = EntryCursor(comparing: BundlePath.findingTable, of: bundle)
        if rows?.consume(CSV.row(FindingTable.columns)) != true {
            problems.add("\(BundlePath.findingTable) has another header")
        }
    }

    /// Compares the next findings with those that the trail gives.
    func compare(_ stretch: ReplayedStretch) {
        for (element, row) in zip(stretch.findingElements, stretch.findingRows) { compare(element, row) }
        samples.append(stretch.samples)
    }

    /// Compares the next finding with one on all deployments; they come after those on each.
    func compare(bundleWide finding: Finding) {
        bundleWide.append(finding)
        var element: [UInt8] = []
        var row: [UInt8] = []
        FindingTable.writeJSON(finding, into: &element)
        FindingTable.writeCSV(finding, into: &row)
        samples.add(finding)
        compare(element, row)
    }

    private func compare(_ element: [UInt8], _ row: [UInt8]) {
        rowCount += 1
        guard !isDifferent else { return }
        if elements.next() != element {
            isDifferent = true
            if let problem = elements.problem { return problems.add(problem) }
            problems.add(
                "\(BundlePath.findings) has missing or different: \(String(decoding: element.prefix(400), as: UTF8.self))"
            )
        }
        if rows?.consume(row) != true {
            isDifferent = true
            problems.add(
                "\(BundlePath.findingTable) has missing or different: \(String(decoding: row.prefix(400), as: UTF8.self))"
            )
        }
    }

    /// Reads what is left, which must be intake findings, and compares the counts with those of `bundle.json`.
    func finish(
        stated: Claim<DescriptionClaims.Findings>, derived: [FindingCode: [Severity: Int]], to list: inout CheckList
    ) {
        if !isDifferent { readIntake() }
        switch stated {
        case .failure(let problem): problems.add(problem.reason)
        case .success(let findings): compareCounts(findings, derived)
        }
        list.add(
            "findings", passed: "derived findings computed again, equal; intake findings in form and order",
            problems: problems.all)
    }

    private func readIntake() {
        while let element = elements.next() { readIntake(element) }
        if let problem = elements.problem { problems.add(problem) }
        if rows?.isFinished() != true {
            problems.add("\(BundlePath.findingTable) has more rows than \(BundlePath.findings)")
        }
        for problem in required.problems(hasLedger: matching.hasLedger, isFiltered: matching.isFiltered) {
            problems.add(problem)
        }
    }

    private func readIntake(_ element: [UInt8]) {
        rowCount += 1
        guard let finding = FindingTable.decode(element), !finding.code.isDerived, let position = finding.position
        else {
            return problems.add(
                "not an intake finding of the format: \(String(decoding: element.prefix(200), as: UTF8.self))")
        }
        if finding.row != nil || finding.severity != finding.code.severity {
            problems.add("an intake finding \(finding.code.rawValue) has a row, or a severity of another code")
        }
        if let lastPosition, position < lastPosition {
            problems.add("intake findings are not in order of their positions")
        }
        lastPosition = position
        samples.add(finding)
        count(finding, at: position)
        required.take(finding, isFiltered: matching.isFiltered)
        if let problem = matching.match(finding) { problems.add(problem) }
        if let problem = positions?.problem(position) {
            problems.add("an intake finding \(finding.code.rawValue) stands at \(problem)")
        }
        var row: [UInt8] = []
        FindingTable.writeCSV(finding, into: &row)
        if rows?.consume(row) != true { problems.add("\(BundlePath.findingTable) differs at an intake finding") }
    }

    /// Of a source and code below an error the first 1,000 are listed; the last of them says how many more there are.
    private func count(_ finding: Finding, at position: SourcePosition) {
        let key = "\(position.source) \(finding.code.rawValue)"
        listed[key, default: 0] += 1
        let isLast = listed[key] == FindingTable.listed
        if !isLast, !matching.isFiltered, UnlistedFindings(finding) != nil {
            problems.add(
                "\(finding.code.rawValue) of source \(position.source) says that more are not listed, expected behind "
                    + "\(FindingTable.listed) of them alone")
        }
        intake[finding.code, default: 0] += 1 + (isLast ? UnlistedFindings(finding)?.count ?? 0 : 0)
    }

    private func compareCounts(
        _ findings: DescriptionClaims.Findings, _ derived: [FindingCode: [Severity: Int]]
    ) {
        var expected = derived
        for finding in bundleWide { expected[finding.code, default: [:]][finding.severity, default: 0] += 1 }
        for code in FindingCode.allCases {
            let stated = findings.byCode[code] ?? 0
            let counted = code.isDerived ? (expected[code] ?? [:]).values.reduce(0, +) : intake[code] ?? 0
            if stated != counted, !isDifferent {
                problems.add("bundle.json counts \(stated) \(code.rawValue), there are \(counted)")
            }
            if !code.isDerived { expected[code] = [code.severity: stated] }
        }
        counts = FindingCode.allCases.flatMap { code in
            Severity.allCases.reversed().compactMap { severity in
                expected[code]?[severity].flatMap { count in
                    count == 0 ? nil : BundleDescription.FindingCount(code: code, severity: severity, count: count)
                }
            }
        }
        for (severity, member) in [(Severity.error, "errors"), (.warning, "warnings"), (.info, "infos")] {
            let counted = expected.values.reduce(0) { $0 + ($1[severity] ?? 0) }
            let stated = findings.count(severity)
            if stated != counted { problems.add("bundle.json counts \(stated) \(member), there are \(counted)") }
        }
    }
}
