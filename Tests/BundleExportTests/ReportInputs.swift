import AuditModel
import BundleExport

/// Inputs of the report for tests.
enum ReportInputs {
    static let start = Timestamp(unixSeconds: 1_767_225_600)

    /// A text that tries to leave its place in the page, past an escaper that goes by characters too.
    static let hostile = "\u{202E}\u{0600}<script>\"\u{301} onclick='x' &amp; </style></data><!--\u{2066}"

    /// A report of `count` deployments with six transitions each.
    static func report(_ count: Int, text: String = "token") -> ReportInput {
        var input = ReportInput()
        input.name = "feb-2026"
        input.period = Period(label: "2026-Q1")
        input.toolVersion = "Cartulary 0.1.0"
        var part = MetricsPart()
        for row in 0..<count {
            var dossier = dossier(row, text)
            var history = History()
            history.build(&dossier)
            part.add(dossier, history, periodStart: start)
            input.deployments.append(deployment(row, dossier, history, text))
        }
        input.metrics = Metrics(part, period: input.period.map { ($0.from, $0.to) }, asOf: start)
        input.totalDeployments = count
        return input
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
        _ row: Int, _ dossier: Dossier, _ history: History, _ text: String
    ) -> ReportDeployment {
        var deployment = ReportDeployment()
        deployment.row = row
        deployment.id = dossier.idText
        deployment.state = history.state
        (deployment.tokenName, deployment.tokenType, deployment.network) = (text, text, text)
        deployment.createdAt = dossier.members.createdAt
        deployment.durationMs = dossier.durationMs(history)
        deployment.errors = 1
        deployment.findingCodes = [.transitionAfterTerminal]
        deployment.transitions = zip(dossier.transitions, history.entries).map { transition, entry in
            .init(transition.status, transition.time, entry.disposition, inPeriod: row % 2 == 0)
        }
        return deployment
    }
}
