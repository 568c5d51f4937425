package import AuditModel
package import StrictJSON

/// What a catalogue says of one sealed bundle (docs/bundle-format.md, 12).
package struct CatalogueEntry: Sendable, Equatable {
    package var place: SealedPlace
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
    /// The place of the bundle that it corrects.
    package var supersedes: Int?
    /// Why it was sealed though a source did not cover its period.
    package var uncovered: String?
    /// When the bundle was removed, its time being over; a tombstone stands for it (docs/bundle-format.md, 12).
    package var removed: Timestamp?
    package var deployments = 0
    package var completed = 0
    package var failed = 0
    package var errors = 0
    package var warnings = 0

    package init(_ place: SealedPlace) { self.place = place }

    package static func == (left: CatalogueEntry, right: CatalogueEntry) -> Bool {
        left.value.bytes == right.value.bytes
    }

    /// What a bundle says of itself; when it was sealed, and by when it was promised, others know.
    ///
    /// - Parameters:
    ///   - place: its place.
    ///   - path: the file, relative to the catalogue's folder.
    ///   - bytes: the size of the file.
    ///   - description: its `bundle.json`.
    ///   - metrics: its `metrics.json`.
    package init(_ place: SealedPlace, path: String, bytes: Int, description: JSONValue, metrics: JSONValue) {
        func count(_ value: JSONValue?) -> Int { SeriesPart.count(value) ?? 0 }
        self.init(place)
        (self.path, self.bytes) = (path, bytes)
        label = description["period"]?["label"]?.string ?? ""
        key = description["key"]?["fingerprint"]?.string ?? ""
        uncovered = description["declared"]?["uncovered"]?.string
        supersedes = description["series"].flatMap(SeriesPart.init)?.supersedes?.sequence
        deployments = count(metrics["totalDeployments"])
        (completed, failed) = (count(metrics["successfulDeployments"]), count(metrics["failedDeployments"]))
        (errors, warnings) = (count(description["findings"]?["errors"]), count(description["findings"]?["warnings"]))
    }

    /// The year whose folder holds it.
    package var year: String { String(path.prefix { $0 != "/" }) }

    /// Whether it came later than the bundle before it promised.
    package var isLate: Bool { due.map { sealed > $0 } ?? false }

    package var value: JSONValue {
        var members = place.value.object ?? [:]
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
        func time(_ name: String) -> Timestamp? { value[name]?.string.flatMap { try? Timestamp.parse($0).time } }
        let names: Set = ["digest", "from", "name", "revision", "sequence", "to"]
        let own = JSONValue.object((value.object ?? [:]).filter { names.contains($0.key) })
        guard let place = SealedPlace(own), let label = value["label"]?.string, let path = value["path"]?.string,
            let sealed = time("sealed"), let key = value["key"]?.string, let bytes = SeriesPart.count(value["bytes"]),
            let deployments = SeriesPart.count(value["deployments"]),
            let completed = SeriesPart.count(value["completed"]), let failed = SeriesPart.count(value["failed"]),
            let errors = SeriesPart.count(value["errors"]), let warnings = SeriesPart.count(value["warnings"]),
            // So that no sum over a file of entries overflows.
            [bytes, deployments, completed, failed, errors, warnings].allSatisfy({ $0 <= 1 << 44 })
        else { return nil }
        self.init(place)
        (self.label, self.path, self.sealed, self.key, self.bytes) = (label, path, sealed, key, bytes)
        (self.deployments, self.completed, self.failed) = (deployments, completed, failed)
        (self.errors, self.warnings, due, removed) = (errors, warnings, time("due"), time("removed"))
        (supersedes, uncovered) = (SeriesPart.count(value["supersedes"]), value["uncovered"]?.string)
    }
}
