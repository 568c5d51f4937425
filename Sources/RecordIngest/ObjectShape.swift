import RecordContent
import StrictJSON

/// What kind of record an object is, told by its members.
struct ObjectShape {
    enum Kind { case envelope, transition, deployment, unknown }

    var kind = Kind.unknown
    /// Token of the status history's array.
    var history: Int?
    private var idToken: Int?

    /// Tells the kind of the object whose layout the reader found last.
    init(_ layout: MemberLayout, keys: [Int32], tape: JSONTape) {
        func value(_ number: Int?) -> Int? {
            guard let number, tape.tokens[Int(keys[number]) + 1].kind != .null else { return nil }
            return Int(keys[number]) + 1
        }
        history = value(layout.statusHistory).flatMap { tape.tokens[$0].kind == .array ? $0 : nil }
        idToken = value(layout.deploymentID)
        let hasStatus = value(layout.status) != nil || value(layout.timestamp) != nil
        if value(layout.success) != nil && idToken == nil {
            kind = .envelope
        } else if hasStatus && history == nil {
            kind = .transition
        } else if idToken != nil || history != nil {
            kind = .deployment
        }
    }

    /// The deployment's identifier, unescaped; nil if it is not a string.
    func deploymentID(_ tape: JSONTape, in bytes: Span<UInt8>) -> [UInt8]? {
        guard let idToken, tape.tokens[idToken].kind == .string else { return nil }
        var text: [UInt8] = []
        JSONString.unescape(bytes, tape.tokens[idToken].inner, into: &text)
        return text
    }
}
