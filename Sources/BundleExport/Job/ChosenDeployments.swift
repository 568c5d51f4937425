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
    private var briefs: [RangeAnalysis.Brief] = []
    private var kept: [Int: ReportDeployment] = [:]

    init(period: Period?) { self.period = period }

    /// In the report's order.
    var deployments: [ReportDeployment] { briefs.compactMap { kept[$0.row] } }

    mutating func add(_ briefs: [RangeAnalysis.Brief]) { self.briefs += briefs }

    /// Chooses among all that were added, and keeps what is shown of those of an analyzer's rows.
    mutating func keep(_ analyzer: RangeAnalyzer) {
        briefs.sort { left, right in
            if left.severity != right.severity { return left.severity > right.severity }
            return left.time == right.time ? left.row < right.row : left.time > right.time
        }
        briefs.removeLast(max(0, briefs.count - ReportInput.maximumDeployments))
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
        return ReportDeployment(
            row: row, id: dossier.idText, state: history.state,
            tokenName: dossier.bytes.text(dossier.members.tokenName),
            tokenType: dossier.bytes.text(dossier.members.tokenType),
            network: dossier.bytes.text(dossier.members.network), createdAt: dossier.members.createdAt,
            durationMs: dossier.durationMs(history), errors: findings.count { $0.severity == .error },
            warnings: findings.count { $0.severity == .warning }, transitions: events(dossier, history),
            findingCodes: FindingCode.allCases.filter { code in findings.contains { $0.code == code } })
    }

    private func events(_ dossier: Dossier, _ history: History) -> [ReportDeployment.Event] {
        dossier.transitions.enumerated().map { index, transition in
            ReportDeployment.Event(
                transition.status, transition.time, disposition: history.entries[index].disposition,
                inPeriod: period.map { transition.time >= $0.from } ?? true)
        }
    }
}
