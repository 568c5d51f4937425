package import AuditModel
package import BundleFormat

/// What the report says besides the bundle's description, as values that the records and the intake's files give.
package struct ReportFacts: Sendable {
    package var sources: [SourceSummary] = []
    package var metrics: Metrics
    package var thresholds: Thresholds
    package var samples = ReportSamples()
    /// The first rejected records that the bundle shows, and how many it shows in all.
    package private(set) var rejections: [RejectedRecord] = []
    package var totalRejections = 0
    /// Records in conflicts that the bundle shows.
    package private(set) var conflicts = 0
    /// Those that the report shows, in its order.
    package var deployments: [ReportDeployment] = []
    /// The first corrections, and how many there are in all.
    package private(set) var corrections: [ReportCorrection] = []
    package private(set) var totalCorrections = 0

    package init(metrics: Metrics, thresholds: Thresholds) {
        self.metrics = metrics
        self.thresholds = thresholds
    }

    /// Adds the next rejected record of `rejected.json`.
    package mutating func add(_ record: RejectedRecord) {
        if totalRejections < ReportInput.maximumRejections { rejections.append(record) }
        totalRejections += 1
    }

    /// Adds the next conflict of `rejected.json`.
    package mutating func add(_ conflict: ConflictRecord) { conflicts += conflict.others.count }

    /// Adds the next correction of `corrections.json`.
    package mutating func add(correctionOf id: String, before: [UInt8]?, after: [UInt8]?) {
        if totalCorrections < ReportInput.maximumCorrections {
            corrections.append(ReportCorrection(deploymentID: id, lineBefore: before, lineAfter: after))
        }
        totalCorrections += 1
    }
}

/// The first findings of each code.
package struct ReportSamples: Sendable {
    package private(set) var all: [ReportSample] = []
    private var counts: [FindingCode: Int] = [:]

    package init() {}

    /// Adds the next finding, in the order of `findings.json`.
    package mutating func add(_ finding: Finding) {
        guard counts[finding.code, default: 0] < ReportInput.samplesPerCode else { return }
        add(
            ReportSample(
                finding.code, row: finding.row, deploymentID: finding.deploymentID, message: finding.message))
    }

    /// Adds the first findings of a later part.
    package mutating func append(_ later: ReportSamples) {
        for sample in later.all where counts[sample.code, default: 0] < ReportInput.samplesPerCode { add(sample) }
    }

    private mutating func add(_ sample: ReportSample) {
        counts[sample.code, default: 0] += 1
        all.append(sample)
    }
}
