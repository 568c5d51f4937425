import AuditModel
import BundleFormat
import BundleReading
import BundleRelations
import BundleRendering
import MerkleTree
import StrictJSON
import Workbook

/// The content: the trail replayed, and every file that follows from it compared.
struct ContentChecks {
    private let bundle: UnverifiedBundle
    private let description: DescriptionClaims
    private let rules: Claim<Thresholds>
    private let sources: Claim<SourcesFile>
    private let threads: Int
    private(set) var total = Totals()
    /// Deployments that conflicts name.
    private var contested: Set<[UInt8]> = []
    /// The report's pages, as they can be made again; nil if they cannot.
    private(set) var report: ReportComparison?

    /// What the whole trail gives.
    struct Totals {
        var tree = CompactRange()
        var metrics = MetricsPart()
        var dispositions = [Int](repeating: 0, count: Disposition.allCases.count)
        var severities: [FindingCode: [Severity: Int]] = [:]
        var recordCount = 0
        var rows = 0
        /// The deployments that the report has to show, and what it shows of those that it does show.
        var briefs: [ReportBrief] = []
        var shown: [ReportDeployment] = []
        /// The first findings of each code, and how many there are, intake included.
        var samples = ReportSamples()
        var findingCounts: [BundleDescription.FindingCount] = []
        var problems = ProblemList()
        var identifiers: [UInt64] = []
        /// Intake findings that records ask for.
        var required = RequiredFindings()
        var marks = MarkSum()
        /// What stands of the deployments that conflicts name.
        var standing: [[UInt8]: StandingRecords] = [:]
        /// The latest time in any history.
        var latest: Timestamp?
        /// Deployments of which every record is of after the period.
        var afterPeriod = 0
        /// Elements of `rejected.json` beside findings; nil if the findings could not be read.
        var matching: IntakeMatching?
        /// Columns of CSV rows, and the deployments of a sealed or filtered bundle, by hash; also in order of their rows.
        var columns: [ColumnRelations.Line] = []
        var deployments: Set<UInt64> = []
        var deploymentRows: [UInt64] = []
        var lastID: [UInt8] = []
        /// Problems of the tables that are compared along with the trail, by path.
        var tables: [String: ProblemList] = [:]
        /// The trail is broken, or longer than the verifier's limits.
        var isCut = false
    }

    init(
        _ bundle: UnverifiedBundle, _ description: DescriptionClaims, rules: Claim<Thresholds>,
        sources: Claim<SourcesFile>, threads: Int
    ) {
        self.bundle = bundle
        self.description = description
        self.rules = rules
        self.sources = sources
        self.threads = threads
    }

    /// Runs the checks that need the trail; false if it could not be replayed.
    mutating func add(to list: inout CheckList) async -> Bool {
        let settings: ReplaySettings
        do throws(FormProblem) {
            settings = try ReplaySettings(description, rules)
            if let problem = bundle.problem(of: BundlePath.trail), case .altered = problem {
                throw FormProblem(.unreadable, problem.text)
            }
        } catch {
            for name in ["content-tree", "histories", "tables", "findings", "metrics", "report", "workbook"] {
                list.skip(name, because: error.reason)
            }
            return false
        }
        let elements = IntakeElements(bundle, description)
        contested = elements.contested
        let findings = FindingComparison(
            bundle, matching: elements.matching, positions: sources.value.map { PositionRelations($0.sources) })
        let shown = ReportRows.read(bundle)
        await replay(settings, shown, reused: [], findings: findings)
        let reused = await reusedIdentifiers(settings)
        if !reused.isEmpty {
            total = Totals()
            findings.restart()
            await replay(settings, shown, reused: reused, findings: findings)
        }
        let metrics = Metrics(total.metrics, period: settings.bounds, asOf: settings.asOf)
        addTrail(&list)
        addTables(&list)
        for finding in OperationsRules.evaluate(metrics, settings.thresholds) { findings.compare(bundleWide: finding) }
        findings.required = requiredFindings()
        findings.finish(stated: description.findings, derived: total.severities, to: &list)
        addMetrics(metrics, &list)
        total.samples = findings.samples
        total.findingCounts = findings.counts
        total.matching = findings.isComplete ? findings.matching : nil
        let report = ReportComparison(
            bundle: bundle, description: description, rules: rules, sources: sources, totals: total, metrics: metrics)
        report.add(to: &list)
        self.report = report
        addWorkbook(report, findings: findings.rowCount, to: &list)
        return true
    }

    /// The intake findings that the bundle has to list; of a record that came earlier an earlier bundle tells.
    private mutating func requiredFindings() -> RequiredFindings {
        var required = total.required
        total.required = RequiredFindings()
        if let logStart = description.series.value??.logStart, logStart > 0, !required.isEmpty {
            var isReadable = false
            required.leaveOut { isReadable = EarlierRecords.forEach(bundle, logStart: logStart, $0) }
            // What is wrong with the log is the matter of its own check.
            if !isReadable { return RequiredFindings() }
        }
        required.settle()
        return required
    }

    private func addWorkbook(_ report: ReportComparison, findings: Int, to list: inout CheckList) {
        // Whether it is then left out is the matter of the check "file-set".
        guard !CommandWords.leavesOutWorkbook(description.command.value ?? []) else { return }
        do throws(FormProblem) {
            _ = try description.knownRendering()
            let rows: [Sheet: Int] = [
                .deployments: total.rows, .transitions: total.dispositions.reduce(0, +), .findings: findings,
            ]
            WorkbookComparison(bundle: bundle, description: try report.made(), rows: rows).add(to: &list)
        } catch {
            list.skip("workbook", because: "it was not made again: \(error.reason)")
        }
    }

    private mutating func replay(
        _ settings: ReplaySettings, _ shown: Set<Int>, reused: Set<[UInt8]>, findings: FindingComparison
    ) async {
        var replayer = TrailReplayer(
            period: settings.period, filters: settings.filters, contested: contested,
            showsAllConflicts: description.kind.value == .oneShot,
            rules: DeploymentRules(thresholds: settings.thresholds, asOf: settings.asOf),
            reused: reused, shown: shown)
        replayer.marksRecords = description.kind.value == .sealed
        replayer.required = RequiredFindings.Rule(description)
        replayer.listsDeployments = replayer.marksRecords || description.isFiltered.value == true
        let source = TrailSource(bundle)
        let tables = [
            TableComparison(BundlePath.deployments, of: bundle, columns: DeploymentTable.columns),
            TableComparison(BundlePath.transitions, of: bundle, columns: TransitionTable.columns),
        ]
        var totals = total
        await OrderedStream.run(limit: threads, next: source.next, isLarge: \.isLarge) { [replayer] in
            replayer.replay($0)
        } receive: { stretch in
            totals.add(stretch)
            tables[0].compare(stretch.deployments)
            tables[1].compare(stretch.transitions)
            findings.compare(stretch)
        }
        for table in tables { totals.tables[table.path] = table.finish() }
        if let problem = source.problem {
            totals.problems.add(problem)
            totals.isCut = source.isOverLimit
        }
        total = totals
    }

    /// Identifiers of transitions under more than one deployment: candidates by hash, then the identifiers themselves.
    private mutating func reusedIdentifiers(_ settings: ReplaySettings) async -> Set<[UInt8]> {
        total.identifiers.sort()
        var candidates: Set<UInt64> = []
        for (left, right) in zip(total.identifiers, total.identifiers.dropFirst()) where left == right {
            candidates.insert(left)
        }
        total.identifiers = []
        guard !candidates.isEmpty else { return [] }
        let source = TrailSource(bundle)
        var seen: Set<[UInt8]> = []
        var reused: Set<[UInt8]> = []
        var decoder = TrailDecoder()
        var dossier = Dossier()
        while let stretch = source.next() {
            for line in stretch.lines where (try? decoder.decode(line, into: &dossier)) != nil {
                for transition in dossier.transitions where transition.hasOwnID {
                    let id = dossier.bytes[transition.id.range]
                    guard candidates.contains(TrailReplayer.hash(id)) else { continue }
                    if !seen.insert(Array(id)).inserted { reused.insert(Array(id)) }
                }
            }
        }
        return reused
    }

    private func addTrail(_ list: inout CheckList) {
        let root = total.tree.root.hexadecimal
        switch description.contentTree {
        case .failure(let problem): list.add("content-tree", problem: problem)
        case .success(let stated):
            var problems: [String] = []
            if stated.root != root { problems.append("the trail has root \(root), bundle.json another") }
            if stated.size != total.rows {
                problems.append("the trail has \(total.rows) lines, bundle.json says \(stated.size)")
            }
            list.add("content-tree", passed: "\(total.rows) leaves, root \(root)", problems: problems)
        }
        list.add("histories", passed: "\(total.rows) histories replayed", problems: total.problems.all)
        if total.isCut { list.skip("histories-limit", because: "the trail is over the verifier's limits") }
    }

    private func addTables(_ list: inout CheckList) {
        for path in [BundlePath.deployments, BundlePath.transitions] {
            let problems = total.tables[path] ?? ProblemList()
            list.add("table \(path)", passed: "equal to the trail, row by row", problems: problems.all)
        }
    }

    private func addMetrics(_ metrics: Metrics, _ list: inout CheckList) {
        var problems: [String] = []
        let expected = MetricsFile.object(metrics).file
        if bundle.isEqual(BundlePath.metrics, to: expected) == false {
            problems =
                bundle.content(BundlePath.metrics).map { MetricDifference.describe($0, expected) }
                ?? ["\(BundlePath.metrics) differs from the metrics computed again, expected \(expected.count) bytes"]
        }
        if bundle.isEqual(BundlePath.metricTable, to: MetricsFile.table(metrics)) == false {
            problems.append("\(BundlePath.metricTable) differs from the metrics computed again")
        }
        list.add("metrics", passed: "computed again, equal", problems: problems)
    }
}

extension ContentChecks.Totals {
    /// What the report has to show of deployments, in its order.
    ///
    /// One that it does not show is left out, and so the pages differ.
    var shownDeployments: [ReportDeployment] {
        var briefs = briefs
        ReportBrief.choose(&briefs)
        let byRow = Dictionary(shown.map { ($0.row, $0) }, uniquingKeysWith: { first, _ in first })
        return briefs.compactMap { byRow[$0.row] }
    }

    /// The transitions of a disposition.
    func count(_ disposition: Disposition) -> Int { dispositions[Int(disposition.rawValue)] }

    mutating func add(_ stretch: ReplayedStretch) {
        for leaf in stretch.leaves { tree.append(leaf) }
        rows += stretch.leaves.count
        problems.merge(stretch.problems)
        briefs += stretch.briefs
        if briefs.count > 4 * ReportBrief.maximum { ReportBrief.choose(&briefs) }
        shown += stretch.shown
        recordCount += stretch.recordCount
        identifiers += stretch.identifiers
        required.merge(stretch.required)
        marks.add(stretch.marks)
        columns += stretch.columns
        deployments.formUnion(stretch.deploymentHashes)
        deploymentRows += stretch.deploymentHashes
        standing.merge(stretch.standing) { first, _ in first }
        if let time = stretch.latest { latest = max(latest ?? time, time) }
        afterPeriod += stretch.afterPeriod
        metrics.merge(stretch.metrics)
        for index in dispositions.indices { dispositions[index] += stretch.dispositions[index] }
        for (code, counts) in stretch.severities {
            for (severity, count) in counts { severities[code, default: [:]][severity, default: 0] += count }
        }
        guard stretch.count > 0 else { return }
        if !lastID.isEmpty, !lastID.lexicographicallyPrecedes(stretch.firstID) {
            problems.add("deployments are not in order of their identifiers")
        }
        lastID = stretch.lastID
    }
}

/// What replaying depends on besides the records.
struct ReplaySettings {
    let period: Period?
    /// Period, basis and filters.
    let filters: Selection
    let asOf: Timestamp
    let thresholds: Thresholds

    /// Throws the problem of the first claim that is not in form.
    init(_ description: DescriptionClaims, _ rules: Claim<Thresholds>) throws(FormProblem) {
        asOf = try description.asOf.get().time
        period = try description.period.get()
        // Filters that are not in form are a problem of the description; the rest can still be replayed.
        var selection = description.filters.value?.selection ?? Selection()
        selection.period = period
        selection.basis = description.basis.value ?? .activity
        filters = selection
        thresholds = try rules.get()
    }

    var bounds: (from: Timestamp, to: Timestamp)? { period.map { ($0.from, $0.to) } }
}

/// Cuts the trail into stretches of lines.
final class TrailSource {
    /// Bytes of lines in a stretch.
    private static let stretchBytes = 1 << 20

    private let reader: LineArrayReader
    private var row = 0

    init(_ bundle: UnverifiedBundle) { reader = LineArrayReader(BundlePath.trail, of: bundle) }

    /// What is wrong with the frame around the lines.
    var problem: String? { reader.problem }
    var isOverLimit: Bool { reader.isCut }

    func next() -> TrailReplayer.Stretch? {
        var stretch = TrailReplayer.Stretch(row: row, lines: [])
        var size = 0
        while size < TrailSource.stretchBytes, let line = reader.next() {
            stretch.lines.append(line)
            size += line.count
            row += 1
        }
        stretch.isLarge = size > 2 * TrailSource.stretchBytes
        return stretch.lines.isEmpty ? nil : stretch
    }

    /// What stands in which row, of all lines that are left.
    func marks() -> [MerkleDigest] {
        var marks: [MerkleDigest] = []
        var decoder = TrailDecoder()
        var dossier = Dossier()
        while let stretch = next() {
            for (place, line) in stretch.lines.enumerated() where (try? decoder.decode(line, into: &dossier)) != nil {
                marks += RecordMarks.of(dossier, row: stretch.row + place)
            }
        }
        return marks
    }
}

/// Compares a table with the rows that the trail gives, as they come.
final class TableComparison {
    let path: String
    private let cursor: EntryCursor?
    private var problems = ProblemList()
    private var isDifferent = false
    private var rows = 0

    init(_ path: String, of bundle: UnverifiedBundle, columns: [String]) {
        self.path = path
        cursor = EntryCursor(comparing: path, of: bundle)
        if cursor == nil { problems.add("cannot be read") }
        if let cursor, !cursor.consume(CSV.row(columns)) { problems.add("another header") }
    }

    /// Compares the next rows with those that the trail gives.
    func compare(_ expected: [UInt8]) {
        guard let cursor, !isDifferent else { return }
        let lines = expected.count { $0 == 0x0A }
        if !cursor.consume(expected) {
            isDifferent = true
            problems.add("differs from the trail in lines \(rows + 2) to \(rows + 1 + lines)")
        }
        rows += lines
    }

    func finish() -> ProblemList {
        if let cursor, !isDifferent, !cursor.isFinished() { problems.add("has more rows than the trail gives") }
        return problems
    }
}

/// Says which members of two metrics files differ: for a message alone, nothing is concluded from their values.
enum MetricDifference {
    static func describe(_ bytes: [UInt8], _ expected: [UInt8]) -> [String] {
        guard let own = (try? JSONValue(parsing: bytes, tokenLimit: NumberLimits.fileTokens))?.object,
            let other = (try? JSONValue(parsing: expected))?.object
        else { return ["\(BundlePath.metrics) is not a JSON object"] }
        let names = JSONValue.sortedNames(Set(own.keys).union(other.keys))
        let different = names.filter { own[$0]?.bytes != other[$0]?.bytes }
        return different.isEmpty
            ? ["\(BundlePath.metrics) is not canonical"]
            : different.map { "\($0) is \(text(own[$0])), expected \(text(other[$0]))" }
    }

    private static func text(_ value: JSONValue?) -> String {
        guard let value else { return "absent" }
        return String(decoding: value.bytes.prefix(200), as: UTF8.self)
    }
}
