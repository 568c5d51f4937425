import AuditModel
import RecordContent
import StrictJSON

/// Members in which records may stand that nobody looked for there: kept as they came, and never passed over.
enum UnreadMember {
    /// The members of an envelope in which records are looked for.
    static let holders: [StaticString] = ["deployment", "deployments", "data"]
    /// Members that say why a request failed, in an object or a list.
    private static let explanations: [StaticString] = ["error", "errors", "errorDetails", "details"]

    static func isHolder(_ name: [UInt8]) -> Bool { holders.contains { name.span.equals($0, 0..<name.count) } }

    /// A value of a member as far as it matters whether records may be in it.
    struct Value {
        var kind: JSONToken.Kind
        /// A container without anything in it.
        var isEmpty = false
        /// A text that could hold records.
        var isSuspect = false
    }

    /// Why a member of an envelope is not read, though records may be in it; nil if there is nothing to be read.
    static func reason(_ name: [UInt8], _ value: Value, hasFailed: Bool) -> String? {
        let shown = MemberName.shown(name)
        switch value.kind {
        case .null: return nil
        case .object, .array:
            if value.isEmpty { return nil }
            if hasFailed, explanations.contains(where: { name.span.equals($0, 0..<name.count) }) { return nil }
            return place(shown, value.kind == .object ? "an object" : "a list")
        case .string: return value.isSuspect ? place(shown, "a text that could hold records") : nil
        case .number, .true, .false:
            guard isHolder(name) else { return nil }
            let kind = value.kind == .number ? "a number" : "\(value.kind)"
            return "member \(shown) is \(kind), expected an object, a list or a text"
        }
    }

    private static func place(_ name: String, _ what: String) -> String {
        "member \(name) is \(what), expected records only in deployment, deployments or data"
    }
}

/// The name of a member as a message shows it.
enum MemberName {
    static func shown(_ name: [UInt8]) -> String {
        let name = String(decoding: name, as: UTF8.self)
        return "\"\(name.count > 64 ? name.prefix(64) + "…" : name[...])\""
    }

    /// The name that stands in a text, escapes kept.
    static func shown(_ name: Range<Int>, in bytes: Span<UInt8>) -> String {
        var text: [UInt8] = []
        JSONString.unescape(bytes, name, into: &text)
        return shown(text)
    }
}

extension RecordCollector {
    /// What a value at hand is, as far as it matters whether records may be in it.
    static func unreadValue(_ token: JSONToken, at index: Int, in bytes: Span<UInt8>) -> UnreadMember.Value {
        UnreadMember.Value(
            kind: token.kind, isEmpty: Int(token.next) == index + 1,
            isSuspect: token.kind == .string && HiddenRecords.areIn(bytes, token.range))
    }

    /// Whether a value is more than a claim: an object, a list, or a text that could hold records.
    static func couldHoldRecords(_ token: JSONToken, in bytes: Span<UInt8>) -> Bool {
        switch token.kind {
        case .object, .array: true
        case .string: HiddenRecords.areIn(bytes, token.range)
        case .number, .true, .false, .null: false
        }
    }

    /// Rejects each member of an object that may hold records, but for those that are read or follow from others.
    mutating func rejectUnread(
        of object: Int, knowing known: [StaticString], _ tape: JSONTape, in bytes: Span<UInt8>,
        at position: RecordPosition
    ) {
        guard tape.tokens[object].kind == .object else { return }
        var own = position
        var previous = tape.tokens[object]
        tape.forEachMember(of: object) { key, value in
            let token = tape.tokens[value]
            own = own.moved(from: previous, to: token, in: bytes)
            previous = token
            let isContainer = token.kind == .object || token.kind == .array
            if isContainer, known.contains(where: { tape.isName(key, $0, in: bytes) }) { return }
            guard RecordCollector.couldHoldRecords(token, in: bytes), !isContainer || Int(token.next) > value + 1 else {
                return
            }
            let name = MemberName.shown(tape.tokens[key].inner, in: bytes)
            rejectMember(token.range, in: bytes, at: own, for: "member \(name) is not read there, and may hold records")
        }
    }

    /// Keeps a member that was not read as it came.
    mutating func rejectMember(
        _ range: Range<Int>, in bytes: Span<UInt8>, at position: RecordPosition, for reason: String
    ) {
        reject(
            Rejection(
                problem: RecordProblem(.unreadMember, reason), position: position, of: bytes, in: range,
                deploymentID: nil))
    }
}
