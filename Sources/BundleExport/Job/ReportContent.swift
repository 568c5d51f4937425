import AuditModel
import BundleFormat
import BundleRendering
import FileSystem
import RecordAnalysis
import RecordIntake

/// Gathers what the report shows.
struct ReportContent: Sendable {
    let options: ExportOptions
    let result: AnalysisResult
    let description: BundleDescription
    /// Those that the report shows, in its order.
    let deployments: [ReportDeployment]
    let corrections: [Correction]?

    /// The report's pages, compressed.
    func pages() async throws -> [(path: String, chunk: CompressedChunk)] {
        let pages = try ReportRenderer().pages(input)
        var compressed: [(path: String, chunk: CompressedChunk)] = []
        try await OrderedTasks.run(count: pages.count, limit: options.analysis.threads) { number in
            let page = pages[number]
            return (path: page.path, chunk: CompressedChunk(page.bytes))
        } take: { _, page in
            compressed.append(page)
        }
        return compressed
    }

    private var input: ReportInput {
        let ledger = description.ledger
        let corrections = corrections ?? []
        return ReportInput(
            name: description.name, kind: description.kind.rawValue, isFiltered: description.selection.isFiltered,
            period: description.selection.period, basis: description.selection.basis, filters: filters,
            asOf: result.asOf, asOfSource: asOfWords, declared: declared,
            command: "\(ShellCommand(cartulary: options.command))", keyAlgorithm: description.keyAlgorithm,
            keyFingerprint: description.keyFingerprint, contentRoot: description.rootHexadecimal,
            toolVersion: options.toolVersion, sums: result.sums, reconciliation: result.reconciliation,
            earlier: (ledger?.earlierDeploymentRecords ?? 0, ledger?.earlierTransitions ?? 0),
            sources: result.sources, metrics: result.metrics, thresholds: options.analysis.thresholds,
            findings: result.counts.map { ($0.code, $0.severity, $0.count) }, samples: samples,
            rejections: shownRejections, totalRejections: result.rejections.count, conflicts: conflicts,
            deployments: deployments, totalDeployments: description.deployments, series: series,
            superseded: description.series?.supersedes?.name ?? "",
            corrections: corrections.prefix(ReportInput.maximumCorrections).map(CorrectionFacts.compare),
            totalCorrections: corrections.count)
    }

    /// Conflicting records that the bundle shows: without a filter all that were counted.
    private var conflicts: Int {
        guard description.selection.isFiltered else { return result.sums.conflicts }
        return result.conflicts.reduce(0) { $0 + $1.others.count }
    }

    private var filters: [(label: String, values: [String])] {
        let selection = description.selection
        return selection.filters.map { ($0.label, selection[$0]) }
    }

    /// The log and the position in a series.
    private var series: [(label: String, value: String)] {
        guard let ledger = description.ledger else { return [] }
        var lines = [("Drawn from", "ledger \(ledger.origin) at \(ledger.size) entries, root \(ledger.root)")]
        lines += ledger.breaks.compactMap(LedgerPart.words).map { ("Declared break", $0) }
        guard let series = description.series else { return lines }
        let revision = series.revision == 0 ? "first bundle of its period" : "revision \(series.revision)"
        lines.append(("Place", "\(series.sequence) of the series \"\(series.archive)\", \(revision)"))
        if let previous = series.previous {
            lines.append(("Follows", "\(previous.name), whose tag manifest has SHA-256 \(previous.digest)"))
        }
        if let other = series.supersedes {
            lines.append(("Supersedes", "\(other.name), whose tag manifest has SHA-256 \(other.digest)"))
        }
        lines.append(
            ("Next", "\(day(series.next.from)) to \(day(series.next.to)), promised by \(day(series.next.due))"))
        return lines
    }

    /// The date of a midnight, else the whole time.
    private func day(_ time: Timestamp) -> String { time.date.midnight == time ? time.date.text : time.text }

    private var asOfWords: String {
        switch result.asOfSource {
        case "option": "the option --as-of"
        case "period-end": "the end of the period"
        case "SOURCE_DATE_EPOCH": "the variable SOURCE_DATE_EPOCH"
        case "latest-record": "the latest time in any history"
        case "clock": "the clock: records name later times"
        default: "nothing: there is no record to date it by"
        }
    }

    private var declared: [(label: String, value: String)] {
        let labels = [
            ("entity", "Entity"), ("lei", "LEI"), ("sourceSystem", "Source system"), ("preparedBy", "Prepared by"),
            ("requestRef", "Request reference"), ("uncovered", "Sealed though a source did not cover it, because"),
        ]
        return labels.compactMap { member, label in description.declared[member].map { (label, $0) } }
    }

    private var samples: [ReportSample] {
        var counts: [FindingCode: Int] = [:]
        var samples: [ReportSample] = []
        result.forEachFinding { finding in
            counts[finding.code, default: 0] += 1
            guard counts[finding.code] ?? 0 <= ReportInput.samplesPerCode else { return }
            samples.append(
                ReportSample(
                    finding.code, row: finding.row, deploymentID: finding.deploymentID, message: finding.message))
        }
        return samples
    }

    private var shownRejections: [ReportRejection] {
        result.rejections.prefix(ReportInput.maximumRejections).map { record in
            ReportRejection(
                source: result.sources[record.position.source].name, line: record.position.line,
                offset: record.position.offset, code: record.code, reason: record.reason,
                deploymentID: record.deploymentID)
        }
    }
}
