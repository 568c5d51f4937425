package import AuditModel
import RecordContent
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

    /// A record of which the first bytes are given, or nil.
    package init(
        code: FindingCode, reason: String, position: SourcePosition, sha256: String, byteCount: Int, raw: [UInt8]?,
        deploymentID: String?
    ) {
        self.init(
            code: code, reason: reason, position: position, sha256: sha256, byteCount: byteCount,
            rawBase64: raw.map { Base64.encode($0) }, deploymentID: deploymentID)
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

    /// The reason of a transition of a deployment that has as many as the limit.
    package static let surplusReason =
        "over 50,000 transitions of one deployment, or over 24 MiB or 1,750,000 values and names of them"
    /// The reason of a deployment's own record that has no room beside the others.
    package static let recordSurplusReason =
        "over 3 MiB or 100,000 values and names of records of one deployment, beside its transitions"

    /// The finding that it was rejected.
    package var finding: Finding { Finding(code, deploymentID: deploymentID, actual: reason, position: position) }

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

extension ConflictRecord {
    /// Reads an element back; nil if a member is missing, not in form, or not one of the format's.
    ///
    /// Whether the others are records of their own does not stand in it; they count as such.
    package init?(_ value: JSONValue) {
        guard let members = value.object, members["kind"]?.string == "conflict",
            Set(members.keys).subtracting(["transitionId"]) == ["deploymentId", "kept", "kind", "of", "others"],
            let deploymentID = members["deploymentId"]?.string, let kept = members["kept"],
            members["transitionId"].map({ $0.string != nil }) ?? true,
            members["of"]?.string == (members["transitionId"] == nil ? "deployment" : "transition"),
            let others = members["others"]?.array
        else { return nil }
        let contents = others.compactMap { other -> (content: [UInt8], position: SourcePosition)? in
            guard let members = other.members(["content", "line", "offset", "source"]),
                let content = members["content"],
                let position = SourcePosition(other)
            else { return nil }
            return (content.bytes, position)
        }
        guard contents.count == others.count else { return nil }
        self.init(
            deploymentID: deploymentID, transitionID: members["transitionId"]?.string, kept: kept.bytes,
            others: contents)
    }

    /// The same, of sources with other numbers.
    package func moved(by sources: Int) -> ConflictRecord {
        var moved = self
        for index in moved.others.indices { moved.others[index].position.source += sources }
        return moved
    }
}

extension ConflictRecord {
    /// The finding that a transition contradicts the one that stays.
    package static func finding(
        _ deploymentID: String, _ transitionID: String, kept: String, other: String, at position: SourcePosition
    ) -> Finding {
        Finding(
            .conflictingRecord, deploymentID: deploymentID, transitionID: transitionID,
            expected: "content with SHA-256 \(kept)", actual: "content with SHA-256 \(other)", position: position)
    }

    /// The finding that a deployment's record contradicts the others in a member that cannot change.
    package static func finding(_ deploymentID: String, _ member: String, at position: SourcePosition) -> Finding {
        Finding(
            .conflictingDeployment, deploymentID: deploymentID, expected: "the same \(member) in every record",
            actual: "another", position: position)
    }
}

/// An element of `rejected.json`, as far as a bundle is judged by it.
package enum RejectedElement: Sendable {
    case record(RejectedRecord)
    /// Contradicting records; its others are those that do not stand in the history.
    case conflict(ConflictRecord)

    /// Reads an element; nil if it is neither, or not canonical.
    package init?(_ element: [UInt8]) {
        var parser = JSONParser()
        parser.tokenLimit = FormatLimits.lineValues
        let span = element.span
        guard (try? parser.parseDocument(span, 0..<span.count)) != nil, JSONValue.isCanonical(element, parser.tape)
        else { return nil }
        let value = RejectedElement.value(0, parser.tape, of: element)
        if let record = RejectedRecord(value) {
            self = .record(record)
        } else if let conflict = ConflictRecord(value) {
            self = .conflict(conflict)
        } else {
            return nil
        }
    }

    /// A value whose records, those of `kept` and `content`, stay bytes: a tree of them would take far more memory.
    private static func value(_ token: Int, _ tape: JSONTape, of text: [UInt8]) -> JSONValue {
        let span = text.span
        switch tape.tokens[token].kind {
        case .array:
            var elements: [JSONValue] = []
            tape.forEachElement(of: token) { elements.append(value($0, tape, of: text)) }
            return .array(elements)
        case .object:
            var members: [String: JSONValue] = [:]
            tape.forEachMember(of: token) { key, member in
                guard let name = JSONValue(key, tape, in: span).string else { return }
                let isRecord = name == "kept" || name == "content"
                let range = tape.tokens[member].range
                members[name] = isRecord ? .canonical(Array(text[range])) : value(member, tape, of: text)
            }
            return .object(members)
        default: return JSONValue(token, tape, in: span)
        }
    }
}
