package import BundleFormat

/// Renders the audit report: HTML pages that need neither a network nor a script.
///
/// The bytes depend on the input alone.
package struct ReportRenderer: Sendable {
    private let templates: ReportTemplates

    /// Parses the templates of a version.
    package init(_ version: RenderingVersion = .current) throws {
        templates =
            switch version {
            case .first: try ReportTemplates()
            }
    }

    /// Prepares the pages of a report.
    package func pages(_ input: ReportInput) -> ReportPages { ReportPages(input, self) }

    /// Renders one page.
    fileprivate func page(_ page: Int, of pages: ReportPages) -> [UInt8] {
        let deployments = DeploymentsView(pages.input, pages.paging, page: page)
        let text =
            page == 0
            ? front(pages.input, pages.frame, paging: pages.paging, deployments: deployments)
            : templates.render(
                .continuation,
                ContinuationPage(
                    frame: pages.frame, statement: deployments.statement,
                    deployments: templates.render(.deployments, deployments)))
        return Array(text.utf8)
    }

    private func front(
        _ input: ReportInput, _ frame: PageFrame, paging: ReportPaging, deployments: DeploymentsView
    ) -> String {
        let figures = MetricFigures(metrics: input.metrics)
        var bodies: [(id: String, title: String, body: String)] = [
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
        if !input.superseded.isEmpty {
            let body = templates.render(.corrections, CorrectionsView(input))
            bodies.insert(("corrections", "What this bundle corrects", body), at: 1)
        }
        let sections = bodies.enumerated().map { index, section in
            FrontPage.Section(number: "\(index + 1)", id: section.id, title: section.title, body: section.body)
        }
        return templates.render(.page, FrontPage(frame: frame, sections: sections))
    }
}

/// The pages of a report, each of which can be rendered by itself: `data/report.html` and, with more than 250
/// deployments, `data/report/page-0002.html` and so on.
package struct ReportPages: RandomAccessCollection, Sendable {
    fileprivate let input: ReportInput
    fileprivate let paging: ReportPaging
    fileprivate let frame: PageFrame
    private let renderer: ReportRenderer

    fileprivate init(_ input: ReportInput, _ renderer: ReportRenderer) {
        self.input = input
        self.renderer = renderer
        paging = ReportPaging(input.deployments)
        frame = PageFrame(
            input, StyleSheet(name: input.name, contentRoot: input.contentRoot, toolVersion: input.toolVersion))
    }

    package var startIndex: Int { 0 }
    package var endIndex: Int { paging.pages }

    /// A page's path in the bundle and its bytes.
    package subscript(page: Int) -> (path: String, bytes: [UInt8]) {
        (ReportPaging.path(page), renderer.page(page, of: self))
    }
}
