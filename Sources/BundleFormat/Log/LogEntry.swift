package import AuditModel
import StrictJSON

/// An entry of the log that is no record, of a kind of docs/ledger.md: others are refused, nobody would see what they say.
package struct LogEntry: Sendable {
    package enum Kind: Sendable {
        case key(origin: String, publicKey: String)
        /// The end of a run.
        case run(Run)
        case request
        /// Settles a dispute of a deployment.
        case decision(Decision)
        /// A sealed bundle.
        case seal(Seal)
        /// A break: the canonical form of what `ledger.breaks` of a bundle shows of it.
        case recovery(words: [UInt8])
    }

    package struct Run: Sendable {
        package let number: Int
        /// The digests of the sources that it read, and of what it put into quarantine, in hexadecimal.
        package let sources: String
        package let quarantine: String
        /// Whether it kept bytes of rejected records.
        package let keepsBytes: Bool
        /// The names of the tables that it binds; nil if it binds none.
        package let tables: Set<String>?

        /// The tables that a run binds (docs/ledger.md).
        package static let boundTables: Set<String> = [
            "conflict", "decision", "deployment", "quarantine", "replaced", "request", "seal", "signer", "source",
            "spread", "tally",
        ]
    }

    package struct Decision: Sendable {
        package let deploymentID: String
        /// nil for deployment records.
        package let transitionID: String?
        /// The numbers in quarantine of what it settles, each once, in order.
        package let settles: [Int]
        /// The entries that the accepted record stands for from now on.
        package let replaces: [Int]
        /// SHA-256 of the content that stands, in hexadecimal.
        package let accepted: String
    }

    package struct Seal: Sendable {
        /// The series' name in the log, and what of it stands in the names of its bundles.
        package let series: String
        package let archive: String
        package let isFiltered: Bool
        package let position: SeriesPosition
        /// Entries of the log that it was made from.
        package let size: Int
        /// When it was sealed, by the ledger.
        package let sealed: Timestamp
    }

    package let kind: Kind
    /// The time of acceptance, which all entries of a run share.
    package let received: Timestamp

    /// Reads the bytes of an entry; nil if they are none of these, not canonical, or have other members.
    package init?(_ body: [UInt8]) {
        guard let value = try? JSONValue(parsing: body, tokenLimit: NumberLimits.entryTokens), value.bytes == body,
            let type = value["type"]?.string,
            let received = value["received"]?.canonicalTime, let names = Self.members[type],
            let own = value.object.map({ Set($0.keys) }), names.isSubset(of: own),
            own.subtracting(names).isSubset(of: ["received", "type", Self.optional[type] ?? "type"]),
            let kind = Self.kind(type, value, received: received)
        else { return nil }
        self.kind = kind
        self.received = received
    }

    private static let members: [String: Set<String>] = [
        "key": ["origin", "publicKey"], "run": ["finding", "quarantine", "rejected", "run", "source"],
        "request": ["digest", "key", "name", "request", "size"],
        "decision": ["accepted", "by", "deploymentId", "reason", "replaces", "settles"],
        "seal": ["digest", "from", "name", "request", "revision", "sequence", "series", "size", "to"],
        "recovery": ["by", "origin", "reason", "root", "size"],
    ]
    private static let optional = ["decision": "transitionId", "run": "tables"]

    private static func kind(_ type: String, _ value: JSONValue, received: Timestamp) -> Kind? {
        func text(_ name: String) -> String { value[name]?.string ?? "" }
        func all(_ names: [String], _ isInForm: (JSONValue) -> Bool) -> Bool {
            names.allSatisfy { value[$0].map(isInForm) ?? true }
        }
        let texts = ["by", "deploymentId", "key", "name", "origin", "publicKey", "reason", "series", "transitionId"]
        guard all(texts, { !($0.string ?? "").isEmpty }),
            all(["accepted", "digest", "finding", "quarantine", "root", "source"], { $0.digest != nil }),
            all(["tables"], { $0.object?.values.allSatisfy { $0.digest != nil } ?? false }),
            all(["request"], { $0.object != nil }), all(["size", "run"], { $0.count != nil }),
            all(["replaces", "settles"], { $0.numbers != nil }),
            all(["rejected"], { $0 == .string("bytes") || $0 == .string("digest-only") })
        else { return nil }
        switch type {
        case "key": return .key(origin: text("origin"), publicKey: text("publicKey"))
        case "request": return .request
        case "run":
            return .run(
                Run(
                    number: value["run"]?.count ?? 0, sources: text("source"), quarantine: text("quarantine"),
                    keepsBytes: text("rejected") == "bytes", tables: value["tables"]?.object.map { Set($0.keys) }))
        case "decision":
            guard let settles = value["settles"]?.numbers, let first = settles.first, first > 0,
                zip(settles, settles.dropFirst()).allSatisfy({ $0 < $1 })
            else { return nil }
            return .decision(
                Decision(
                    deploymentID: text("deploymentId"), transitionID: value["transitionId"]?.string, settles: settles,
                    replaces: value["replaces"]?.numbers ?? [], accepted: text("accepted")))
        case "seal":
            guard let series = SeriesPart.parse(logName: text("series")) else { return nil }
            let names: Set = ["digest", "from", "name", "revision", "sequence", "to"]
            let own = SeriesPosition(.object((value.object ?? [:]).filter { names.contains($0.key) }))
            let size = value["size"]?.count ?? 0
            return own.map { position in
                .seal(
                    Seal(
                        series: text("series"), archive: series.archive, isFiltered: series.isFiltered,
                        position: position, size: size, sealed: received))
            }
        default:
            let words = JSONValue.object((value.object ?? [:]).filter { $0.key != "type" })
            return LedgerPart.words(ofBreak: words).map { _ in .recovery(words: words.bytes) }
        }
    }
}

extension JSONValue {
    /// A list of counts; nil for anything else.
    fileprivate var numbers: [Int]? {
        array.flatMap { list in list.allSatisfy { $0.count != nil } ? list.compactMap(\.count) : nil }
    }
}
