package import AuditModel
package import BundleFormat

/// A bundle that was sealed, as the log of its series has it.
package struct RegisteredSeal: Sendable, Equatable {
    package let place: SeriesPosition
    /// When it was sealed.
    package let sealed: Timestamp
    /// The period's name; nil if it has none.
    package let label: String?

    package init(place: SeriesPosition, sealed: Timestamp, label: String?) {
        self.place = place
        self.sealed = sealed
        self.label = label
    }

    /// The bundle's path, relative to the archive's folder.
    package var path: String { "\(Period(from: place.from, to: place.to, label: label).year)/\(place.name).zip" }
}
