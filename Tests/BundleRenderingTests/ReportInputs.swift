import AuditModel
import BundleFormat
import BundleRendering

/// Inputs of the report for tests.
enum ReportInputs {
    static let start = Timestamp(unixSeconds: 1_767_225_600)

    /// A text that tries to leave its place in the page, past an escaper that goes by characters too.
    static let hostile = "\u{202E}\u{0600}<script>\"\u{301} onclick='x' &amp; </style></data><!--\u{2066}"

    /// A report of `count` deployments with six transitions each.
    static func report(_ count: Int, text: String = "token") -> ReportInput {
        let period = Period(label: "2026-Q1")
        var part = MetricsPart()
        var deployments: [ReportDeployment] = []
        for row in 0..<count {
            var dossier = dossier(row, text)
            var history = History()
            history.build(&dossier)
            part.add(dossier, history, period: period)
            deployments.append(deployment(row, dossier, history, text: text))
        }
        return ReportInput(
            name: "feb-2026", kind: "one-shot", isFiltered: false, period: period, basis: .activity, filters: [],
            asOf: .unset, asOfSource: "", declared: [], command: "", keyAlgorithm: "", keyFingerprint: "",
            contentRoot: "", toolVersion: "Cartulary 0.1.0", sums: IntakeSums(), reconciliation: Reconciliation(),
            earlier: (0, 0), sources: [], metrics: Metrics(part, period: period.map { ($0.from, $0.to) }, asOf: start),
            thresholds: .defaults, findings: [], samples: [], rejections: [], totalRejections: 0, conflicts: 0,
            deployments: deployments, totalDeployments: count, series: [], superseded: "", corrections: [],
            totalCorrections: 0)
    }

    private static func dossier(_ row: Int, _ text: String) -> Dossier {
        var dossier = Dossier()
        func put(_ text: String, _ dossier: inout Dossier) -> ByteSlice {
            let bytes = Array(text.utf8)
            return dossier.append(bytes.span, 0..<bytes.count)
        }
        dossier.id = put("deployment-\(row)", &dossier)
        dossier.members.network = put(text, &dossier)
        dossier.members.tokenType = put(text + "x", &dossier)
        dossier.members.createdAt = start.adding(seconds: Int64(row * 60))
        let steps: [DeploymentStatus] = [.queued, .submitted, .pending, .confirmed, .completed, .pending]
        for (index, status) in steps.enumerated() {
            var transition = Transition()
            transition.status = status
            transition.time = start.adding(seconds: Int64(row * 60 + index * 5))
            dossier.transitions.append(transition)
        }
        return dossier
    }

    private static func deployment(
        _ row: Int, _ dossier: Dossier, _ history: History, text: String
    ) -> ReportDeployment {
        ReportDeployment(
            row: row, id: dossier.idText, state: history.state, tokenName: text, tokenType: text, network: text,
            createdAt: dossier.members.createdAt, durationMs: dossier.durationMs(history), errors: 1, warnings: 0,
            transitions: zip(dossier.transitions, history.entries).map { transition, entry in
                .init(transition.status, transition.time, disposition: entry.disposition, inPeriod: row % 2 == 0)
            }, findingCodes: [.transitionAfterTerminal])
    }
}
