import AuditModel
import RecordContent
import StrictJSON

/// Members that are not read, and may hold records.
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

    /// Rejects each member of an object that may hold records, but for those that are read or follow from others: an object or
    /// array of one of the known names.
    mutating func rejectUnread(
        of object: Int, knowing known: [StaticString], as kinds: [JSONToken.Kind] = [.object, .array], _ tape: JSONTape,
        in bytes: Span<UInt8>, at position: RecordPosition
    ) {
        guard tape.tokens[object].kind == .object else { return }
        var own = position
        var previous = tape.tokens[object]
        tape.forEachMember(of: object) { key, value in
            let token = tape.tokens[value]
            own = own.moved(from: previous, to: token, in: bytes)
            previous = token
            let isContainer = token.kind == .object || token.kind == .array
            if kinds.contains(token.kind), known.contains(where: { tape.isName(key, $0, in: bytes) }) { return }
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
