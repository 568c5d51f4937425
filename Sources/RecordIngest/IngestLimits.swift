/// The limits of reading.
package enum IngestLimits {
    /// Larger records are rejected: no real record comes near, and memory stays bounded.
    package static let recordBytes = 16 << 20
    /// More transitions of one deployment are rejected.
    package static let transitionsPerDeployment = 100_000
}
