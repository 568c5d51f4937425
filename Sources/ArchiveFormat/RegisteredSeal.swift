package import AuditModel
package import BundleFormat

/// A bundle that was sealed, as the log of its series has it.
package struct RegisteredSeal: Sendable, Equatable {
    package let position: SeriesPosition
    /// When it was sealed.
    package let sealed: Timestamp
    /// The period's name; nil if it has none.
    package let label: String?
    /// When it was sealed by the machine's clock; nil if nobody knows.
    package let clock: Timestamp?

    package init(position: SeriesPosition, sealed: Timestamp, label: String?, clock: Timestamp? = nil) {
        self.position = position
        self.sealed = sealed
        self.label = label
        self.clock = clock
    }

    /// What a catalogue says of a bundle.
    package init(_ entry: CatalogueEntry) {
        self.init(position: entry.position, sealed: entry.sealed, label: entry.label)
    }

    /// The bundle's path, relative to the archive's folder.
    package var path: String {
        "\(Period(from: position.from, to: position.to, label: label).year)/\(position.name).zip"
    }
}
