internal import AuditModel
package import StrictJSON

/// What is left of a bundle that was removed when its time was over: enough to tell that it was the one in its place
/// (docs/bundle-format.md, 12).
package struct Tombstone: Sendable, Equatable {
    /// As the catalogue lists it, with the time of removal.
    package var entry: CatalogueEntry
    /// The ledger's name, and the series' archive, basis and filters.
    package var series = JSONValue.null
    /// The period that the bundle promised next, and by when.
    package var next = JSONValue.null
    /// Entries of the log that the place before covers, and that the bundle's log has.
    package var (logStart, logSize) = (0, 0)
    /// SHA-256 of the file, in hexadecimal.
    package var sha256 = ""
    /// Years that the bundle was kept, by the policy of then.
    package var keptYears = 0

    package init(_ entry: CatalogueEntry) { self.entry = entry }

    /// The tombstone of a bundle that describes itself; nil if it is no sealed one.
    package init?(_ entry: CatalogueEntry, description: JSONValue, sha256: String, keptYears: Int) {
        guard let series = description["series"].flatMap(SeriesPart.init),
            let ledger = description["ledger"].flatMap(LedgerPart.init),
            let key = SeriesPart.key(description)
        else { return nil }
        self.init(entry)
        (self.series, next) = (key, series.value["next"] ?? .null)
        (logStart, logSize, self.sha256, self.keptYears) = (series.logStart, ledger.size, sha256, keptYears)
    }

    package var value: JSONValue {
        .object([
            "bundle": entry.value, "keptYears": .integer(Int64(keptYears)),
            "log": .object(["from": .integer(Int64(logStart)), "size": .integer(Int64(logSize))]), "next": next,
            "series": series, "sha256": .string(sha256),
        ])
    }

    /// Reads a tombstone back; nil if it is not in form.
    package init?(_ value: JSONValue) {
        guard let entry = value["bundle"].flatMap(CatalogueEntry.init), entry.removed != nil,
            let start = SeriesPart.count(value["log"]?["from"]), let size = SeriesPart.count(value["log"]?["size"]),
            let years = SeriesPart.count(value["keptYears"]), let sha256 = value["sha256"]?.string
        else { return nil }
        self.init(entry)
        (logStart, logSize, keptYears, self.sha256) = (start, size, years, sha256)
        (series, next) = (value["series"] ?? .null, value["next"] ?? .null)
        guard self.value == value else { return nil }
    }
}

/// The file of an archive's tombstones: a signed note whose text is a line of origin, then a line for each.
package enum Tombstones {
    package static let file = "tombstones"
    /// The fewest years that a bundle is kept, whatever a policy says (Regulation (EU) 2023/1114, Article 68(9)).
    package static let minimumYears = 5

    /// The name under which an archive's tombstones are signed.
    package static func origin(_ archive: String) -> String { "cartulary/tombstones/\(archive)" }

    /// The signed text.
    package static func text(_ tombstones: [Tombstone], archive: String) -> [UInt8] {
        tombstones.reduce(into: Array((origin(archive) + "\n").utf8)) { $0 += $1.value.file }
    }

    /// Reads a text back; nil if it is not that of the archive, or a line is not in form.
    package static func read(_ text: [UInt8], archive: String) -> [Tombstone]? {
        var lines = text.split(separator: 0x0A)[...]
        guard let first = lines.popFirst(), first.elementsEqual(origin(archive).utf8) else { return nil }
        let tombstones = lines.compactMap { line in (try? JSONValue(parsing: Array(line))).flatMap(Tombstone.init) }
        return self.text(tombstones, archive: archive) == text ? tombstones : nil
    }
}
