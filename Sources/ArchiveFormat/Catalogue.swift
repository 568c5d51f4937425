package import AuditModel
import BundleFormat
package import MerkleTree
package import StrictJSON

/// What an archive's folder holds as a whole: how many bundles, which years, and what is still to come
/// (docs/bundle-format.md, 12).
///
/// The bundles are listed by year in files of their own (``CatalogueYear``): what a new bundle changes is then of one year,
/// however many an archive has.
package struct Catalogue: Sendable {
    /// The files in an archive's folder, besides the bundles; the first two stand in the folder of each year too.
    package static let file = "catalogue.json"
    package static let page = "catalogue.html"
    package static let checkpoint = "checkpoint"
    package static let format = "cartulary-catalogue/1"

    /// A period that was due and not sealed when the catalogue was written.
    package struct Waiting: Sendable, Equatable {
        package var label: String
        package var reasons: [String]

        package init(label: String, reasons: [String]) {
            self.label = label
            self.reasons = reasons
        }
    }

    /// How far the fixity check of the bundles has come.
    package struct Fixity: Sendable, Equatable {
        /// When it last took place, and the bundles that were read then.
        package var time: Timestamp
        package var bundles: Int
        /// Every bundle of then was read since; nil before the first round is complete.
        package var complete: Timestamp?
        /// Positions of bundles that are damaged or missing.
        package var damaged: [Int]

        package init(time: Timestamp, bundles: Int, complete: Timestamp?, damaged: [Int]) {
            self.time = time
            self.bundles = bundles
            self.complete = complete
            self.damaged = damaged
        }

        fileprivate var value: JSONValue {
            .object([
                "bundles": .integer(Int64(bundles)), "complete": complete.map { .string($0.text) } ?? .null,
                "damaged": .array(damaged.map { .integer(Int64($0)) }), "time": .string(time.text),
            ])
        }

        fileprivate init?(_ value: JSONValue) {
            guard let time = value["time"]?.time, let bundles = value["bundles"]?.count else { return nil }
            self.init(
                time: time, bundles: bundles, complete: value["complete"]?.time,
                damaged: (value["damaged"]?.array ?? []).compactMap(\.sequence))
        }
    }

    /// The archive's name, basis and filters, as in `series.json`.
    package var archive = ""
    package var basis = ""
    package var filters = JSONValue.object([:])
    /// The years that hold bundles, in order.
    package var years: [CatalogueYear.Summary] = []
    /// The bundle of the last position; nil without any.
    package var last: CatalogueEntry?
    /// The tree over the bundles' anchors, in the order of their positions: what the checkpoint is signed for.
    package var tree = CompactRange()
    /// Fingerprints of all keys that signed a bundle, in order.
    package var keys: [String] = []
    package var waiting: [Waiting] = []
    /// nil if no bundle was ever checked.
    package var fixity: Fixity?
    /// The period that comes next, and by when it is promised; nil without any bundle.
    package var next: (from: Timestamp, to: Timestamp, due: Timestamp)?

    package init(archive: String, basis: String, filters: JSONValue) {
        self.archive = archive
        self.basis = basis
        self.filters = filters
    }

    /// The name under which the archive's checkpoint is signed.
    package static func origin(_ archive: String) -> String { "cartulary/archive/\(archive)" }

    /// The tree over the bundles' anchors, in the order of their positions (RFC 6962, 2.1; a leaf is the anchor's SHA-256).
    package static func tree(_ digests: some Sequence<MerkleDigest>) -> CompactRange {
        var range = CompactRange()
        for digest in digests { range.append(digest.withUnsafeBytes(MerkleHash.leaf)) }
        return range
    }

    /// Bundles, those included that were removed.
    package var size: Int { tree.size }

    /// Appends the bundle of the next position; ``update(_:)`` brings its year up to date.
    package mutating func append(
        _ entry: CatalogueEntry, promising next: (from: Timestamp, to: Timestamp, due: Timestamp)?
    ) {
        if let digest = MerkleDigest(hexadecimal: entry.position.digest) {
            tree.append(digest.withUnsafeBytes(MerkleHash.leaf))
        }
        last = entry
        self.next = next
        if !keys.contains(entry.key) { keys = (keys + [entry.key]).sorted() }
    }

    /// Sums up a year anew.
    package mutating func update(_ year: CatalogueYear) {
        years.removeAll { $0.year == year.year }
        years.append(year.summary)
        years.sort { $0.year < $1.year }
    }

    package var value: JSONValue {
        var members: [String: JSONValue] = [
            "archive": .string(archive), "basis": .string(basis), "filters": filters,
            "format": .string(Catalogue.format), "keys": .array(keys.map(JSONValue.string)),
            "last": last?.value ?? .null,
            "next": next.map(SeriesPart.value(ofNext:)) ?? .null, "size": .integer(Int64(size)),
            "tree": .array(tree.hashes.map { .string($0.hexadecimal) }),
            "waiting": .array(
                waiting.map {
                    .object(["label": .string($0.label), "reasons": .array($0.reasons.map(JSONValue.string))])
                }), "years": .array(years.map(\.value)),
        ]
        members["fixity"] = fixity?.value
        return .object(members)
    }

    /// Reads a catalogue back; nil if it is not in form.
    package init?(_ value: JSONValue) {
        guard let archive = value["archive"]?.string, let basis = value["basis"]?.string,
            let filters = value["filters"], let years = value["years"]?.array,
            let size = value["size"]?.count, size <= NumberLimits.maximumSequence,
            let tree = CompactRange(
                size: size,
                hashes: (value["tree"]?.array ?? []).compactMap { $0.string.flatMap(MerkleDigest.init(hexadecimal:)) })
        else { return nil }
        self.init(archive: archive, basis: basis, filters: filters)
        self.tree = tree
        self.years = years.compactMap(CatalogueYear.Summary.init)
        keys = (value["keys"]?.array ?? []).compactMap(\.string)
        last = value["last"].flatMap(CatalogueEntry.init)
        waiting = (value["waiting"]?.array ?? []).map { waiting in
            Waiting(
                label: waiting["label"]?.string ?? "", reasons: (waiting["reasons"]?.array ?? []).compactMap(\.string))
        }
        next = SeriesPart.next(value["next"])
        fixity = value["fixity"].flatMap(Fixity.init)
        guard zip(self.years, self.years.dropFirst()).allSatisfy({ $0.year < $1.year }) else { return nil }
        guard self.value == value else { return nil }
    }
}
