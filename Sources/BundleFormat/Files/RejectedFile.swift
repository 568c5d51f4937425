package import AuditModel
package import StrictJSON

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

    /// Reads an element back; nil if a member is missing, not in form, or not one of the format's.
    package init?(_ value: JSONValue) {
        let required: Set = ["bytes", "code", "kind", "line", "offset", "reason", "sha256", "source"]
        guard let members = value.object, value["kind"]?.string == "rejected",
            Set(members.keys).subtracting(["raw", "deploymentId"]) == required,
            let code = members["code"]?.string.flatMap(FindingCode.init), let reason = members["reason"]?.string,
            let position = SourcePosition(value), let sha256 = members["sha256"]?.string,
            let byteCount = members["bytes"]?.count,
            members["raw"].map({ $0.string != nil }) ?? true, members["deploymentId"].map({ $0.string != nil }) ?? true
        else { return nil }
        self.init(
            code: code, reason: reason, position: position, sha256: sha256, byteCount: byteCount,
            rawBase64: members["raw"]?.string, deploymentID: members["deploymentId"]?.string)
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

extension SourcePosition {
    /// Reads the members `source`, `line` and `offset`; nil if one is missing or no count.
    init?(_ value: JSONValue) {
        guard let source = value["source"]?.count, let line = value["line"]?.count,
            let offset = value["offset"]?.count
        else { return nil }
        self.init(source: source, line: line, offset: offset)
    }
}

/// An element of `rejected.json`, as far as a bundle is judged by it.
package enum RejectedElement: Sendable {
    case record(RejectedRecord)
    /// Contradicting records; `others` are those that do not stand in the history.
    case conflict(others: Int)

    /// Reads an element; nil if it is neither, or not canonical.
    package init?(_ element: [UInt8]) {
        guard let value = try? JSONValue(parsing: element), JSONValue.isCanonical(element) else { return nil }
        if let record = RejectedRecord(value) {
            self = .record(record)
        } else if let others = RejectedElement.conflict(value) {
            self = .conflict(others: others)
        } else {
            return nil
        }
    }

    /// The number of others of a conflict; nil if a member is missing, not in form, or not one of the format's.
    private static func conflict(_ value: JSONValue) -> Int? {
        guard let members = value.object, members["kind"]?.string == "conflict",
            Set(members.keys).subtracting(["transitionId"]) == ["deploymentId", "kept", "kind", "of", "others"],
            members["deploymentId"]?.string != nil, members["transitionId"].map({ $0.string != nil }) ?? true,
            members["of"]?.string == (members["transitionId"] == nil ? "deployment" : "transition"),
            let others = members["others"]?.array,
            others.allSatisfy({
                $0.members(["content", "line", "offset", "source"]) != nil && SourcePosition($0) != nil
            })
        else { return nil }
        return others.count
    }
}
