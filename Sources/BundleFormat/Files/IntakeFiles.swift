package import AuditModel
package import StrictJSON

/// `sources.json`, `sources.csv` and `rejected.json` (docs/bundle-format.md, 7).
package enum IntakeFiles {
    package static func sums(_ sums: IntakeSums) -> JSONValue {
        .object(
            Dictionary(
                uniqueKeysWithValues: IntakeSums.all.map { ($0.name, .integer(Int64(sums[keyPath: $0.path]))) }))
    }

    package static func reconciliation(_ reconciliation: Reconciliation) -> JSONValue {
        func places(_ counts: [Int]) -> JSONValue {
            var members: [String: JSONValue] = ["accepted": .integer(Int64(counts.reduce(0, +)))]
            for place in Selection.Destination.allCases {
                members[place.name] = .integer(Int64(counts[place.rawValue]))
            }
            return .object(members)
        }
        return .object([
            "deploymentRecords": places(reconciliation.deploymentRecords),
            "transitions": places(reconciliation.transitions),
        ])
    }

    package static func sources(
        _ sources: [SourceSummary], _ sums: IntakeSums, _ reconciliation: Reconciliation
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

/// A rejected record, as `rejected.json` keeps it.
package struct RejectedRecord: Sendable {
    package var code: FindingCode
    package var reason: String
    package var position: SourcePosition
    /// SHA-256 of all its bytes, in hexadecimal.
    package var sha256: String
    package var byteCount: Int
    /// The first bytes in base64; nil when only the digest is kept.
    package var rawBase64: String?
    package var deploymentID: String?

    package init(
        code: FindingCode, reason: String, position: SourcePosition, sha256: String, byteCount: Int,
        rawBase64: String?, deploymentID: String?
    ) {
        self.code = code
        self.reason = reason
        self.position = position
        self.sha256 = sha256
        self.byteCount = byteCount
        self.rawBase64 = rawBase64
        self.deploymentID = deploymentID
    }

    /// The canonical element.
    package var element: [UInt8] {
        var members: [String: JSONValue] = [
            "bytes": .integer(Int64(byteCount)), "code": .string(code.rawValue), "kind": .string("rejected"),
            "line": .integer(Int64(position.line)), "offset": .integer(Int64(position.offset)),
            "reason": .string(reason), "sha256": .string(sha256), "source": .integer(Int64(position.source)),
        ]
        members["raw"] = rawBase64.map(JSONValue.string)
        members["deploymentId"] = deploymentID.map(JSONValue.string)
        return JSONValue.object(members).bytes
    }
}

/// Contradicting records, as `rejected.json` keeps them side by side.
package struct ConflictRecord: Sendable {
    package var deploymentID: String
    /// nil for deployment records.
    package var transitionID: String?
    /// Canonical content of the record that stays in the history.
    package var kept: [UInt8]
    package var others: [(content: [UInt8], position: SourcePosition)]
    /// Whether the others are records of their own; the columns of CSV rows are not.
    package var isCounted: Bool

    package init(
        deploymentID: String, transitionID: String?, kept: [UInt8],
        others: [(content: [UInt8], position: SourcePosition)], isCounted: Bool = true
    ) {
        self.isCounted = isCounted
        self.deploymentID = deploymentID
        self.transitionID = transitionID
        self.kept = kept
        self.others = others
    }

    /// The canonical element.
    package var element: [UInt8] {
        let entries = others.map { other in
            JSONValue.object([
                "content": .canonical(other.content), "line": .integer(Int64(other.position.line)),
                "offset": .integer(Int64(other.position.offset)), "source": .integer(Int64(other.position.source)),
            ])
        }
        var members: [String: JSONValue] = [
            "deploymentId": .string(deploymentID), "kept": .canonical(kept), "kind": .string("conflict"),
            "of": .string(transitionID == nil ? "deployment" : "transition"), "others": .array(entries),
        ]
        members["transitionId"] = transitionID.map(JSONValue.string)
        return JSONValue.object(members).bytes
    }
}

extension IntakeFiles {
    /// Reads a source back from `sources.json`; nil if a member is missing or writing it gives something else.
    package static func source(_ value: JSONValue) -> SourceSummary? {
        func number(_ name: String) -> Int { value[name]?.integer.flatMap(Int.init(exactly:)) ?? 0 }
        var summary = SourceSummary()
        (summary.name, summary.shape) = (value["name"]?.string ?? "", value["shape"]?.string ?? "")
        (summary.sha256, summary.size) = (value["sha256"]?.string ?? "", number("bytes"))
        summary.isGzip = value["compression"]?.string == "gzip"
        (summary.read, summary.accepted, summary.duplicates) = (
            number("read"), number("accepted"), number("duplicates")
        )
        (summary.conflicts, summary.rejected) = (number("conflicts"), number("rejected"))
        summary.firstTime = value["firstTime"]?.string.flatMap { try? Timestamp.parse($0).time }
        summary.lastTime = value["lastTime"]?.string.flatMap { try? Timestamp.parse($0).time }
        summary.claims = value["claims"]?.object?.compactMapValues(\.string) ?? [:]
        return source(summary).bytes == value.bytes ? summary : nil
    }
}
