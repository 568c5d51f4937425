package import AuditModel

extension ReportDeployment {
    /// What the report shows of a deployment, from its records, its history and the findings on them.
    package init(row: Int, _ dossier: Dossier, _ history: History, findings: [Finding], period: Period?) {
        self.init(
            row: row, id: dossier.idText, state: history.state,
            tokenName: dossier.bytes.text(dossier.members.tokenName),
            tokenType: dossier.bytes.text(dossier.members.tokenType),
            network: dossier.bytes.text(dossier.members.network), createdAt: dossier.members.createdAt,
            durationMs: dossier.durationMs(history), errors: findings.count { $0.severity == .error },
            warnings: findings.count { $0.severity == .warning },
            transitions: ReportDeployment.events(dossier, history, period: period),
            findingCodes: FindingCode.allCases.filter { code in findings.contains { $0.code == code } })
    }

    private static func events(_ dossier: Dossier, _ history: History, period: Period?) -> [Event] {
        dossier.transitions.enumerated().map { index, transition in
            Event(
                transition.status, transition.time, disposition: history.entries[index].disposition,
                inPeriod: period.map { transition.time >= $0.from } ?? true)
        }
    }
}
