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

    /// Whether the name of a position is that of its archive, period and revision.
    package static func isName(of position: SeriesPosition, archive: String, isFiltered: Bool) -> Bool {
        var rest = position.name[...]
        let ends = [isFiltered ? BundleName.partialSuffix : "", position.revision > 0 ? "-r\(position.revision)" : ""]
        for end in ends {
            guard rest.hasSuffix(end) else { return false }
            rest.removeLast(end.count)
        }
        guard BundleName.problem(position.name) == nil, rest.hasPrefix("\(archive)-") else { return false }
        let period = Period(label: rest.dropFirst(archive.count + 1).uppercased())
        return period?.from == position.from && period?.to == position.to
    }
}
