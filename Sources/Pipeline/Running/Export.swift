import AuditModel
import BundleExport
import BundleFormat
import FileSystem
import MerkleTree
import Signing
import StrictJSON

/// Makes a sealed bundle from files, in one go.
package struct Export {
    private let options: ExportOptions
    private var run: Run
    private let ledger: LedgerContext?
    private let writer: BundleWriter
    private var metrics = MetricsPart()
    private var findings: [Finding] = []
    private var chosen: ChosenDeployments
    private var tree = CompactRange()
    private var lines = LineArray()
    private var tables: KeptTables

    /// Runs the whole job.
    ///
    /// Throws ``EnvironmentError``, or the error of the target that failed; nothing is left at the bundle's name then.
    package static func run(_ options: ExportOptions) async throws -> ExportResult {
        if let problem = BundleName.problem(options.bundleName) {
            throw EnvironmentError(
                .usage, "--name \"\(options.bundleName)\" has a \(problem)", hint: "--name audit-2026")
        }
        try checkDirectory(options.directory)
        var export = try Export(options, run: try await Run(options.run))
        return try await export.make()
    }

    /// Makes a bundle of what a ledger holds.
    static func run(_ options: ExportOptions, _ run: Run, _ ledger: LedgerContext) async throws -> ExportResult {
        var export = try Export(options, run: run, ledger: ledger)
        return try await export.make()
    }

    /// The directory that a file is to stand in.
    static func checkParent(of path: String) throws {
        guard let end = path.lastIndex(of: "/") else { return }
        try checkDirectory(end == path.startIndex ? "/" : String(path[..<end]))
    }

    /// A directory that is not there is an error: a volume may not be mounted.
    static func checkDirectory(_ path: String) throws { try FileName.requireDirectory(path) }

    /// Makes a folder in one that has to be there.
    static func makeDirectory(_ path: String) throws { try FileName.makeDirectory(path) }

    private init(_ options: ExportOptions, run: Run, ledger: LedgerContext? = nil) throws {
        self.options = options
        self.ledger = ledger
        self.run = run
        writer = try BundleWriter(in: options.directory)
        tables = KeptTables()
        chosen = ChosenDeployments(period: options.run.selection.period)
    }

    private mutating func make() async throws -> ExportResult {
        guard !run.survey.included.isEmpty || options.run.allowsEmpty || !options.run.selection.isFiltered else {
            throw EnvironmentError(
                .usage, "filters leave no deployment in the period, expected at least one",
                hint: "add --allow-empty to accept an empty bundle")
        }
        try await writeTables()
        let result = run.finish(metrics, findings)
        // Letting go of a million records takes a while, so it goes on beside the rest. It begins now: what is in a file
        // would still be written to the disk while that is wanted for the bundle.
        let release = Task { [records = run.takeRecords()] in withExtendedLifetime(records) {} }
        let description = try describe(result)
        let content = ReportContent(
            options: options, result: result, description: description, rejections: run.rejections,
            deployments: chosen.deployments, corrections: ledger?.corrections)
        async let pages = content.pages()
        try writeFindings(result)
        try writeFiles(result, description)
        for (path, page) in try await pages {
            try writer.append(page, to: path)
            try writer.finish(path)
        }
        try writeLedgerFiles()
        let (path, published) = try seal(description)
        await release.value
        return ExportResult(
            path: path, name: options.bundleName, wasThere: published == .alreadyThere, run: result,
            contentRoot: tree.root.hexadecimal, deployments: run.survey.included.count,
            keyFingerprint: options.key.publicKey.fingerprint, kind: description.kind)
    }

    /// Renders every range, in order, into the trail and the two large tables.
    private mutating func writeTables() async throws {
        try writer.append([UInt8(ascii: "["), 0x0A], to: BundlePath.trail)
        try begin(BundlePath.deployments, DeploymentTable.columns)
        try begin(BundlePath.transitions, TransitionTable.columns)
        var progress = Progress()
        (progress.stage, progress.total) = (.writing, run.survey.included.count)
        var loader = PartLoader(run.parts)
        while let (part, records) = try await loader.load() {
            let analyzer = run.analyzer(part, records, renders: true)
            var export = self
            try await OrderedTasks.run(count: analyzer.rangeCount, limit: options.run.threads, work: analyzer.analyze) {
                _, part in
                try export.take(part)
                progress.done += part.briefs.count
                export.options.run.progress?(progress)
            }
            export.chosen.keep(analyzer)
            self = export
            if run.parts.isSpilled { options.run.memory?.returnFreed() }
        }
        let closing: [UInt8] = run.survey.included.isEmpty ? [] : [0x0A]
        try writer.append(closing + [UInt8(ascii: "]"), 0x0A], to: BundlePath.trail)
        for path in [BundlePath.trail, BundlePath.deployments, BundlePath.transitions] { try writer.finish(path) }
    }

    private mutating func begin(_ path: String, _ columns: [String]) throws {
        let header = CSV.row(columns)
        try writer.append(header, to: path)
        tables.begin(path, header)
    }

    private mutating func take(_ part: RangeAnalysis) throws {
        if let chunk = part.trail { try writer.append(chunk, to: BundlePath.trail) }
        if let chunk = part.deployments {
            try writer.append(chunk, to: BundlePath.deployments)
            tables.keep(BundlePath.deployments, chunk.raw, rows: part.briefs.count)
        }
        if let chunk = part.transitions {
            try writer.append(chunk, to: BundlePath.transitions)
            tables.keep(BundlePath.transitions, chunk.raw, rows: part.transitionCount)
        }
        for leaf in part.leaves { tree.append(leaf) }
        metrics.merge(part.metrics)
        findings += part.findings
        chosen.add(part.briefs)
        run.take(part)
    }

    private mutating func writeFindings(_ result: RunResult) throws {
        try writer.append(LineArray.opening, to: BundlePath.findings)
        try begin(BundlePath.findingTable, FindingTable.columns)
        for finding in result.findings {
            var element = lines.separator()
            FindingTable.writeJSON(finding, into: &element)
            try writer.append(element, to: BundlePath.findings)
            var row: [UInt8] = []
            FindingTable.writeCSV(finding, into: &row)
            try writer.append(row, to: BundlePath.findingTable)
            tables.keep(BundlePath.findingTable, row, rows: 1)
        }
        try writer.append(lines.closing, to: BundlePath.findings)
        try writer.finish(BundlePath.findings)
        try writer.finish(BundlePath.findingTable)
    }

    private func describe(_ result: RunResult) throws -> BundleDescription {
        var description = BundleDescription()
        description.name = options.bundleName
        (description.ledger, description.series) = (ledger?.part, ledger?.series)
        if ledger != nil {
            let (transitions, records) = (result.reconciliation.transitions, result.reconciliation.deploymentRecords)
            description.ledger?.earlierTransitions = transitions.reduce(0, +) - result.sums.acceptedTransitions
            description.ledger?.earlierDeploymentRecords = records.reduce(0, +) - result.sums.acceptedDeploymentRecords
        }
        description.selection = options.run.selection
        (description.asOf, description.asOfSource) = (result.asOf, result.asOfSource)
        description.command = options.command
        description.declared = options.declared
        description.toolVersion = options.toolVersion
        description.keyAlgorithm = options.key.publicKey.type.rawValue
        description.keyFingerprint = options.key.publicKey.fingerprint
        description.rootHexadecimal = tree.root.hexadecimal
        description.deployments = run.survey.included.count
        (description.sums, description.reconciliation) = (result.sums, result.reconciliation)
        description.findings = result.counts
        description.rulesDigest = ContentDigest.hexadecimal(of: RulesFile.value(options.run.thresholds).file)
        return description
    }

    /// Writes every file that is made in one piece.
    private mutating func writeFiles(_ result: RunResult, _ description: BundleDescription) throws {
        try writer.write(description.value.file, to: BundlePath.bundle)
        try writer.write(MetricsFile.object(result.metrics).file, to: BundlePath.metrics)
        try keep(BundlePath.metricTable, MetricsFile.table(result.metrics))
        let sources = IntakeFiles.sources(result.sources, result.sums, result.reconciliation)
        try writer.write(sources.file, to: BundlePath.sources)
        try keep(BundlePath.sourceTable, IntakeFiles.sourceTable(result.sources))
        try writer.write(RulesFile.value(options.run.thresholds).file, to: BundlePath.rules)
        try writer.write(FixedTexts.dataPackage(description.kind), to: BundlePath.dataPackage)
        for name in BundlePath.schemas { try writer.write(FixedTexts.schema(name) ?? [], to: BundlePath.schema(name)) }
        let text = FixedTexts.verifyText(
            name: description.name, fingerprint: description.keyFingerprint, asOf: description.asOf)
        try writer.write(text, to: BundlePath.verifyText)
        try writer.write(LineArray.file(run.rejected), to: BundlePath.rejected)
        try writer.write(tables.workbook(in: options.directory), to: BundlePath.workbook)
    }

    /// Writes what only a sealed bundle has.
    private func writeLedgerFiles() throws {
        guard let ledger, let series = ledger.series else { return }
        let file = SeriesFiles.series(
            archive: series.archive, selection: options.run.selection, places: ledger.places)
        try writer.write(file.file, to: BundlePath.series)
        try writer.append(CSV.row(LogRow.columns), to: BundlePath.log)
        try ledger.log?.write(run.survey) { try writer.append($0, to: BundlePath.log) }
        try writer.finish(BundlePath.log)
        guard let corrections = ledger.corrections else { return }
        try writer.write(LineArray.file(corrections.map(\.element)), to: BundlePath.corrections)
    }

    private mutating func keep(_ path: String, _ table: [UInt8]) throws {
        try writer.write(table, to: path)
        tables.begin(path, table)
    }

    /// Writes the bag's own files and the signatures, and publishes the bundle.
    private func seal(_ description: BundleDescription) throws -> (String, DurableFile.Published) {
        let payload = writer.payload
        let info = BagFiles.info(
            software: "cartulary \(options.toolVersion)", date: description.asOf.date, name: description.name,
            payloadBytes: payload.bytes, payloadFiles: payload.files, entity: options.declared["entity"])
        let manifest = BagFiles.manifest(writer.manifest(prefix: "data/"))
        try writer.write(info, to: BundlePath.bagInfo)
        try writer.write(BagFiles.bagit, to: BundlePath.bagit)
        try writer.write(manifest, to: BundlePath.manifest)
        let tagged = BundlePath.taggedFiles.flatMap { writer.manifest(prefix: $0) }
        let anchor = BagFiles.manifest(tagged)
        try writer.write(anchor, to: BundlePath.tagManifest)
        let signature = try SSHSignature(
            signing: anchor, namespace: SignatureNames.bundleNamespace, with: options.key)
        try writer.write(signature.armored, to: BundlePath.signature)
        let statement = BundleDescription.statement(
            anchorSHA256: ContentDigest.hexadecimal(of: anchor), bundle: description.value)
        let digest = ContentDigest.hexadecimal(of: anchor)
        let envelope = try DSSE.Envelope(
            signing: statement, payloadType: SignatureNames.payloadType, with: [options.key])
        try writer.write(envelope.encoded(), to: BundlePath.statement)
        try ledger?.beforePublishing(digest)
        return try writer.publish(name: description.name)
    }
}
