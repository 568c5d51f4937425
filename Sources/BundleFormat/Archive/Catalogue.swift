package import AuditModel
package import MerkleTree
package import StrictJSON

/// What an archive's folder holds: every sealed bundle of a series in the order of its places, and what is still to come
/// (docs/bundle-format.md, 12).
package struct Catalogue: Sendable {
    /// The files in an archive's folder, besides the bundles.
    package static let (file, page, checkpoint) = ("catalogue.json", "catalogue.html", "checkpoint")
    package static let format = "cartulary-catalogue/1"

    /// A period that was due and not sealed when the catalogue was written.
    package struct Waiting: Sendable, Equatable {
        package var label: String
        package var reasons: [String]

        package init(label: String, reasons: [String]) { (self.label, self.reasons) = (label, reasons) }
    }

    /// The archive's name, basis and filters, as in `series.json`.
    package var archive = ""
    package var basis = ""
    package var filters = JSONValue.object([:])
    /// By place, from 1 without gaps.
    package var entries: [CatalogueEntry] = []
    package var waiting: [Waiting] = []
    /// The period that comes next, and by when it is promised; nil without any bundle.
    package var next: (from: Timestamp, to: Timestamp, due: Timestamp)?

    package init(archive: String, basis: String, filters: JSONValue) {
        (self.archive, self.basis, self.filters) = (archive, basis, filters)
    }

    /// The name under which the archive's checkpoint is signed.
    package static func origin(_ archive: String) -> String { "cartulary/archive/\(archive)" }

    /// The root of the tree over the bundles' anchors, in the order of their places (RFC 6962, 2.1; a leaf is the anchor's
    /// SHA-256).
    package static func root(_ digests: [MerkleDigest]) -> MerkleDigest {
        var range = CompactRange()
        for digest in digests { range.append(digest.withUnsafeBytes(MerkleHash.leaf)) }
        return range.root
    }

    package var value: JSONValue {
        .object([
            "archive": .string(archive), "basis": .string(basis), "bundles": .array(entries.map(\.value)),
            "filters": filters, "format": .string(Catalogue.format),
            "next": next.map {
                .object(["due": .string($0.due.text), "from": .string($0.from.text), "to": .string($0.to.text)])
            } ?? .null,
            "waiting": .array(
                waiting.map {
                    .object(["label": .string($0.label), "reasons": .array($0.reasons.map(JSONValue.string))])
                }),
        ])
    }

    /// Reads a catalogue back; nil if it is not in form.
    package init?(_ value: JSONValue) {
        func time(_ name: String) -> Timestamp? {
            value["next"]?[name]?.string.flatMap { try? Timestamp.parse($0).time }
        }
        guard let archive = value["archive"]?.string, let basis = value["basis"]?.string,
            let filters = value["filters"], let bundles = value["bundles"]?.array
        else { return nil }
        self.init(archive: archive, basis: basis, filters: filters)
        entries = bundles.compactMap(CatalogueEntry.init)
        waiting = (value["waiting"]?.array ?? []).map { waiting in
            Waiting(
                label: waiting["label"]?.string ?? "", reasons: (waiting["reasons"]?.array ?? []).compactMap(\.string))
        }
        if let from = time("from"), let to = time("to"), let due = time("due") { next = (from, to, due) }
        guard self.value == value else { return nil }
    }

    /// The latest bundle of each period, by period.
    package var current: [CatalogueEntry] {
        var latest: [Timestamp: CatalogueEntry] = [:]
        for entry in entries { latest[entry.place.from] = entry }
        return latest.values.sorted { $0.place.from < $1.place.from }
    }
}
