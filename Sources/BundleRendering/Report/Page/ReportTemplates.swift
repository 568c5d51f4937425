internal import Mustache
internal import Templates

/// The parsed templates of the report.
struct ReportTemplates: Sendable {
    enum Name: String, CaseIterable {
        case page, continuation, catalogue
        case about, corrections, completeness, outcome, flow, states, durations, failures, distribution
        case findings, deployments, sources, rejected, glossary, verify

        fileprivate var source: String {
            switch self {
            case .page: Templates.page
            case .continuation: Templates.continuation
            case .catalogue: Templates.catalogue
            case .about: Templates.about
            case .corrections: Templates.corrections
            case .completeness: Templates.completeness
            case .outcome: Templates.outcome
            case .flow: Templates.flow
            case .states: Templates.states
            case .durations: Templates.durations
            case .failures: Templates.failures
            case .distribution: Templates.distribution
            case .findings: Templates.findings
            case .deployments: Templates.deployments
            case .sources: Templates.sources
            case .rejected: Templates.rejected
            case .glossary: Templates.glossary
            case .verify: Templates.verify
            }
        }
    }

    private let parsed: [Name: MustacheTemplate]

    init() throws {
        MustacheContentTypes.register(EscapedContent(), named: EscapedContent.name)
        var parsed: [Name: MustacheTemplate] = [:]
        for name in Name.allCases {
            // Said in front of each, so that no template can forget it.
            parsed[name] = try MustacheTemplate(string: "{{% CONTENT_TYPE:\(EscapedContent.name)}}\n" + name.source)
        }
        self.parsed = parsed
    }

    /// Renders a view: a value whose stored properties are the template's names.
    func render(_ name: Name, _ view: Any) -> String {
        guard let template = parsed[name] else { preconditionFailure("every name has a template") }
        return template.render(view)
    }
}
