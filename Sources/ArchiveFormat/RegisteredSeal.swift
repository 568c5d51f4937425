package import AuditModel
package import BundleFormat

/// A bundle that was sealed, as the log of its series has it.
package struct RegisteredSeal: Sendable, Equatable {
    package let position: SeriesPosition
    /// When it was sealed.
    package let sealed: Timestamp
    /// The period's name; nil if it has none.
    package let label: String?

    package init(position: SeriesPosition, sealed: Timestamp, label: String?) {
        self.position = position
        self.sealed = sealed
        self.label = label
    }

    /// The bundle's path, relative to the archive's folder.
    package var path: String {
        "\(Period(from: position.from, to: position.to, label: label).year)/\(position.name).zip"
    }
}
