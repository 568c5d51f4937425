internal import AuditModel

/// What the report is, what it is not, and what it was made from.
struct AboutView {
    struct Line {
        let label: String
        let value: String
    }

    let covers: String
    let basis: String
    let kind: String
    let asOf: String
    let asOfSource: String
    let isFiltered: Bool
    let filters: [Line]
    let hasDeclared: Bool
    let declared: [Line]
    let command: String
    let hasCommand: Bool
    let series: [Line]

    init(_ input: ReportInput) {
        covers = AboutView.covers(input)
        basis = AboutView.basis(input)
        kind = AboutView.kind(input.kind)
        asOf = PeriodText.time(input.asOf)
        asOfSource = input.asOfSource
        isFiltered = input.isFiltered
        filters = input.filters.map { filter in
            Line(label: filter.label, value: filter.values.map(HTML.foreign).joined(separator: ", "))
        }
        hasDeclared = !input.declared.isEmpty
        declared = input.declared.map { Line(label: $0.label, value: HTML.foreign($0.value)) }
        command = input.command
        hasCommand = !input.command.isEmpty
        series = input.series.map { Line(label: $0.label, value: HTML.foreign($0.value)) }
    }

    private static func covers(_ input: ReportInput) -> String {
        guard let period = input.period else { return "Every accepted record, without a period." }
        return "From \(PeriodText.time(period.from)) up to, but not including, \(PeriodText.time(period.to))."
    }

    private static func basis(_ input: ReportInput) -> String {
        guard input.period != nil else { return "Every deployment with an accepted record is listed." }
        return switch input.basis {
        case .activity:
            "A deployment is listed if it was created in the period or has a transition in it, with its whole history up to "
                + "the period's end."
        case .created:
            "A deployment is listed if it was created in the period, with its whole history up to the period's end. "
                + "Deployments created earlier are not listed, even if they changed in the period."
        }
    }

    private static func kind(_ kind: String) -> String {
        switch kind {
        case "one-shot": "one-shot: made from files, without a ledger and outside any series"
        case "sealed": "sealed: a period of a series, with the digest of the bundle before it"
        case "response": "response: an answer to a request, drawn from a ledger; it seals nothing"
        default: kind
        }
    }
}
