internal import AuditModel

/// The roll-forward of open deployments through the period.
struct FlowView {
    struct Term {
        let sign: String
        let spoken: String
        let figure: OutcomeView.Figure
        let isResult: Bool
    }

    let terms: [Term]

    init(_ figures: MetricFigures) {
        let names: [(sign: String, spoken: String, name: String)] = [
            ("", "", "carriedIn"), ("+", "plus", "createdInPeriod"), ("+", "plus", "reopenedInPeriod"),
            ("−", "minus", "completedInPeriod"), ("−", "minus", "failedInPeriod"), ("−", "minus", "cancelledInPeriod"),
            ("=", "equals", "carriedOut"),
        ]
        terms = names.map { sign, spoken, name in
            Term(
                sign: sign, spoken: spoken, figure: OutcomeView.figure("", name, figures),
                isResult: name == "carriedOut")
        }
    }
}
