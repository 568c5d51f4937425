/// The texts of the report, embedded when the package is built: the program needs no files beside it.
package enum Templates {
    /// The style that all pages share.
    package static var reportStyle: String { text(PackageResources.report_css) }

    /// What the page of an archive adds to it.
    package static var catalogueStyle: String { text(PackageResources.catalogue_css) }

    /// The page of an archive.
    package static var catalogue: String { text(PackageResources.catalogue_mustache) }

    /// The frame of `report.html`.
    package static var page: String { text(PackageResources.page_mustache) }
    /// A page that goes on with the deployments.
    package static var continuation: String { text(PackageResources.continuation_mustache) }
    // The sections of `report.html`.
    package static var about: String { text(PackageResources.about_mustache) }
    package static var corrections: String { text(PackageResources.corrections_mustache) }
    package static var completeness: String { text(PackageResources.completeness_mustache) }
    package static var outcome: String { text(PackageResources.outcome_mustache) }
    package static var flow: String { text(PackageResources.flow_mustache) }
    package static var states: String { text(PackageResources.states_mustache) }
    package static var durations: String { text(PackageResources.durations_mustache) }
    package static var failures: String { text(PackageResources.failures_mustache) }
    package static var distribution: String { text(PackageResources.distribution_mustache) }
    package static var findings: String { text(PackageResources.findings_mustache) }
    package static var deployments: String { text(PackageResources.deployments_mustache) }
    package static var sources: String { text(PackageResources.sources_mustache) }
    package static var rejected: String { text(PackageResources.rejected_mustache) }
    package static var glossary: String { text(PackageResources.glossary_mustache) }
    package static var verify: String { text(PackageResources.verify_mustache) }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
