package import AuditModel
package import StrictJSON

/// How a bundle came to be (docs/bundle-format.md, 7).
package enum BundleKind: String, CaseIterable, Sendable {
    /// Made from files, without a ledger.
    case oneShot = "one-shot"
    /// A period of a series, from a ledger.
    case sealed
    /// An answer from a ledger, outside any series.
    case response
}

/// The log that a bundle was drawn from: the member `ledger` of `bundle.json`.
package struct LedgerPart: Sendable, Equatable {
    /// The log's name in its checkpoints.
    package let origin: String
    /// Entries of the log, and their root in hexadecimal.
    package let size: Int
    package let root: String
    /// The signed note of origin, size and root.
    package let checkpoint: String
    /// Accepted records that are in the reconciliation and not in the sums: those that other sources brought.
    package let earlierTransitions: Int
    package let earlierDeploymentRecords: Int
    /// Logs that this one continues although they are lost: objects of `by`, `origin`, `reason`, `received`, `root`, `size`.
    package let breaks: [JSONValue]

    package init(
        origin: String, size: Int, root: String, checkpoint: String, earlierTransitions: Int,
        earlierDeploymentRecords: Int, breaks: [JSONValue]
    ) {
        self.origin = origin
        self.size = size
        self.root = root
        self.checkpoint = checkpoint
        self.earlierTransitions = earlierTransitions
        self.earlierDeploymentRecords = earlierDeploymentRecords
        self.breaks = breaks
    }

    package var value: JSONValue {
        .object([
            "breaks": .array(breaks), "checkpoint": .string(checkpoint),
            "earlier": .object([
                "deploymentRecords": .integer(Int64(earlierDeploymentRecords)),
                "transitions": .integer(Int64(earlierTransitions)),
            ]),
            "origin": .string(origin), "root": .string(root), "size": .integer(Int64(size)),
        ])
    }

    /// Reads the member back; nil if it is not in form.
    package init?(_ value: JSONValue) {
        guard let origin = value["origin"]?.string, let root = value["root"]?.string,
            let checkpoint = value["checkpoint"]?.string, let size = SeriesPart.count(value["size"]),
            let transitions = SeriesPart.count(value["earlier"]?["transitions"]),
            let records = SeriesPart.count(value["earlier"]?["deploymentRecords"])
        else { return nil }
        (self.origin, self.root, self.checkpoint, self.size) = (origin, root, checkpoint, size)
        (earlierTransitions, earlierDeploymentRecords) = (transitions, records)
        breaks = value["breaks"]?.array ?? []
        guard breaks.allSatisfy({ LedgerPart.words(ofBreak: $0) != nil }) else { return nil }
        guard self.value == value else { return nil }
    }
}

extension LedgerPart {
    /// What a declared break says, in words; nil if it is not in form.
    package static func words(ofBreak value: JSONValue) -> String? {
        guard Set((value.object ?? [:]).keys) == ["by", "origin", "reason", "received", "root", "size"],
            let by = value["by"]?.string, let origin = value["origin"]?.string, let reason = value["reason"]?.string,
            let received = value["received"]?.string, let root = value["root"]?.string,
            let size = SeriesPart.count(value["size"])
        else { return nil }
        return "log \(origin) of \(size) entries, root \(root), is lost (\(reason); declared by \(by), \(received))"
    }
}

/// A sealed bundle, named by what its signature is over.
package struct SealedPlace: Sendable, Equatable {
    package var sequence: Int
    package var revision: Int
    package var name: String
    /// SHA-256 of the tag manifest, in hexadecimal.
    package var digest: String
    package var from: Timestamp
    package var to: Timestamp

    package init(sequence: Int, revision: Int, name: String, digest: String, from: Timestamp, to: Timestamp) {
        self.sequence = sequence
        self.revision = revision
        self.name = name
        self.digest = digest
        self.from = from
        self.to = to
    }

    package var value: JSONValue {
        .object([
            "digest": .string(digest), "from": .string(from.text), "name": .string(name),
            "revision": .integer(Int64(revision)), "sequence": .integer(Int64(sequence)), "to": .string(to.text),
        ])
    }

    package init?(_ value: JSONValue) {
        guard let sequence = SeriesPart.count(value["sequence"]), let revision = SeriesPart.count(value["revision"]),
            let name = value["name"]?.string, let digest = value["digest"]?.string,
            let from = value["from"]?.string.flatMap({ try? Timestamp.parse($0).time }),
            let to = value["to"]?.string.flatMap({ try? Timestamp.parse($0).time })
        else { return nil }
        self.init(sequence: sequence, revision: revision, name: name, digest: digest, from: from, to: to)
        guard self.value == value else { return nil }
    }
}

extension SeriesPart {
    /// What tells one series from another: the ledger's name, the archive, the basis and the filters; nil for a bundle
    /// that is not sealed.
    package static func key(_ description: JSONValue) -> JSONValue? {
        guard let ledger = description["ledger"].flatMap(LedgerPart.init),
            let series = description["series"].flatMap(SeriesPart.init)
        else { return nil }
        return .array([
            .string(ledger.origin), .string(series.archive), description["basis"] ?? .null,
            description["filters"] ?? .null,
        ])
    }

    /// The name of a series in the log's entries of seals: archive, basis and filters, as canonical JSON.
    package static func logName(archive: String, basis: JSONValue, filters: JSONValue) -> String {
        let value = JSONValue.object(["archive": .string(archive), "basis": basis, "filters": filters])
        return String(decoding: value.bytes, as: UTF8.self)
    }
}

/// A bundle's place in its series: the member `series` of `bundle.json`.
package struct SeriesPart: Sendable, Equatable {
    /// Names the series, with the basis and the filters.
    package let archive: String
    /// From 1, without gaps through all revisions.
    package let sequence: Int
    /// 0 for a period's first bundle, then one more for each correction.
    package let revision: Int
    /// The bundle one place before.
    package let previous: SealedPlace?
    /// The bundle of the same period that this one corrects.
    package let supersedes: SealedPlace?
    /// The period that comes next, and by when its bundle is promised.
    package let next: (from: Timestamp, to: Timestamp, due: Timestamp)
    /// Entries of the log that the previous place covers.
    package let logStart: Int
    /// The digests of the compact range of these entries, in hexadecimal, from left to right.
    package let range: [String]
    /// The consistency proof from them to the log's size (RFC 9162, 2.1.4), in hexadecimal; empty from 0.
    package let proof: [String]

    package init(
        archive: String, sequence: Int, revision: Int, previous: SealedPlace?, supersedes: SealedPlace?,
        next: (from: Timestamp, to: Timestamp, due: Timestamp), logStart: Int, range: [String], proof: [String]
    ) {
        self.archive = archive
        self.sequence = sequence
        self.revision = revision
        self.previous = previous
        self.supersedes = supersedes
        self.next = next
        self.logStart = logStart
        self.range = range
        self.proof = proof
    }

    package static func == (left: SeriesPart, right: SeriesPart) -> Bool { left.value == right.value }

    package var value: JSONValue {
        func list(_ digests: [String]) -> JSONValue { .array(digests.map(JSONValue.string)) }
        return .object([
            "archive": .string(archive),
            "log": .object(["from": .integer(Int64(logStart)), "proof": list(proof), "range": list(range)]),
            "next": SeriesPart.value(ofNext: next), "previous": previous?.value ?? .null,
            "revision": .integer(Int64(revision)),
            "sequence": .integer(Int64(sequence)), "supersedes": supersedes?.value ?? .null,
        ])
    }

    /// Reads the member back; nil if it is not in form.
    package init?(_ value: JSONValue) {
        func list(_ name: String) -> [String]? { value["log"]?[name]?.array.map { $0.compactMap(\.string) } }
        guard let archive = value["archive"]?.string, let sequence = SeriesPart.count(value["sequence"]),
            let revision = SeriesPart.count(value["revision"]), let next = SeriesPart.next(value["next"]),
            let logStart = SeriesPart.count(value["log"]?["from"]), let range = list("range"),
            let proof = list("proof")
        else { return nil }
        (self.archive, self.sequence, self.revision) = (archive, sequence, revision)
        (self.next, self.logStart, self.range, self.proof) = (next, logStart, range, proof)
        previous = value["previous"].flatMap(SealedPlace.init)
        supersedes = value["supersedes"].flatMap(SealedPlace.init)
        guard self.value == value else { return nil }
    }

    /// Reads the period that is promised; nil if it is not in form.
    package static func next(_ value: JSONValue?) -> (from: Timestamp, to: Timestamp, due: Timestamp)? {
        guard let from = value?["from"]?.time, let to = value?["to"]?.time, let due = value?["due"]?.time
        else { return nil }
        return (from, to, due)
    }

    static func value(ofNext next: (from: Timestamp, to: Timestamp, due: Timestamp)) -> JSONValue {
        .object(["due": .string(next.due.text), "from": .string(next.from.text), "to": .string(next.to.text)])
    }

    static func count(_ value: JSONValue?) -> Int? {
        guard let number = value?.integer, (0...1 << 53).contains(number) else { return nil }
        return Int(number)
    }
}

/// `series.json` and `corrections.json` (docs/bundle-format.md, 7).
package enum SeriesFiles {
    /// Every earlier place of a series, in order.
    package static func series(
        archive: String, selection: Selection, places: [SealedPlace]
    ) -> JSONValue {
        .object([
            "archive": .string(archive), "basis": .string(selection.basis.rawValue),
            "filters": BundleDescription.filters(selection), "places": .array(places.map(\.value)),
        ])
    }

    /// A deployment whose line differs from that in the superseded bundle.
    package static func correction(deploymentID: String, before: [UInt8]?, after: [UInt8]?) -> [UInt8] {
        JSONValue.object([
            "after": after.map(JSONValue.canonical) ?? .null, "before": before.map(JSONValue.canonical) ?? .null,
            "deploymentId": .string(deploymentID),
        ]).bytes
    }
}
