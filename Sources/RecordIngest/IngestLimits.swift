import RecordContent

/// The limits of reading, which are those of the format.
package enum IngestLimits {
    /// Larger records are rejected: no real record comes near, and memory stays bounded.
    package static let recordBytes = FormatLimits.recordBytes
    /// More transitions of one deployment are rejected.
    package static let transitionsPerDeployment = FormatLimits.transitionsPerDeployment
}
