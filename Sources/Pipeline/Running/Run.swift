package import AuditModel
package import BundleFormat
import RecordIngest

/// What a run is asked to do with its inputs.
package struct RunOptions: Sendable {
    package var inputs: [String] = []
    package var selection = Selection()
    package var thresholds = Thresholds()
    /// The explicit as-of time.
    package var asOf: Timestamp?
    /// SOURCE_DATE_EPOCH, when it is set.
    package var sourceDateEpoch: Timestamp?
    package var threads = 2
    /// Beyond it records go to a file; nil for no limit.
    ///
    /// Records of a ledger are held whatever it says.
    package var memory: MemoryBudget?
    /// Whether rejected records are kept with their bytes, or by digest only.
    package var keepsRawRejected = true
    package var allowsEmpty = false
    package var progress: ProgressHandler?

    package init() {}
}

/// What came out of reading and judging records.
package struct RunResult: Sendable {
    package var sums = IntakeSums()
    package var reconciliation = Reconciliation()
    package var sources: [SourceSummary] = []
    package var metrics: Metrics
    /// Derived findings by row, then those on all, then the intake findings that are listed.
    package var findings: [Finding] = []
    /// How many findings there are, listed or not.
    package var counts: [BundleDescription.FindingCount] = []
    package var asOf = Timestamp.unset
    package var asOfSource = ""

    /// The number of findings of a severity.
    package func count(_ severity: Severity) -> Int {
        counts.filter { $0.severity == severity }.reduce(0) { $0 + $1.count }
    }
}

/// One run from inputs to findings and metrics, shared by every command.
struct Run: Sendable {
    let options: RunOptions
    private(set) var sources: [LoadedSource]
    /// The parts that rows are made of, in order.
    private(set) var parts: RecordParts
    /// Deployments of all parts.
    private let deployments: Int
    let survey: Survey
    private(set) var settlement: Settlement
    private var dispositions = IntakeSums()
    let asOf: Timestamp
    let asOfSource: String
    /// What a ledger says of how the records came; nil when they were read from files.
    private let intake: LedgerIntake?

    /// A run on records of a ledger.
    init(_ options: RunOptions, _ held: LedgerRecords) async throws {
        self.options = options
        (sources, parts, intake) = ([], RecordParts(held.records), held.intake)
        deployments = held.records.count
        survey = try await Survey.run(held.records, options, isFromLedger: true)
        settlement = survey.settlement ?? Settlement(sources: 1)
        settlement.reconciliation.merge(held.outside.reconciliation)
        (asOf, asOfSource) = Run.asOf(options, survey)
        try checkFilters()
    }

    init(_ options: RunOptions) async throws {
        self.options = options
        let (sources, records) = try await SourceLoader.parts(options)
        let (survey, parts, deployments) = try await Survey.run(records, options, sources: sources.count)
        settlement = survey.settlement ?? Settlement(sources: sources.count)
        IntakeReview.add(sources, keepsRaw: options.keepsRawRejected, to: &settlement.tally)
        (self.sources, self.parts, self.deployments) = (sources, parts, deployments)
        self.survey = survey
        intake = nil
        (asOf, asOfSource) = Run.asOf(options, survey)
        try checkFilters()
        try checkReadable()
    }

    private static func asOf(_ options: RunOptions, _ survey: Survey) -> (Timestamp, String) {
        if let time = options.asOf { return (time, "option") }
        if let period = options.selection.period { return (period.to, "period-end") }
        if let time = options.sourceDateEpoch { return (time, "SOURCE_DATE_EPOCH") }
        if let time = survey.latest { return (time, "latest-record") }
        return (Timestamp(unixSeconds: 0), "epoch")
    }

    private func checkReadable() throws {
        let rejected = settlement.tally.sources.reduce(0) { $0 + $1.rejected }
        guard deployments == 0, rejected > 0, !options.allowsEmpty else { return }
        let first = settlement.tally.rejections.first?.reason ?? ""
        throw EnvironmentError(
            .unreadableInput, "input not readable as records: all \(rejected) were rejected, the first for \(first)",
            hint: "cartulary validate \(options.inputs.joined(separator: " "))")
    }

    private func checkFilters() throws {
        guard !options.allowsEmpty else { return }
        let selection = options.selection
        try check(selection.networks, survey.known.networks, "network")
        try check(selection.tokenTypes, survey.known.tokenTypes, "token-type")
        try check(selection.deployers, survey.known.deployers, "deployed-by")
    }

    private func check(_ wanted: [String], _ known: Set<ExactString>, _ option: String) throws {
        for value in wanted where !known.contains(where: { Selection.isSame(value, $0.text) }) {
            let near = NearMatch.best(value, known.map(\.text))
            let hint = near.isEmpty ? nil : "--\(option) " + near.joined(separator: " or --\(option) ")
            throw EnvironmentError(
                .usage, "--\(option) \"\(value)\" matches nothing, expected a value that stands in the records",
                hint: hint ?? "add --allow-empty to accept an empty bundle")
        }
    }

    /// Gives away the records, once nothing is made from them any more.
    mutating func takeRecords() -> (RecordParts, [LoadedSource]) {
        defer { sources = [] }
        return (parts.release(), sources)
    }

    /// Takes what making the rows of a range told.
    mutating func take(_ part: RangeAnalysis) {
        if let part = part.settlement { settlement.merge(part) }
        dispositions.add(part.dispositions)
    }

    private var sums: IntakeSums {
        var sums = dispositions
        if let intake {
            sums.add(intake.sums)
            return sums
        }
        for counts in settlement.tally.sources {
            sums.acceptedTransitions += counts.acceptedTransitions
            sums.acceptedDeploymentRecords += counts.acceptedDeployments
            sums.duplicates += counts.duplicates
            sums.conflicts += counts.conflicts
            sums.rejected += counts.rejected
        }
        sums.accepted = sums.acceptedTransitions + sums.acceptedDeploymentRecords
        sums.read = sources.reduce(0) { $0 + $1.summary.read }
        sums.deployments = settlement.deployments
        return sums
    }

    /// The sources with the outcome of their records.
    var summaries: [SourceSummary] {
        if let intake { return intake.sources }
        return zip(sources, settlement.tally.sources).map { source, counts in
            var summary = source.summary
            summary.accepted = counts.acceptedTransitions + counts.acceptedDeployments
            summary.duplicates = counts.duplicates
            summary.conflicts = counts.conflicts
            summary.rejected = counts.rejected
            return summary
        }
    }

    /// The records that were rejected, by position.
    var rejections: [RejectedRecord] {
        intake?.rejections
            ?? settlement.tally.rejections.sorted { ($0.position, $0.sha256) < ($1.position, $1.sha256) }
    }

    /// The elements of `rejected.json`.
    var rejected: [[UInt8]] {
        rejections.map(\.element) + (intake?.conflicts ?? settlement.tally.conflicts.map(\.element))
    }

    /// Makes rows of a part, whose records are given.
    func analyzer(_ part: Int, _ records: RecordSet, renders: Bool) -> RangeAnalyzer {
        let first = survey.starts[part]
        let end = part + 1 < survey.starts.count ? survey.row(survey.starts[part + 1]) : survey.included.count
        return RangeAnalyzer(
            records: records, firstDeployment: first, rows: survey.row(first)..<end, survey: survey,
            selection: options.selection, rules: DeploymentRules(thresholds: options.thresholds, asOf: asOf),
            renders: renders, futureAfter: intake == nil ? options.asOf : nil)
    }

    /// Puts together what all ranges gave.
    func finish(_ metricsPart: MetricsPart, _ findings: [Finding]) -> RunResult {
        let period = options.selection.period.map { ($0.from, $0.to) }
        let metrics = Metrics(metricsPart, period: period, asOf: asOf)
        let derived = findings + OperationsRules.evaluate(metrics, options.thresholds)
        var result = RunResult(metrics: metrics)
        let sums = self.sums
        result.sums = sums
        result.reconciliation = settlement.reconciliation
        result.sources = summaries
        result.findings = derived + (intake?.findings ?? settlement.tally.findings.sorted())
        result.counts = FindingCounts.of(derived, intake?.findingCounts ?? settlement.tally.findings.total)
        (result.asOf, result.asOfSource) = (asOf, asOfSource)
        precondition(sums.addUp, "the sums do not add up: a record was lost")
        return result
    }
}

/// Reads and judges records without making a bundle.
package enum Judgement {
    /// Runs to findings and metrics.
    package static func run(_ options: RunOptions) async throws -> RunResult {
        var run = try await Run(options)
        var (metrics, findings) = (MetricsPart(), [Finding]())
        var loader = PartLoader(run.parts)
        while let (part, records) = try await loader.load() {
            let analyzer = run.analyzer(part, records, renders: false)
            try await OrderedTasks.run(count: analyzer.rangeCount, limit: options.threads, work: analyzer.analyze) {
                _, part in
                metrics.merge(part.metrics)
                findings += part.findings
                run.take(part)
            }
        }
        return run.finish(metrics, findings)
    }
}

extension IntakeSums {
    /// Adds every sum of another.
    mutating func add(_ other: IntakeSums) {
        for (_, path) in IntakeSums.all { self[keyPath: path] += other[keyPath: path] }
    }

    /// Adds what became of the records of a source, as its summary says.
    mutating func add(_ source: SourceSummary) {
        read += source.read
        accepted += source.accepted
        duplicates += source.duplicates
        conflicts += source.conflicts
        rejected += source.rejected
    }

    mutating func add(_ dispositions: (inHistory: Int, repeats: Int, refused: Int)) {
        inHistory += dispositions.inHistory
        repeats += dispositions.repeats
        refused += dispositions.refused
        inBundleTransitions = inHistory + repeats + refused
    }
}

/// Counts findings by code and severity.
enum FindingCounts {
    static func of(_ derived: [Finding], _ intake: [FindingCode: Int]) -> [BundleDescription.FindingCount] {
        var counts: [FindingCode: [Severity: Int]] = [:]
        for finding in derived { counts[finding.code, default: [:]][finding.severity, default: 0] += 1 }
        for (code, count) in intake { counts[code, default: [:]][code.severity, default: 0] += count }
        return FindingCode.allCases.flatMap { code in
            Severity.allCases.reversed().compactMap { severity in
                counts[code]?[severity].map {
                    BundleDescription.FindingCount(code: code, severity: severity, count: $0)
                }
            }
        }
    }
}

/// Values that look like a mistyped one.
package enum NearMatch {
    /// Up to three values within a third of the text's length in edits, nearest first.
    package static func best(_ text: String, _ values: [String]) -> [String] {
        let limit = max(2, text.count / 3)
        let scored = values.map { ($0, distance(Array(text.lowercased()), Array($0.lowercased()))) }
        let near = scored.filter { $0.1 <= limit }.sorted { ($0.1, $0.0) < ($1.1, $1.0) }
        return near.prefix(3).map(\.0)
    }

    /// The Levenshtein distance.
    private static func distance(_ left: [Character], _ right: [Character]) -> Int {
        var row = Array(0...right.count)
        for (i, a) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, b) in right.enumerated() {
                let above = row[j + 1]
                row[j + 1] = a == b ? diagonal : 1 + min(diagonal, above, row[j])
                diagonal = above
            }
        }
        return row[right.count]
    }
}
