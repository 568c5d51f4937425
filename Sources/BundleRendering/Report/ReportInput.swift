package import AuditModel
package import BundleFormat

/// All that the report says, as plain values.
package struct ReportInput: Sendable {
    /// The bundle's NAME.
    package var name: String
    package var kind: String
    package var isFiltered: Bool
    package var period: Period?
    package var basis: Basis
    package var filters: [(label: String, values: [String])]
    package var asOf: Timestamp
    /// Where the as-of time came from, in words.
    package var asOfSource: String
    /// What the preparer declares of the bundle; shown as their claim.
    package var declared: [(label: String, value: String)]
    /// The normalised command.
    package var command: String
    package var keyAlgorithm: String
    package var keyFingerprint: String
    /// In hexadecimal.
    package var contentRoot: String
    package var toolVersion: String
    package var sums: IntakeSums
    package var reconciliation: Reconciliation
    /// Accepted records of the ledger that are in the reconciliation and not in the sums.
    package var earlier: (records: Int, transitions: Int)
    package var sources: [SourceSummary]
    package var metrics: Metrics
    package var thresholds: Thresholds
    /// How many findings there are, intake included.
    package var findings: [(code: FindingCode, severity: Severity, count: Int)]
    /// Up to ``samplesPerCode`` findings of each code.
    package var samples: [ReportSample]
    /// Up to ``maximumRejections`` rejected records.
    package var rejections: [ReportRejection]
    package var totalRejections: Int
    /// Records that conflict with an accepted one.
    package var conflicts: Int
    /// At most `ReportBrief.maximum`: those with findings first, then the newest.
    package var deployments: [ReportDeployment]
    package var totalDeployments: Int
    /// The log and the position in a series, line by line; empty when one-shot.
    package var series: [(label: String, value: String)]
    /// The name of the bundle that this one corrects; empty if it corrects none.
    package var superseded: String
    /// At most ``maximumCorrections``.
    package var corrections: [ReportCorrection]
    package var totalCorrections: Int

    package init(
        name: String, kind: String, isFiltered: Bool, period: Period?, basis: Basis,
        filters: [(label: String, values: [String])], asOf: Timestamp, asOfSource: String,
        declared: [(label: String, value: String)], command: String, keyAlgorithm: String, keyFingerprint: String,
        contentRoot: String, toolVersion: String, sums: IntakeSums, reconciliation: Reconciliation,
        earlier: (records: Int, transitions: Int), sources: [SourceSummary], metrics: Metrics, thresholds: Thresholds,
        findings: [(code: FindingCode, severity: Severity, count: Int)], samples: [ReportSample],
        rejections: [ReportRejection], totalRejections: Int, conflicts: Int, deployments: [ReportDeployment],
        totalDeployments: Int, series: [(label: String, value: String)], superseded: String,
        corrections: [ReportCorrection], totalCorrections: Int
    ) {
        self.name = name
        self.kind = kind
        self.isFiltered = isFiltered
        self.period = period
        self.basis = basis
        self.filters = filters
        self.asOf = asOf
        self.asOfSource = asOfSource
        self.declared = declared
        self.command = command
        self.keyAlgorithm = keyAlgorithm
        self.keyFingerprint = keyFingerprint
        self.contentRoot = contentRoot
        self.toolVersion = toolVersion
        self.sums = sums
        self.reconciliation = reconciliation
        self.earlier = earlier
        self.sources = sources
        self.metrics = metrics
        self.thresholds = thresholds
        self.findings = findings
        self.samples = samples
        self.rejections = rejections
        self.totalRejections = totalRejections
        self.conflicts = conflicts
        self.deployments = deployments
        self.totalDeployments = totalDeployments
        self.series = series
        self.superseded = superseded
        self.corrections = corrections
        self.totalCorrections = totalCorrections
    }

    /// More examples of one kind tell a reader nothing new; all findings are in `findings.csv`.
    package static let samplesPerCode = 20
    /// All rejected records are in `rejected.json`.
    package static let maximumRejections = 100
    /// All corrections are in `corrections.json`.
    package static let maximumCorrections = 100
}

/// A finding as an example of its kind.
package struct ReportSample: Sendable {
    package var code: FindingCode
    /// nil when it is about no deployment in the bundle.
    package var row: Int?
    package var deploymentID: String?
    /// The finding's message; the part that repeats the code's explanation is not shown again.
    package var message: String

    package init(_ code: FindingCode, row: Int? = nil, deploymentID: String? = nil, message: String) {
        self.code = code
        self.row = row
        self.deploymentID = deploymentID
        self.message = message
    }
}

/// A deployment of which a revision says other than the bundle before.
package struct ReportCorrection: Sendable {
    package var deploymentID: String
    /// What only the bundle before says, and what only this one says; nil if the deployment is not in it.
    package var before: [String]?
    package var after: [String]?

    package init(deploymentID: String, before: [String]?, after: [String]?) {
        self.deploymentID = deploymentID
        self.before = before
        self.after = after
    }
}

/// A record that was not accepted.
package struct ReportRejection: Sendable {
    /// The source's name.
    package var source: String
    package var line: Int
    package var offset: Int
    package var code: FindingCode
    package var reason: String
    /// nil when the record does not say.
    package var deploymentID: String?

    package init(
        source: String, line: Int, offset: Int, code: FindingCode, reason: String, deploymentID: String?
    ) {
        self.source = source
        self.line = line
        self.offset = offset
        self.code = code
        self.reason = reason
        self.deploymentID = deploymentID
    }
}

/// One deployment of the report.
package struct ReportDeployment: Sendable {
    /// A transition, in the order of the history.
    package struct Event: Sendable {
        package var status: DeploymentStatus
        package var time: Timestamp
        package var disposition: Disposition
        package var inPeriod: Bool

        package init(_ status: DeploymentStatus, _ time: Timestamp, disposition: Disposition, inPeriod: Bool) {
            self.status = status
            self.time = time
            self.disposition = disposition
            self.inPeriod = inPeriod
        }
    }

    package var row: Int
    package var id: String
    /// nil without a transition in history.
    package var state: DeploymentStatus?
    package var tokenName: String
    package var tokenType: String
    package var network: String
    package var createdAt: Timestamp?
    package var durationMs: Int64?
    package var errors: Int
    package var warnings: Int
    package var transitions: [Event]
    package var findingCodes: [FindingCode]

    package init(
        row: Int, id: String, state: DeploymentStatus?, tokenName: String, tokenType: String, network: String,
        createdAt: Timestamp?, durationMs: Int64?, errors: Int, warnings: Int, transitions: [Event],
        findingCodes: [FindingCode]
    ) {
        self.row = row
        self.id = id
        self.state = state
        self.tokenName = tokenName
        self.tokenType = tokenType
        self.network = network
        self.createdAt = createdAt
        self.durationMs = durationMs
        self.errors = errors
        self.warnings = warnings
        self.transitions = transitions
        self.findingCodes = findingCodes
    }
}
