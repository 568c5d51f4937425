package import AuditModel

/// All that the report says, as plain values.
package struct ReportInput: Sendable {
    /// The bundle's NAME.
    package var name = ""
    package var kind = "one-shot"
    package var isFiltered = false
    package var period: Period?
    package var basis = Basis.activity
    package var filters: [(label: String, values: [String])] = []
    package var asOf = Timestamp.unset
    /// Where the as-of time came from, in words.
    package var asOfSource = ""
    /// What the preparer declares of the bundle; shown as their claim.
    package var declared: [(label: String, value: String)] = []
    /// The normalised command.
    package var command = ""
    package var keyAlgorithm = ""
    package var keyFingerprint = ""
    /// In hexadecimal.
    package var contentRoot = ""
    package var toolVersion = ""
    package var sums = IntakeSums()
    package var reconciliation = Reconciliation()
    /// Accepted records of the ledger that are in the reconciliation and not in the sums.
    package var earlier = (records: 0, transitions: 0)
    package var sources: [SourceSummary] = []
    package var metrics = Metrics(MetricsPart(), period: nil, asOf: .unset)
    package var thresholds = Thresholds.defaults
    /// How many findings there are, intake included.
    package var findings: [(code: FindingCode, severity: Severity, count: Int)] = []
    /// Up to ``samplesPerCode`` findings of each code.
    package var samples: [ReportSample] = []
    /// Up to ``maximumRejections`` rejected records.
    package var rejections: [ReportRejection] = []
    package var totalRejections = 0
    /// Records that conflict with an accepted one.
    package var conflicts = 0
    /// At most ``maximumDeployments``: those with findings first, then the newest.
    package var deployments: [ReportDeployment] = []
    package var totalDeployments = 0
    /// The log and the place in a series, line by line; empty when one-shot.
    package var series: [(label: String, value: String)] = []
    /// The name of the bundle that this one corrects; empty if it corrects none.
    package var superseded = ""
    /// At most ``maximumCorrections``.
    package var corrections: [ReportCorrection] = []
    package var totalCorrections = 0

    package init() {}

    /// More examples of one kind tell a reader nothing new; all findings are in `findings.csv`.
    package static let samplesPerCode = 20
    /// All rejected records are in `rejected.json`.
    package static let maximumRejections = 100
    /// All corrections are in `corrections.json`.
    package static let maximumCorrections = 100
    /// As many as the format asks for; a page beyond would help no one.
    package static let maximumDeployments = 5000
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
    package var source = ""
    package var line = 0
    package var offset = 0
    package var code = FindingCode.malformedRecord
    package var reason = ""
    /// nil when the record does not say.
    package var deploymentID: String?

    package init() {}
}

/// One deployment of the report.
package struct ReportDeployment: Sendable {
    /// A transition, in the order of the history.
    package struct Event: Sendable {
        package var status: DeploymentStatus
        package var time: Timestamp
        package var disposition: Disposition
        package var inPeriod: Bool

        package init(_ status: DeploymentStatus, _ time: Timestamp, _ disposition: Disposition, inPeriod: Bool) {
            self.status = status
            self.time = time
            self.disposition = disposition
            self.inPeriod = inPeriod
        }
    }

    package var row = 0
    package var id = ""
    /// nil without a transition in history.
    package var state: DeploymentStatus?
    package var tokenName = ""
    package var tokenType = ""
    package var network = ""
    package var createdAt: Timestamp?
    package var durationMs: Int64?
    package var errors = 0
    package var warnings = 0
    package var transitions: [Event] = []
    package var findingCodes: [FindingCode] = []

    package init() {}
}
