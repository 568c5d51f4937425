internal import AuditModel
package import BundleFormat
import MerkleTree
package import StrictJSON

/// What is left of a bundle that was removed when its time was over: enough to tell that it was the one in its position
/// (docs/bundle-format.md, 12).
package struct Tombstone: Sendable, Equatable {
    /// As the catalogue lists it, with the time of removal.
    package var entry: CatalogueEntry
    /// The ledger's name, and the series' archive, basis and filters.
    package var series = JSONValue.null
    /// The period that the bundle promised next, and by when.
    package var next = JSONValue.null
    /// Entries of the log that the position before covers, and that the bundle's log has.
    package var logStart = 0
    package var logSize = 0
    /// SHA-256 of the file, in hexadecimal.
    package var sha256 = ""
    /// Years that the bundle was kept, by the policy of then.
    package var keptYears = 0

    package init(_ entry: CatalogueEntry) { self.entry = entry }

    /// The tombstone of a bundle that describes itself; nil if it is no sealed one.
    package init?(_ entry: CatalogueEntry, description: DescriptionClaims, sha256: String, keptYears: Int) {
        guard let sealed = try? description.sealedClaims() else { return nil }
        self.init(entry)
        series = sealed.seriesKey
        next = sealed.series.value["next"] ?? .null
        logStart = sealed.series.logStart
        logSize = sealed.ledger.size
        self.sha256 = sha256
        self.keptYears = keptYears
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
            let start = value["log"]?["from"]?.count, let size = value["log"]?["size"]?.count,
            let years = value["keptYears"]?.count, let sha256 = value["sha256"]?.string
        else { return nil }
        self.init(entry)
        logStart = start
        logSize = size
        keptYears = years
        self.sha256 = sha256
        series = value["series"] ?? .null
        next = value["next"] ?? .null
        guard next == .null || SeriesPart.next(next).map(SeriesPart.value(ofNext:)) == next else { return nil }
        guard self.value == value else { return nil }
    }
}

extension Tombstone {
    /// The longest time, in seconds, between the end of a period and the time by which its bundle is promised.
    private static let maximumDue: Int64 = 3660 * 86_400

    /// What is wrong with what it says; nil if it can be.
    package var problem: String? { timeProblem ?? formProblem }

    private var formProblem: String? {
        let name = entry.position.name
        if MerkleDigest(hexadecimal: sha256)?.hexadecimal != sha256 { return "\(name) has a sha256 that is no digest" }
        if keptYears < Tombstones.minimumYears {
            return "\(name) was kept \(keptYears) years, expected at least \(Tombstones.minimumYears)"
        }
        if !Tombstone.isFingerprint(entry.key) { return "\(name) names a key that is no fingerprint" }
        if let uncovered = entry.uncovered, !((1...200).contains(uncovered.utf8.count) && PlainLine.isPlain(uncovered))
        {
            return "\(name) has an uncovered that is not 1 to 200 bytes in one line"
        }
        let period = Period(label: entry.label)
        if !entry.label.isEmpty, period?.from != entry.position.from || period?.to != entry.position.to {
            return "\(name) has a label that is not the name of its period"
        }
        let year = Period(
            from: entry.position.from, to: entry.position.to, label: entry.label.isEmpty ? nil : entry.label
        ).year
        if entry.path != "\(year)/\(name).zip" { return "\(name) has a path that is not \(year)/\(name).zip" }
        if logStart > logSize { return "\(name) has a log from \(logStart), of \(logSize) entries" }
        if entry.completed + entry.failed > entry.deployments {
            return
                "\(name) had \(entry.completed) completed and \(entry.failed) failed of \(entry.deployments) deployments"
        }
        return nil
    }

    private static func isFingerprint(_ text: String) -> Bool {
        let prefix = "SHA256:"
        return text.hasPrefix(prefix) && text.utf8.count == prefix.utf8.count + 43
            && text.utf8.dropFirst(prefix.utf8.count).allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2B
                    || $0 == 0x2F
            }
    }

    /// What is wrong with the times that it names; nil if they can be.
    private var timeProblem: String? {
        let position = entry.position
        if let due = entry.due, due > position.to.adding(seconds: Tombstone.maximumDue) {
            return "\(position.name) was promised by \(due.text), more than 3660 days after its period"
        }
        if let next = SeriesPart.next(next), next.due > next.to.adding(seconds: Tombstone.maximumDue) {
            return "\(position.name) promises the next bundle by \(next.due.text), more than 3660 days after its period"
        }
        return nil
    }

    /// The name of the archive; empty if the series is not in form.
    package var archive: String { part(1)?.string ?? "" }
    /// The basis, by name; empty if the series is not in form.
    package var basis: String { part(2)?.string ?? "" }
    /// The filters as `bundle.json` had them; null if the series is not in form.
    package var filters: JSONValue { part(3) ?? .null }

    private func part(_ index: Int) -> JSONValue? {
        guard let parts = series.array, parts.indices.contains(index) else { return nil }
        return parts[index]
    }
}

/// The file of an archive's tombstones: a signed note whose text is a line of origin, then a line for each.
package enum Tombstones {
    package static let file = "tombstones"
    /// The form of the text, and its version; a line of another form is refused.
    package static let format = "cartulary-tombstones/1"
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
        let tombstones = lines.compactMap { line in
            // Who signs may have written anything; a tree takes far more memory than its bytes.
            (try? JSONValue(parsing: Array(line), tokenLimit: NumberLimits.fileTokens)).flatMap(Tombstone.init)
        }
        return self.text(tombstones, archive: archive) == text ? tombstones : nil
    }
}
