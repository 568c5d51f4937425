package import AuditModel
import MerkleTree
package import StrictJSON

/// `sources.json` and `sources.csv` (docs/bundle-format.md, 7).
package enum IntakeFiles {
    package static func sums(_ sums: IntakeSums) -> JSONValue {
        .object(
            Dictionary(
                uniqueKeysWithValues: IntakeSums.all.map { ($0.name, .integer(Int64(sums[keyPath: $0.path]))) }))
    }

    package static func reconciliation(_ reconciliation: Reconciliation) -> JSONValue {
        func destinations(_ counts: [Int]) -> JSONValue {
            var members: [String: JSONValue] = ["accepted": .integer(Int64(counts.reduce(0, +)))]
            for destination in Selection.Destination.allCases {
                members[destination.name] = .integer(Int64(counts[destination.rawValue]))
            }
            return .object(members)
        }
        return .object([
            "deploymentRecords": destinations(reconciliation.deploymentRecords),
            "transitions": destinations(reconciliation.transitions),
        ])
    }

    package static func sources(
        _ sources: [SourceSummary], _ sums: IntakeSums, reconciliation: Reconciliation
    ) -> JSONValue {
        .object([
            "reconciliation": Self.reconciliation(reconciliation), "sources": .array(sources.map(source)),
            "sums": Self.sums(sums),
        ])
    }

    /// One source, as `sources.json` lists it.
    package static func source(_ source: SourceSummary) -> JSONValue {
        var members: [String: JSONValue] = [
            "accepted": .integer(Int64(source.accepted)), "bytes": .integer(Int64(source.size)),
            "claims": .object(source.claims.mapValues(JSONValue.string)),
            "compression": .string(source.isGzip ? "gzip" : "none"), "conflicts": .integer(Int64(source.conflicts)),
            "duplicates": .integer(Int64(source.duplicates)), "name": .string(source.name),
            "read": .integer(Int64(source.read)), "rejected": .integer(Int64(source.rejected)),
            "sha256": .string(source.sha256), "shape": .string(source.shape),
        ]
        members["firstTime"] = source.firstTime.map { .string($0.text) }
        members["lastTime"] = source.lastTime.map { .string($0.text) }
        return .object(members)
    }

    package static let sourceColumns = [
        "source", "name", "sha256", "bytes", "compression", "shape", "read", "accepted", "duplicates", "conflicts",
        "rejected", "firstTime", "lastTime", "claims",
    ]

    package static func sourceTable(_ sources: [SourceSummary]) -> [UInt8] {
        var output = CSV.row(sourceColumns)
        for (index, source) in sources.enumerated() {
            let claims = JSONValue.object(source.claims.mapValues(JSONValue.string))
            output += CSV.row([
                "\(index)", source.name, source.sha256, "\(source.size)", source.isGzip ? "gzip" : "none",
                source.shape, "\(source.read)", "\(source.accepted)", "\(source.duplicates)", "\(source.conflicts)",
                "\(source.rejected)", source.firstTime?.text ?? "", source.lastTime?.text ?? "",
                source.claims.isEmpty ? "" : String(decoding: claims.bytes, as: UTF8.self),
            ])
        }
        return output
    }
}

extension IntakeFiles {
    /// Reads sums back; nil if one of the format's is missing, is no count, or there are others.
    package static func sums(_ value: JSONValue) -> IntakeSums? {
        guard let members = value.members(Set(IntakeSums.all.map(\.name))) else { return nil }
        var sums = IntakeSums()
        for (name, path) in IntakeSums.all {
            guard let count = members[name]?.count else { return nil }
            sums[keyPath: path] = count
        }
        return sums
    }

    /// Reads a source back from `sources.json`; nil if a member is missing or writing it gives something else.
    package static func source(_ value: JSONValue) -> SourceSummary? {
        func number(_ name: String) -> Int { value[name]?.count ?? 0 }
        var summary = SourceSummary()
        summary.name = value["name"]?.string ?? ""
        summary.shape = value["shape"]?.string ?? ""
        summary.sha256 = value["sha256"]?.string ?? ""
        summary.size = number("bytes")
        summary.isGzip = value["compression"]?.string == "gzip"
        summary.read = number("read")
        summary.accepted = number("accepted")
        summary.duplicates = number("duplicates")
        summary.conflicts = number("conflicts")
        summary.rejected = number("rejected")
        summary.firstTime = value["firstTime"]?.time
        summary.lastTime = value["lastTime"]?.time
        summary.claims = value["claims"]?.object?.compactMapValues(\.string) ?? [:]
        guard MerkleDigest(hexadecimal: summary.sha256)?.hexadecimal == summary.sha256 else { return nil }
        return source(summary).bytes == value.bytes ? summary : nil
    }
}

/// `sources.json`, as it was read back.
package struct SourcesFile: Sendable {
    package let sources: [SourceSummary]
    package let sums: IntakeSums
    package let reconciliation: ReconciliationClaims
    /// Whether the file is the canonical form of what it says.
    package let isCanonical: Bool

    /// Decodes the file, of which the sources were decoded before, from canonical elements, as far as they are left out.
    package static func decode(_ bytes: [UInt8], behind sources: [SourceSummary] = []) -> Claim<SourcesFile> {
        FormProblem.claim(bytes, of: BundlePath.sources) { value in
            guard let file = SourcesFile(value, behind: sources, isCanonical: value.file == bytes) else {
                return .failure(
                    FormProblem(
                        .malformed, "\(BundlePath.sources): expected reconciliation, sources and sums in form"))
            }
            return .success(file)
        }
    }

    private init?(_ value: JSONValue, behind known: [SourceSummary], isCanonical: Bool) {
        guard let members = value.members(["reconciliation", "sources", "sums"]),
            let elements = members["sources"]?.array, let sums = members["sums"].flatMap(IntakeFiles.sums),
            let reconciliation = members["reconciliation"].flatMap(ReconciliationClaims.init)
        else { return nil }
        let sources = elements.compactMap(IntakeFiles.source)
        guard sources.count == elements.count else { return nil }
        self.sources = known + sources
        self.sums = sums
        self.reconciliation = reconciliation
        self.isCanonical = isCanonical
    }
}

/// The reconciliation of a bundle, as it was read back: whether it adds up is not yet known.
package struct ReconciliationClaims: Sendable, Equatable {
    /// How many records of one kind were accepted, and how many went to each destination.
    package struct Counts: Sendable, Equatable {
        package let accepted: Int
        private let destinations: [Int]

        /// Reads the counts; nil if one of the format's destinations is missing, is no count, or there are others.
        package init?(_ value: JSONValue?) {
            guard let members = value?.members(Self.names), let accepted = members["accepted"]?.count else {
                return nil
            }
            let destinations = Selection.Destination.allCases.compactMap { members[$0.name]?.count }
            guard destinations.count == Selection.Destination.allCases.count else { return nil }
            self.accepted = accepted
            self.destinations = destinations
        }

        private static let names = Set(Selection.Destination.allCases.map(\.name) + ["accepted"])

        package subscript(destination: Selection.Destination) -> Int { destinations[destination.rawValue] }

        /// The records of all destinations.
        package var sum: Int { destinations.reduce(0, +) }

        /// The records of each destination.
        fileprivate var all: [Int] { destinations }
    }

    package let deploymentRecords: Counts
    package let transitions: Counts

    /// The same as counts alone.
    package var reconciliation: Reconciliation {
        var reconciliation = Reconciliation()
        reconciliation.deploymentRecords = deploymentRecords.all
        reconciliation.transitions = transitions.all
        return reconciliation
    }

    package init?(_ value: JSONValue) {
        guard let members = value.members(["deploymentRecords", "transitions"]),
            let deploymentRecords = Counts(members["deploymentRecords"]),
            let transitions = Counts(members["transitions"])
        else { return nil }
        self.deploymentRecords = deploymentRecords
        self.transitions = transitions
    }
}
