import AuditModel
import BundleFormat
import BundleRendering
import RecordAnalysis
import RecordIntake

/// The deployments that the report shows: those with findings first (the gravest first), then the newest.
///
/// What is shown of them is kept while their records are at hand, which may be gone when all rows are known.
struct ChosenDeployments {
    private let period: Period?
    private var briefs: [ReportBrief] = []
    private var kept: [Int: ReportDeployment] = [:]

    init(period: Period?) { self.period = period }

    /// In the report's order.
    var deployments: [ReportDeployment] { briefs.compactMap { kept[$0.row] } }

    mutating func add(_ briefs: [ReportBrief]) { self.briefs += briefs }

    /// Chooses among all that were added, and keeps what is shown of those of an analyzer's rows.
    mutating func keep(_ analyzer: RangeAnalyzer) {
        ReportBrief.choose(&briefs)
        let rows = Set(briefs.map(\.row))
        kept = kept.filter { rows.contains($0.key) }
        for brief in briefs where analyzer.rows.contains(brief.row) {
            kept[brief.row] = deployment(brief.row, analyzer)
        }
    }

    private func deployment(_ row: Int, _ analyzer: RangeAnalyzer) -> ReportDeployment {
        var assembler = DossierAssembler(records: analyzer.records, period: period, detail: .rows)
        var ignored = Tally(sources: analyzer.records.sourceCount)
        var history = History()
        assembler.assemble(analyzer.number(row), &ignored)
        history.build(&assembler.dossier)
        let dossier = assembler.dossier
        var findings: [Finding] = []
        analyzer.rules.evaluate(dossier, history, isReused: { analyzer.isReused(dossier, $0) }, into: &findings)
        return ReportDeployment(row: row, dossier, history, findings: findings, period: period)
    }
}
