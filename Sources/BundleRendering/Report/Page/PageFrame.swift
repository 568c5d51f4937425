internal import AuditModel

/// What every page says of the bundle.
struct PageFrame {
    let name: String
    let style: String
    let styleDigest: String
    let title: String
    let covers: String
    let isFiltered: Bool
    let filters: String
    let asOf: String
    let algorithm: String
    let fingerprint: String
    let contentRoot: String
    let tool: String
    let total: String
    let findings: String

    init(_ input: ReportInput, _ style: StyleSheet) {
        name = input.name
        self.style = style.text
        styleDigest = style.digest
        title = PeriodText.title(input.period)
        covers = PageFrame.covers(input)
        isFiltered = input.isFiltered
        filters = input.filters.map { filter in
            "\(HTML.escape(filter.label)): \(filter.values.map(HTML.foreign).joined(separator: ", "))"
        }.joined(separator: "; ")
        asOf = PeriodText.time(input.asOf)
        algorithm = input.keyAlgorithm
        fingerprint = input.keyFingerprint
        contentRoot = input.contentRoot
        tool = input.toolVersion
        total = HTML.count(input.totalDeployments, "deployment")
        findings = PageFrame.findings(input)
    }

    private static func findings(_ input: ReportInput) -> String {
        func count(_ severity: Severity) -> Int {
            input.findings.filter { $0.severity == severity }.map(\.count).reduce(0, +)
        }
        return "\(HTML.count(count(.error), "error")), \(HTML.count(count(.warning), "warning")), "
            + HTML.count(count(.info), "note")
    }

    private static func covers(_ input: ReportInput) -> String {
        guard let period = input.period else { return "all accepted records" }
        return "\(PeriodText.time(period.from)) to \(PeriodText.time(period.to)), the end excluded"
    }
}

/// `report.html`.
struct FrontPage {
    struct Section {
        let number: String
        let id: String
        let title: String
        let body: String
    }

    let frame: PageFrame
    let sections: [Section]
}

/// A page that goes on with the deployments.
struct ContinuationPage {
    let frame: PageFrame
    let statement: String
    let deployments: String
}
