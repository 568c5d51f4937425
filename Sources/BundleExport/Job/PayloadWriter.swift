import AuditModel
import BundleFormat
import BundleRendering
import MerkleTree
import RecordAnalysis
import RecordSpill
import StrictJSON
import Workbook

/// Renders the files of a bundle that say what its records are.
struct PayloadWriter {
    private let options: ExportOptions
    private var records: SurveyedRecords
    private let writer: BundleWriter
    private var metrics = MetricsPart()
    private var findings: [Finding] = []
    private var chosen: ChosenDeployments
    private var tree = CompactRange()
    private var lines = LineArray()
    /// nil where the command leaves the workbook out.
    private var workbook: WorkbookWriter?

    init(_ options: ExportOptions, _ records: SurveyedRecords, writer: BundleWriter) {
        self.options = options
        self.records = records
        self.writer = writer
        workbook = CommandWords.leavesOutWorkbook(options.commandWords) ? nil : WorkbookWriter(writer)
        chosen = ChosenDeployments(period: options.analysis.selection.period)
    }

    /// The root of the tree over the trail's lines, in hexadecimal.
    var contentRoot: String { tree.root.hexadecimal }
    var deploymentCount: Int { records.survey.included.count }
    /// The deployments that the report shows.
    var shownDeployments: [ReportDeployment] { chosen.deployments }

    /// What the records gave, once all rows are made.
    func result() -> AnalysisResult { records.result(metrics, findings) }

    mutating func releaseRecords() -> Task<Void, Never> { records.release() }

    /// Renders every range, in order, into the trail and the two large tables.
    mutating func writeTables() async throws {
        try writer.append([UInt8(ascii: "["), 0x0A], to: BundlePath.trail)
        try begin(BundlePath.deployments, DeploymentTable.columns)
        try begin(BundlePath.transitions, TransitionTable.columns)
        var progress = Progress(stage: .writing, total: deploymentCount)
        var loader = PartLoader(records.parts)
        while let (part, set) = try await loader.load() {
            let analyzer = records.analyzer(part, set, renders: true)
            var payload = self
            let hasWorkbook = workbook != nil
            try await OrderedTasks.run(count: analyzer.rangeCount, limit: options.analysis.threads) { range in
                CompressedRange(analyzer.analyze(range), hasWorkbook: hasWorkbook)
            } take: { _, range in
                try payload.add(range)
                progress.done += range.analysis.briefs.count
                payload.options.analysis.progress?(progress)
            }
            payload.chosen.keep(analyzer)
            self = payload
            if records.parts.isSpilled { options.analysis.memory?.returnFreed() }
        }
        let closing: [UInt8] = records.survey.included.isEmpty ? [] : [0x0A]
        try writer.append(closing + [UInt8(ascii: "]"), 0x0A], to: BundlePath.trail)
        for path in [BundlePath.trail, BundlePath.deployments, BundlePath.transitions] { try writer.finish(path) }
    }

    private mutating func begin(_ path: String, _ columns: [String]) throws {
        try writer.append(CSV.row(columns), to: path)
    }

    private mutating func add(_ range: CompressedRange) throws {
        let analysis = range.analysis
        if let chunk = range.trail { try writer.append(chunk, to: BundlePath.trail) }
        if let rows = range.deployments { try add(rows, count: analysis.briefs.count, to: .deployments) }
        if let rows = range.transitions { try add(rows, count: analysis.transitionCount, to: .transitions) }
        for leaf in analysis.leaves { tree.append(leaf) }
        metrics.merge(analysis.metrics)
        findings += analysis.findings
        chosen.add(analysis.briefs)
        records.add(analysis)
    }

    /// Adds rows of a table to its CSV file and to its sheet.
    private mutating func add(_ rows: CompressedRows, count: Int, to sheet: Sheet) throws {
        if let path = sheet.table { try writer.append(rows.csv, to: path) }
        if let chunk = rows.sheet { try workbook?.append(chunk, count: count, to: sheet) }
    }

    mutating func writeFindings(_ result: AnalysisResult) throws {
        try writer.append(LineArray.opening, to: BundlePath.findings)
        try begin(BundlePath.findingTable, FindingTable.columns)
        try result.forEachFinding { finding in
            var element = lines.separator()
            FindingTable.writeJSON(finding, into: &element)
            try writer.append(element, to: BundlePath.findings)
            var row: [UInt8] = []
            FindingTable.writeCSV(finding, into: &row)
            try writer.append(row, to: BundlePath.findingTable)
            try workbook?.append(rows: row, to: .findings)
        }
        try writer.append(lines.closing, to: BundlePath.findings)
        try writer.finish(BundlePath.findings)
        try writer.finish(BundlePath.findingTable)
    }

    /// Writes every file that is made in one piece.
    mutating func writeFiles(_ result: AnalysisResult, _ description: BundleDescription) throws {
        try writer.write(description.value.file, to: BundlePath.bundle)
        try writer.write(MetricsFile.object(result.metrics).file, to: BundlePath.metrics)
        try write(MetricsFile.table(result.metrics), to: .metrics)
        let sources = IntakeFiles.sources(result.sources, result.sums, reconciliation: result.reconciliation)
        try writer.write(sources.file, to: BundlePath.sources)
        try write(IntakeFiles.sourceTable(result.sources), to: .sources)
        try writer.write(RulesFile.value(options.analysis.thresholds).file, to: BundlePath.rules)
        try writer.write(FixedTexts.dataPackage(description.kind), to: BundlePath.dataPackage)
        for name in BundlePath.schemas { try writer.write(FixedTexts.schema(name) ?? [], to: BundlePath.schema(name)) }
        let text = FixedTexts.verifyText(
            name: description.name, fingerprint: description.keyFingerprint, asOf: description.asOf)
        try writer.write(text, to: BundlePath.verifyText)
        try writeRejected(result)
        try workbook?.finish(description)
    }

    private mutating func writeRejected(_ result: AnalysisResult) throws {
        var lines = LineArray()
        try writer.append(LineArray.opening, to: BundlePath.rejected)
        try result.forEachRejected { try writer.append(lines.separator() + $0, to: BundlePath.rejected) }
        try writer.append(lines.closing, to: BundlePath.rejected)
        try writer.finish(BundlePath.rejected)
    }

    /// Writes a table as a CSV file, and as a sheet where there is a workbook.
    private mutating func write(_ table: [UInt8], to sheet: Sheet) throws {
        if let path = sheet.table { try writer.write(table, to: path) }
        let header = table.firstIndex(of: 0x0A) ?? table.endIndex - 1
        try workbook?.append(rows: Array(table[(header + 1)...]), to: sheet)
    }
}

/// A range whose rows are compressed where they were made.
struct CompressedRange: Sendable {
    let analysis: RangeAnalysis
    let trail: CompressedChunk?
    let deployments: CompressedRows?
    let transitions: CompressedRows?

    init(_ analysis: RangeAnalysis, hasWorkbook: Bool) {
        self.analysis = analysis
        trail = analysis.rows.map { CompressedChunk($0.trail) }
        deployments = analysis.rows.map { CompressedRows($0.deployments, of: hasWorkbook ? .deployments : nil) }
        transitions = analysis.rows.map { CompressedRows($0.transitions, of: hasWorkbook ? .transitions : nil) }
    }
}

/// Rows of a table in both of their forms.
struct CompressedRows: Sendable {
    let csv: CompressedChunk
    /// nil without a workbook.
    let sheet: CompressedChunk?

    /// Compresses rows; `sheet` is nil without a workbook.
    init(_ rows: [UInt8], of sheet: Sheet?) {
        csv = CompressedChunk(rows)
        guard let sheet else {
            self.sheet = nil
            return
        }
        var xml: [UInt8] = []
        var sheetRows = SheetRows(sheet)
        sheetRows.append(rows, into: &xml)
        self.sheet = CompressedChunk(part: xml)
    }
}
