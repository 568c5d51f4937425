/// Renders the audit report: HTML pages that need neither a network nor a script.
///
/// The bytes depend on the input alone.
package struct ReportRenderer: Sendable {
    private let templates: ReportTemplates

    /// Parses the templates.
    package init() throws { templates = try ReportTemplates() }

    /// Returns `data/report.html` and, with more than 250 deployments, `data/report/page-0002.html` and so on.
    package func pages(_ input: ReportInput) -> [(path: String, bytes: [UInt8])] {
        let style = StyleSheet(name: input.name, contentRoot: input.contentRoot, toolVersion: input.toolVersion)
        let paging = ReportPaging(input.deployments)
        let frame = PageFrame(input, style)
        return (0..<paging.pages).map { page in
            let deployments = DeploymentsView(input, paging, page: page)
            let text =
                page == 0
                ? front(input, frame, paging, deployments)
                : templates.render(
                    .continuation,
                    ContinuationPage(
                        frame: frame, statement: deployments.statement,
                        deployments: templates.render(.deployments, deployments)))
            return (ReportPaging.path(page), Array(text.utf8))
        }
    }

    private func front(
        _ input: ReportInput, _ frame: PageFrame, _ paging: ReportPaging, _ deployments: DeploymentsView
    ) -> String {
        let figures = MetricFigures(metrics: input.metrics)
        let bodies: [(id: String, title: String, body: String)] = [
            ("about", "What this is, and what it is not", templates.render(.about, AboutView(input))),
            ("complete", "Is everything here?", templates.render(.completeness, CompletenessView(input))),
            ("outcome", "Outcome", templates.render(.outcome, OutcomeView(input, figures))),
            ("flow", "Into the period and out of it", templates.render(.flow, FlowView(figures))),
            ("states", "The way through the states", templates.render(.states, StatesView(input, figures))),
            ("time", "How long it took", templates.render(.durations, DurationsView(input, figures))),
            ("failures", "Failures and checks", templates.render(.failures, FailuresView(figures))),
            ("where", "Where, what and when", templates.render(.distribution, DistributionView(figures))),
            ("findings", "Findings", templates.render(.findings, FindingsView(input, link: paging.link))),
            ("deployments", "Deployments", templates.render(.deployments, deployments)),
            ("sources", "Where the records came from", templates.render(.sources, SourcesView(input))),
            ("rejected", "What was not accepted", templates.render(.rejected, RejectedView(input))),
            ("words", "Words", templates.render(.glossary, frame)),
            ("verify", "How to check this bundle", templates.render(.verify, VerifyView(input))),
        ]
        let sections = bodies.enumerated().map { index, section in
            FrontPage.Section(number: "\(index + 1)", id: section.id, title: section.title, body: section.body)
        }
        return templates.render(.page, FrontPage(frame: frame, sections: sections))
    }
}
