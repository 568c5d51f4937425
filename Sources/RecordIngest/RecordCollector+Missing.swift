import AuditModel
import CSVRows
import RecordContent
import StrictJSON

/// The members that make an object a record (docs/domain.md, 1): what is missing is said before all else.
extension RecordCollector {
    /// What a transition lacks; nil if it has an identifier of its deployment, or a parent, and a status and a time.
    func missingFromTransition(_ layout: MemberLayout, hasParent: Bool, in bytes: Span<UInt8>) -> RecordProblem? {
        let hasID = hasParent || isPresent(layout.deploymentID)
        let hasStatus = isPresent(layout.status)
        let hasTime = isPresent(layout.timestamp)
        if hasID, hasStatus, hasTime { return nil }
        return missing(
            (hasID ? [] : [["deploymentId"]]) + (hasStatus ? [] : [["status"]]) + (hasTime ? [] : [["timestamp"]]),
            in: bytes)
    }

    /// What a deployment lacks; nil if it has an identifier, and a current status or a history.
    func missingFromDeployment(_ layout: MemberLayout, in bytes: Span<UInt8>) -> RecordProblem? {
        let hasID = isPresent(layout.deploymentID)
        let hasState = isHistoryApart || isPresent(layout.currentStatus) || isPresent(layout.statusHistory)
        if hasID, hasState { return nil }
        return missing(
            (hasID ? [] : [["deploymentId"]]) + (hasState ? [] : [["currentStatus", "statusHistory"]]), in: bytes)
    }

    /// What an object lacks that is neither a record nor an envelope.
    func missingFromUnknown(in bytes: Span<UInt8>) -> RecordProblem {
        var problem = missing(
            [foundName(like: "success", in: bytes) == nil ? ["deploymentId"] : ["success"]], in: bytes)
        problem.reason = "neither a deployment nor a transition: \(problem.reason)"
        return problem
    }

    /// Whether a member of the object whose layout was found last is there, and not null.
    func isPresent(_ number: Int?) -> Bool {
        guard let number else { return false }
        return parser.tape.tokens[Int(reader.keys[number]) + 1].kind != .null
    }

    /// Says which members are missing, each of them or one of its alternatives, and which look as if they were meant.
    private func missing(_ members: [[String]], in bytes: Span<UInt8>) -> RecordProblem {
        var hasFound = false
        let parts = members.map { names in
            let found = names.compactMap { foundName(like: $0, in: bytes) }.first
            hasFound = hasFound || found != nil
            return "\(names.joined(separator: " or ")) missing" + (found.map { ", found \($0)" } ?? "")
        }
        let text = parts.joined(separator: "; ")
        return RecordProblem(
            .malformedRecord, hasFound ? text + ": only the service's own names are read" : text + foundNames(in: bytes)
        )
    }

    /// The members that are there and not null: what was meant in the place of the missing one may be among them.
    private func foundNames(in bytes: Span<UInt8>) -> String {
        let present = reader.keys.filter { parser.tape.tokens[Int($0) + 1].kind != .null }
        let names = present.prefix(FoundNames.maximum + 1).map { key in
            var text: [UInt8] = []
            text.append(bytes, parser.tape.tokens[Int(key)].inner.prefix(SimilarName.maximumBytes + 1))
            return String(decoding: text, as: UTF8.self)
        }
        return FoundNames.text(names).map { "; its members are \($0)" } ?? ""
    }

    /// The first name in the object that differs from a member's in case and punctuation alone.
    private func foundName(like name: String, in bytes: Span<UInt8>) -> String? {
        for key in reader.keys {
            let token = parser.tape.tokens[Int(key)]
            guard token.inner.count <= 64, !token.hasEscape, !token.isNotASCII else { continue }
            var text: [UInt8] = []
            text.append(bytes, token.inner)
            if let similar = SimilarName.match(text, name) { return similar }
        }
        return nil
    }
}
