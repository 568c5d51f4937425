package import AuditModel
package import StrictJSON

/// A sealed bundle, named by what its signature is over.
package struct SeriesPosition: Sendable, Equatable {
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

    /// Reads a position back; nil if it is not in form.
    package init?(_ value: JSONValue) {
        guard let sequence = value["sequence"]?.sequence, let revision = value["revision"]?.revision,
            let name = value["name"]?.string, let digest = value["digest"]?.digest, let from = value["from"]?.time,
            let to = value["to"]?.time, from < to
        else { return nil }
        self.init(sequence: sequence, revision: revision, name: name, digest: digest, from: from, to: to)
        guard self.value == value else { return nil }
    }
}

/// A bundle's position in its series: the member `series` of `bundle.json`.
package struct SeriesPart: Sendable, Equatable {
    /// Names the series, with the basis and the filters.
    package let archive: String
    /// From 1, without gaps through all revisions.
    package let sequence: Int
    /// 0 for a period's first bundle, then one more for each correction.
    package let revision: Int
    /// The bundle one position before.
    package let previous: SeriesPosition?
    /// The bundle of the same period that this one corrects.
    package let supersedes: SeriesPosition?
    /// The period that comes next, and by when its bundle is promised.
    package let next: (from: Timestamp, to: Timestamp, due: Timestamp)
    /// Entries of the log that the previous position covers.
    package let logStart: Int
    /// The digests of the compact range of these entries, in hexadecimal, from left to right.
    package let range: [String]
    /// The consistency proof from them to the log's size (RFC 9162, 2.1.4), in hexadecimal; empty from 0.
    package let proof: [String]

    package init(
        archive: String, sequence: Int, revision: Int, previous: SeriesPosition?, supersedes: SeriesPosition?,
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
        guard let archive = value["archive"]?.string, let sequence = value["sequence"]?.sequence,
            let revision = value["revision"]?.revision, let next = SeriesPart.next(value["next"]),
            let logStart = value["log"]?["from"]?.count, let range = value["log"]?["range"]?.digests,
            let proof = value["log"]?["proof"]?.digests
        else { return nil }
        self.archive = archive
        self.sequence = sequence
        self.revision = revision
        self.next = next
        self.logStart = logStart
        self.range = range
        self.proof = proof
        previous = value["previous"].flatMap(SeriesPosition.init)
        supersedes = value["supersedes"].flatMap(SeriesPosition.init)
        guard self.value == value else { return nil }
    }

    /// Reads the period that is promised; nil if it is not in form.
    package static func next(_ value: JSONValue?) -> (from: Timestamp, to: Timestamp, due: Timestamp)? {
        guard let from = value?["from"]?.time, let to = value?["to"]?.time, let due = value?["due"]?.time
        else { return nil }
        return (from, to, due)
    }

    package static func value(ofNext next: (from: Timestamp, to: Timestamp, due: Timestamp)) -> JSONValue {
        .object(["due": .string(next.due.text), "from": .string(next.from.text), "to": .string(next.to.text)])
    }
}

extension JSONValue {
    /// The number of a correction, from 0 and below ``NumberLimits/maximumPlaces``; nil for anything else.
    fileprivate var revision: Int? {
        guard let number = count, number < NumberLimits.maximumSequence else { return nil }
        return number
    }
}

/// What a sealed bundle claims: all that says which position of which series it has, and of which log.
package struct SealedClaims: Sendable {
    package let name: String
    package let ledger: LedgerPart
    package let series: SeriesPart
    package let period: Period
    package let basis: Basis
    package let filters: BundleFilters
    package let isFiltered: Bool

    /// What tells one series from another: the ledger's name, the archive, the basis and the filters.
    package var seriesKey: JSONValue {
        .array([.string(ledger.origin), .string(series.archive), .string(basis.rawValue), filters.seriesValue])
    }

    /// The name of the series in the log's entries of seals.
    package var logName: String {
        SeriesPart.logName(archive: series.archive, basis: .string(basis.rawValue), filters: filters.seriesValue)
    }

    /// The position that the bundle takes, with the digest of its anchor.
    package func position(digest: String) -> SeriesPosition {
        SeriesPosition(
            sequence: series.sequence, revision: series.revision, name: name, digest: digest, from: period.from,
            to: period.to)
    }
}

extension SeriesPart {
    /// The name of a series in the log's entries of seals: archive, basis and filters, as canonical JSON.
    package static func logName(archive: String, basis: JSONValue, filters: JSONValue) -> String {
        let value = JSONValue.object(["archive": .string(archive), "basis": basis, "filters": filters])
        return String(decoding: value.bytes, as: UTF8.self)
    }

    /// Reads such a name back: the archive, and whether there are filters; nil if it is not in form.
    static func parse(logName: String) -> (archive: String, isFiltered: Bool)? {
        guard let value = try? JSONValue(parsing: Array(logName.utf8)),
            let archive = value["archive"]?.string, BundleName.problem(archive) == nil,
            let basis = value["basis"]?.string.flatMap(Basis.init),
            let filters = BundleFilters(ofSeries: value["filters"]),
            self.logName(archive: archive, basis: .string(basis.rawValue), filters: filters.seriesValue).utf8
                .elementsEqual(logName.utf8)
        else { return nil }
        return (archive, !filters.areEmpty)
    }
}

extension DescriptionClaims {
    /// What a bundle with a position in a series claims; nil for any other.
    ///
    /// Throws the problem of the first member that is not in form.
    package func sealedClaims() throws(FormProblem) -> SealedClaims? {
        guard let series = try series.get() else { return nil }
        guard let ledger = try ledger.get(), let period = try period.get() else {
            throw FormProblem(.malformed, "\(BundlePath.bundle): a series without a ledger or a period")
        }
        return SealedClaims(
            name: try name.get(), ledger: ledger, series: series, period: period, basis: try basis.get(),
            filters: try filters.get(), isFiltered: try isFiltered.get())
    }
}
