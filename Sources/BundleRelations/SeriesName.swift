import AuditModel
package import BundleFormat

/// The name of a sealed bundle: of its archive, its period's name and its revision.
package enum SeriesName {
    /// What does not fit; nil if nothing does not.
    package static func problem(_ sealed: SealedClaims) -> String? {
        guard let label = sealed.period.label, let named = Period(label: label), named.from == sealed.period.from,
            named.to == sealed.period.to
        else { return "the period has no name, or that of another" }
        let revision = sealed.series.revision > 0 ? "-r\(sealed.series.revision)" : ""
        let partial = sealed.isFiltered ? BundleName.partialSuffix : ""
        let name = "\(sealed.series.archive)-\(label.lowercased())\(revision)\(partial)"
        return name == sealed.name ? nil : "the bundle is called \(sealed.name), expected \(name)"
    }
}
