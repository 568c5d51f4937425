package import AuditModel
import BundleFormat
package import FileSystem
import RecordContent
import RecordIngest
package import RecordIntake
package import RecordSpill

/// What an analysis is asked to do with its inputs.
package struct AnalysisOptions: Sendable {
    package var inputs: [String] = []
    package var selection = Selection()
    package var thresholds = Thresholds()
    /// The explicit as-of time.
    package var asOf: Timestamp?
    /// SOURCE_DATE_EPOCH, when it is set.
    package var sourceDateEpoch: Timestamp?
    /// What the clock says, or said when a ledger was last written; nil if nothing says what time it is.
    ///
    /// A record that names a later time does not decide what now is.
    package var clock: Timestamp?
    package var threads = 2
    /// Beyond it records go to a file; nil for no limit.
    package var memory: MemoryBudget?
    /// Whether rejected records are kept with their bytes, or by digest only.
    package var keepsRawRejected = true
    package var allowsEmpty = false
    /// How nothing is accepted; nil for a command that has no way to.
    package var emptyHint: Hint? = "add --allow-empty to accept an empty bundle"
    package var progress: ProgressHandler?

    package init() {}

    /// Times after this one are a finding in records of files; nil if nothing says what time it is.
    var futureAfter: Timestamp? { asOf ?? clock?.adding(seconds: FutureTime.clockTolerance) }
}

/// Records that were read and surveyed: what is in the selection is known, and rows can be made of it.
///
/// Only their ``Intake`` knows where they came from, files or a ledger.
package struct SurveyedRecords: Sendable {
    package let options: AnalysisOptions
    /// The parts that rows are made of, in order.
    package private(set) var parts: RecordParts
    package let survey: Survey
    package let asOf: Timestamp
    package let asOfSource: String
    private let intake: any Intake
    /// Times after this one are a finding; nil when nothing says what time it is.
    private let futureAfter: Timestamp?
    private var outcomes: RecordOutcomes
    private var dispositions = IntakeSums()
    /// What sources state of their own metrics, and what the records give.
    private var stated: [StatedMetrics]

    /// Records that somebody surveyed.
    ///
    /// - Parameters:
    ///   - options: what was asked for.
    ///   - parts: the records.
    ///   - survey: what is known of them.
    ///   - outcomes: what became of them, as far as it is known before rows are made.
    ///   - intake: how they came.
    ///   - futureAfter: later times are a finding.
    /// - Throws: ``EnvironmentError``, `usage`, for a filter that matches nothing.
    package init(
        _ options: AnalysisOptions, parts: RecordParts, survey: Survey, outcomes: RecordOutcomes, intake: any Intake,
        futureAfter: Timestamp?
    ) throws {
        self.options = options
        self.parts = parts
        self.survey = survey
        self.outcomes = outcomes
        self.intake = intake
        self.futureAfter = futureAfter
        stated = intake.claims.enumerated().compactMap { StatedMetrics($0, $1, selection: options.selection) }
        (asOf, asOfSource) = SurveyedRecords.asOf(options, survey)
        try checkFilters()
    }

    /// Reads the inputs of the options.
    ///
    /// - Throws: ``EnvironmentError`` for inputs that cannot be read, or a filter that matches nothing.
    package init(reading options: AnalysisOptions) async throws {
        let (sources, records) = try await SourceLoader.parts(options)
        let scope = IntakeScope(options.selection)
        let (survey, parts, deployments) = try await Survey.run(
            records, options, sources: sources.count,
            named: scope.isFiltered ? IntakeReview.namedDeployments(sources) : [])
        var outcomes = survey.outcomes ?? RecordOutcomes(sources: sources.count, showing: scope)
        IntakeReview.add(sources, keepsRaw: options.keepsRawRejected, to: &outcomes)
        try self.init(
            options, parts: parts, survey: survey, outcomes: outcomes, intake: SourceIntake(sources),
            futureAfter: options.futureAfter)
        try checkReadable(sources, deployments: deployments)
    }

    private static func asOf(_ options: AnalysisOptions, _ survey: Survey) -> (Timestamp, String) {
        if let time = options.asOf { return (time, "option") }
        if let period = options.selection.period { return (period.to, "period-end") }
        if let time = options.sourceDateEpoch { return (time, "SOURCE_DATE_EPOCH") }
        if let time = survey.latest {
            if let clock = options.clock, clock.adding(seconds: FutureTime.clockTolerance) < time {
                return (clock, "clock")
            }
            return (time, "latest-record")
        }
        return (Timestamp(unixSeconds: 0), "epoch")
    }

    private func checkReadable(_ sources: [LoadedSource], deployments: Int) throws {
        let rejected = outcomes.tally.sources.reduce(0) { $0 + $1.rejected }
        guard deployments == 0, rejected > 0, !options.allowsEmpty else { return }
        let first = IntakeReview.firstReason(sources) ?? ""
        throw EnvironmentError(
            .unreadableInput,
            "input not readable as records: rejected \(rejected) of \(rejected), the first for \(first)",
            hint: Hint(
                ShellCommand("cartulary", "validate").adding(options.inputs.map { $0 == "-" ? "-" : .file($0) })))
    }

    /// Refuses to go on with nothing, unless that was asked for: whoever signs a bundle says that something is in it.
    ///
    /// - Throws: ``EnvironmentError``, `usage`, if no deployment is left for a bundle.
    package func requireDeployments() throws {
        guard survey.included.isEmpty, !options.allowsEmpty else { return }
        throw EnvironmentError(
            .usage, "\(emptiness); expected at least one deployment",
            hint: options.emptyHint)
    }

    /// Why there is no deployment.
    private var emptiness: String {
        let selection = options.selection
        let reconciliation = outcomes.reconciliation
        guard reconciliation.deploymentRecords.reduce(0, +) + reconciliation.transitions.reduce(0, +) > 0 else {
            let isFailed = intake.summary(of: outcomes, noting: []).findingCounts[.sourceIncomplete] != nil
            return "the records hold no deployment"
                + (isFailed ? ", and a source says that it failed or is incomplete" : "")
        }
        if selection.isFiltered {
            return "filters leave no deployment" + (selection.period == nil ? "" : " in the period")
        }
        guard let period = selection.period else { return "the records hold no deployment" }
        return "period \(period.label ?? "\(period.from.text) to \(period.to.text)") holds no deployment of the records"
    }

    private func checkFilters() throws {
        guard !options.allowsEmpty else { return }
        for filter in options.selection.filters where filter != .status { try check(filter) }
    }

    private func check(_ filter: SelectionFilter) throws {
        let matched = survey.known.matched[filter] ?? []
        for (number, value) in options.selection[filter].enumerated() where !matched.contains(number) {
            let near = NearMatch.best(value, (survey.known.samples[filter] ?? []).map(\.text))
            let words = near.map { ShellCommand(.option(filter.option, $0)) }
            let hint: Hint? = words.first.map { first in words.dropFirst().reduce("\(first)") { "\($0) or \($1)" } }
            let expected =
                options.selection.period == nil
                ? "a value that stands in the records" : "a value that the records state before the end of the period"
            throw EnvironmentError(
                .usage, "\(filter.option) \"\(value)\" matches nothing, expected \(expected)",
                hint: hint ?? options.emptyHint)
        }
    }

    /// Makes rows of a part, whose records are given.
    package func analyzer(_ part: Int, _ records: RecordSet, renders: Bool) -> RangeAnalyzer {
        let first = survey.starts[part]
        let end = part + 1 < survey.starts.count ? survey.row(survey.starts[part + 1]) : survey.included.count
        return RangeAnalyzer(
            records: records, firstDeployment: first, rows: survey.row(first)..<end, survey: survey,
            selection: options.selection, rules: DeploymentRules(thresholds: options.thresholds, asOf: asOf),
            stated: stated, renders: renders, futureAfter: futureAfter)
    }

    /// Adds what making the rows of a range told.
    package mutating func add(_ range: RangeAnalysis) {
        if let part = range.outcomes { outcomes.merge(part) }
        for (index, part) in range.stated.enumerated() { stated[index].merge(part) }
        dispositions.add(range.dispositions)
    }

    /// Puts together what all ranges gave.
    package func result(_ metricsPart: MetricsPart, _ findings: [Finding]) -> AnalysisResult {
        let period = options.selection.period.map { ($0.from, $0.to) }
        let metrics = Metrics(metricsPart, period: period, asOf: asOf)
        let derived = findings + OperationsRules.evaluate(metrics, options.thresholds)
        let summary = intake.summary(of: outcomes, noting: stated.flatMap(\.findings))
        precondition(summary.isFiltered == options.selection.isFiltered, "the intake was shown to the wrong scope")
        var sums = dispositions
        sums.add(summary.sums)
        precondition(sums.addUp, "the sums do not add up: a record was lost")
        return AnalysisResult(
            sums: sums, reconciliation: outcomes.reconciliation, sources: summary.sources, metrics: metrics,
            derivedFindings: derived, intakeFindings: summary.findings,
            counts: FindingCounts.count(derived, intake: summary.findingCounts),
            asOf: asOf, asOfSource: asOfSource, rejections: summary.rejections, conflicts: summary.conflicts)
    }

    /// Lets go of the records and the sources, once nothing is made from them any more.
    ///
    /// Letting go of a million records takes a while, so it goes on beside the rest.
    package mutating func release() -> Task<Void, Never> {
        let records = ReleasedRecords(parts: parts.release(), intake: intake)
        return Task { [records] in records.discard() }
    }
}

/// Records that nobody needs any more.
private struct ReleasedRecords: Sendable {
    var parts: RecordParts
    var intake: any Intake

    /// Ends their life here.
    consuming func discard() {}
}

/// Reads and analyses records without making a bundle.
package enum RecordAnalyzer {
    /// Goes from inputs to findings and metrics.
    ///
    /// - Throws: ``EnvironmentError`` for inputs that cannot be read, or a filter that matches nothing.
    package static func run(_ options: AnalysisOptions) async throws -> AnalysisResult {
        var records = try await SurveyedRecords(reading: options)
        var metrics = MetricsPart()
        var findings: [Finding] = []
        var loader = PartLoader(records.parts)
        while let (part, set) = try await loader.load() {
            let analyzer = records.analyzer(part, set, renders: false)
            try await OrderedTasks.run(count: analyzer.rangeCount, limit: options.threads, work: analyzer.analyze) {
                _, range in
                var range = range
                metrics.merge(range.metrics)
                findings += range.findings
                range.outcomes?.forgetConflicts()
                records.add(range)
            }
        }
        return records.result(metrics, findings)
    }
}
