import AuditModel
package import BundleFormat
package import StrictJSON

/// The log that a bundle is drawn from, at one moment, and the bundle's position in a series.
package struct LedgerOrigin: Sendable {
    /// The log's name in its checkpoints.
    package let origin: String
    /// Entries of the log, and their root in hexadecimal.
    package let size: Int
    package let root: String
    /// The signed note of origin, size and root.
    package let checkpoint: String
    /// Logs that this one continues although they are lost.
    package let breaks: [JSONValue]
    /// nil for an answer, which is outside any series.
    package let series: SeriesOrigin?

    package init(
        origin: String, size: Int, root: String, checkpoint: String, breaks: [JSONValue], series: SeriesOrigin?
    ) {
        self.origin = origin
        self.size = size
        self.root = root
        self.checkpoint = checkpoint
        self.breaks = breaks
        self.series = series
    }

    /// The member `ledger` of `bundle.json`: records that are in the reconciliation and not in the sums came earlier.
    func part(_ reconciliation: Reconciliation, _ sums: IntakeSums) -> LedgerPart {
        LedgerPart(
            origin: origin, size: size, root: root, checkpoint: checkpoint,
            earlierTransitions: reconciliation.transitions.reduce(0, +) - sums.acceptedTransitions,
            earlierDeploymentRecords: reconciliation.deploymentRecords.reduce(0, +) - sums.acceptedDeploymentRecords,
            breaks: breaks)
    }
}

/// The position of a sealed bundle in its series.
package struct SeriesOrigin: Sendable {
    package let part: SeriesPart
    /// Every earlier position of the series.
    package let positions: [SeriesPosition]
    /// The deployments of which the bundle says other than the one it supersedes; nil if there is none such.
    package let corrections: [Correction]?

    package init(part: SeriesPart, positions: [SeriesPosition], corrections: [Correction]?) {
        self.part = part
        self.positions = positions
        self.corrections = corrections
    }
}

/// A deployment whose line in the trail changed between two revisions of a period.
package struct Correction: Sendable {
    package let deploymentID: [UInt8]
    package let before: [UInt8]?
    package let after: [UInt8]?

    package init(deploymentID: [UInt8], before: [UInt8]?, after: [UInt8]?) {
        self.deploymentID = deploymentID
        self.before = before
        self.after = after
    }

    var element: [UInt8] {
        SeriesFiles.correction(
            deploymentID: String(decoding: deploymentID, as: UTF8.self), before: before, after: after)
    }
}
