import AuditModel
package import BundleFormat

/// What a bundle claims of itself: the files that describe it, each decoded once into bounded types.
///
/// Nothing of it is verified. A claim is in the form of the format or names its problem, so that no check meets a number
/// or a text that it does not expect. Checks take claims; what they compare byte by byte they read themselves.
package struct BundleClaims: Sendable {
    package let bundle: UnverifiedBundle
    /// `bundle.json`.
    package let description: Claim<DescriptionClaims>
    /// The bytes that are signed; nil if they are not there or cannot be read.
    package let anchor: [UInt8]?

    package init(_ bundle: UnverifiedBundle) {
        self.bundle = bundle
        description = Self.decode(BundlePath.bundle, of: bundle, by: DescriptionClaims.decode)
        anchor = bundle.content(BundlePath.tagManifest, limit: VerifierLimits.claimBytes)
    }

    /// Decodes the thresholds in `rules.json`.
    func rules() -> Claim<Thresholds> { Self.decode(BundlePath.rules, of: bundle, by: RulesFile.decode) }

    /// Decodes `sources.json`.
    func sources() -> Claim<SourcesFile> {
        // A source for each of some hundred thousand files is longer than what else describes a bundle.
        Self.decode(BundlePath.sources, of: bundle, limit: VerifierLimits.fileBytes, by: SourcesFile.decode)
    }

    /// Decodes `series.json`, which a sealed bundle has.
    func series() -> Claim<SeriesFile> { Self.decode(BundlePath.series, of: bundle, by: SeriesFile.decode) }

    /// Decodes the counts of `metrics.json` that a catalogue repeats.
    package func metrics() -> Claim<MetricCounts> {
        Self.decode(BundlePath.metrics, of: bundle, by: MetricCounts.decode)
    }

    private static func decode<Value>(
        _ path: String, of bundle: UnverifiedBundle, limit: Int = VerifierLimits.claimBytes,
        by decode: ([UInt8]) -> Claim<Value>
    ) -> Claim<Value> {
        do throws(ReadProblem) {
            guard let bytes = try bundle.bytes(path, limit: limit) else {
                return .failure(FormProblem(.unreadable, "\(path) is missing"))
            }
            return decode(bytes)
        } catch {
            return .failure(FormProblem(.unreadable, error.text))
        }
    }
}
