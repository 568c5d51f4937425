package import AuditModel
package import BundleFormat
package import StrictJSON

/// What a catalogue says of one sealed bundle (docs/bundle-format.md, 12).
package struct CatalogueEntry: Sendable, Equatable {
    package var position: SeriesPosition
    /// The period's name.
    package var label = ""
    /// The file, relative to the catalogue's folder.
    package var path = ""
    /// Bytes of the file.
    package var bytes = 0
    /// When it was sealed, as its signer says.
    package var sealed = Timestamp.unset
    /// By when it was promised; nil for the first period of a series, and for corrections.
    package var due: Timestamp?
    /// The fingerprint of the key that signed it.
    package var key = ""
    /// The sequence of the bundle that it corrects.
    package var supersedes: Int?
    /// Why it was sealed though a source did not cover its period.
    package var uncovered: String?
    /// When the bundle was removed after its retention expired; a tombstone stands for it (docs/bundle-format.md, 12).
    package var removed: Timestamp?
    package var deployments = 0
    package var completed = 0
    package var failed = 0
    package var errors = 0
    package var warnings = 0

    package init(_ position: SeriesPosition) { self.position = position }

    package static func == (left: CatalogueEntry, right: CatalogueEntry) -> Bool {
        left.value.bytes == right.value.bytes
    }

    /// What a bundle says of itself; when it was sealed, and by when it was promised, others know.
    ///
    /// - Parameters:
    ///   - position: its position.
    ///   - path: the file, relative to the catalogue's folder.
    ///   - bytes: the size of the file.
    ///   - description: its `bundle.json`; figures that are not in form count as 0.
    ///   - metrics: its `metrics.json`; nil if that is not in form.
    package init(
        _ position: SeriesPosition, path: String, bytes: Int, description: DescriptionClaims, metrics: MetricCounts?
    ) {
        self.init(position)
        self.path = path
        self.bytes = bytes
        label = description.period.value?.flatMap(\.label) ?? ""
        key = description.key.value?.fingerprint ?? ""
        uncovered = description.declared.value?["uncovered"]
        supersedes = description.series.value?.flatMap(\.supersedes)?.sequence
        deployments = metrics?.deployments ?? 0
        completed = metrics?.successful ?? 0
        failed = metrics?.failed ?? 0
        errors = description.findings.value?.errors ?? 0
        warnings = description.findings.value?.warnings ?? 0
    }

    /// The year whose folder holds it.
    package var year: String { String(path.prefix { $0 != "/" }) }

    /// Whether it came later than the bundle before it promised.
    package var isLate: Bool { due.map { sealed > $0 } ?? false }

    package var value: JSONValue {
        var members = position.value.object ?? [:]
        let counts = [
            "bytes": bytes, "completed": completed, "deployments": deployments, "errors": errors, "failed": failed,
            "warnings": warnings,
        ]
        for (name, count) in counts { members[name] = .integer(Int64(count)) }
        members["due"] = due.map { .string($0.text) } ?? .null
        members["key"] = .string(key)
        members["label"] = .string(label)
        members["path"] = .string(path)
        members["removed"] = removed.map { .string($0.text) }
        members["sealed"] = .string(sealed.text)
        members["supersedes"] = supersedes.map { .integer(Int64($0)) } ?? .null
        members["uncovered"] = uncovered.map(JSONValue.string) ?? .null
        return .object(members)
    }

    /// Reads an entry back; nil if it lacks something.
    ///
    /// Whether it has more than that, whoever reads a whole file compares.
    package init?(_ value: JSONValue) {
        let names: Set = ["digest", "from", "name", "revision", "sequence", "to"]
        let own = JSONValue.object((value.object ?? [:]).filter { names.contains($0.key) })
        func figure(_ name: String) -> Int? { value[name]?.count.flatMap { $0 <= Self.maximumFigure ? $0 : nil } }
        guard let position = SeriesPosition(own), let label = value["label"]?.string, let path = value["path"]?.string,
            let sealed = value["sealed"]?.time, let key = value["key"]?.string, let bytes = figure("bytes"),
            let deployments = figure("deployments"), let completed = figure("completed"),
            let failed = figure("failed"), let errors = figure("errors"), let warnings = figure("warnings")
        else { return nil }
        self.init(position)
        self.label = label
        self.path = path
        self.sealed = sealed
        self.key = key
        self.bytes = bytes
        self.deployments = deployments
        self.completed = completed
        self.failed = failed
        self.errors = errors
        self.warnings = warnings
        due = value["due"]?.time
        removed = value["removed"]?.time
        supersedes = value["supersedes"]?.sequence
        uncovered = value["uncovered"]?.string
    }

    /// So large that no bundle reaches it, so small that no sum over a file of entries overflows.
    private static let maximumFigure = 1 << 44
}
