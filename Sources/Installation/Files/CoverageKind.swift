/// What tells up to which time a source has given everything, as the configuration names it.
package enum CoverageKind: String, CaseIterable, Sendable {
    case generatedAt = "generated-at"
    case marker, unchecked
}
