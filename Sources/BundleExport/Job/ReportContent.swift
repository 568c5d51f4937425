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
    func pages(_ renderer: ReportRenderer) async throws -> [(path: String, chunk: CompressedChunk)] {
        let command = "\(ShellCommand(cartulary: description.command))"
        let pages = renderer.pages(ReportInput(description, facts, command: command))
        var compressed: [(path: String, chunk: CompressedChunk)] = []
        try await OrderedTasks.run(count: pages.count, limit: options.analysis.threads) { number in
            let page = pages[number]
            return (path: page.path, chunk: CompressedChunk(page.bytes))
        } take: { _, page in
            compressed.append(page)
        }
        return compressed
    }

    private var facts: ReportFacts {
        var facts = ReportFacts(metrics: result.metrics, thresholds: options.analysis.thresholds)
        facts.sources = result.sources
        facts.deployments = deployments
        var samples = ReportSamples()
        result.forEachFinding { samples.add($0) }
        facts.samples = samples
        for record in result.rejections.prefix(ReportInput.maximumRejections) { facts.add(record) }
        facts.totalRejections = result.rejections.count
        for conflict in result.conflicts { facts.add(conflict) }
        for correction in corrections ?? [] {
            let id = String(decoding: correction.deploymentID, as: UTF8.self)
            facts.add(correctionOf: id, before: correction.before, after: correction.after)
        }
        return facts
    }
}
