import AuditModel
import BundleFormat

/// What a bundle from a ledger has that one from files has not.
struct LedgerContext {
    var part: LedgerPart
    /// The bundle's place; nil for a response.
    var series: SeriesPart?
    /// Every earlier place of the series.
    var places: [SealedPlace] = []
    /// nil for a response.
    var log: LogLines?
    /// The deployments of which the bundle says other than the one it supersedes; nil if there is none such.
    var corrections: [Correction]?
    /// Called with the SHA-256 of what is signed, before the bundle gets its name; throws to keep that from happening.
    var beforePublishing: (String) throws -> Void = { _ in }
}

/// A deployment whose line in the trail changed between two revisions of a period.
struct Correction: Sendable {
    var deploymentID: [UInt8]
    var before: [UInt8]?
    var after: [UInt8]?

    var element: [UInt8] {
        SeriesFiles.correction(
            deploymentID: String(decoding: deploymentID, as: UTF8.self), before: before, after: after)
    }
}
