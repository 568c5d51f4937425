import AuditModel
import Glibc
import RecordContent
import StrictJSON

/// What kind of record an object is, told by its members.
struct ObjectShape {
    enum Kind { case envelope, transition, deployment, unknown }

    var kind = Kind.unknown
    /// Token of the status history's array.
    var history: Int?
    private var idToken: Int?

    init(_ object: Int, _ tape: JSONTape, _ bytes: Span<UInt8>) {
        var (hasStatus, hasSuccess, hasID): (Bool, Bool, Bool) = (false, false, false)
        var (history, idToken): (Int?, Int?) = (nil, nil)
        tape.forEachMember(of: object) { key, value in
            guard tape.tokens[value].kind != .null else { return }
            switch ObjectShape.known(key, tape, bytes) {
            case .deploymentId: (hasID, idToken) = (true, value)
            case .status, .timestamp: hasStatus = true
            case .statusHistory where tape.tokens[value].kind == .array: history = value
            default: if tape.isName(key, "success", in: bytes) { hasSuccess = true }
            }
        }
        self.history = history
        self.idToken = idToken
        if hasSuccess && !hasID {
            kind = .envelope
        } else if hasStatus && history == nil {
            kind = .transition
        } else if hasID || history != nil {
            kind = .deployment
        }
    }

    private static func known(_ key: Int, _ tape: JSONTape, _ bytes: Span<UInt8>) -> KnownMember? {
        guard tape.tokens[key].hasEscape else { return KnownMember.named(bytes, tape.tokens[key].inner) }
        var name: [UInt8] = []
        JSONString.unescape(bytes, tape.tokens[key].inner, into: &name)
        return KnownMember.named(name.span, 0..<name.count)
    }

    /// The deployment's identifier, unescaped; nil if it is not a string.
    func deploymentID(_ tape: JSONTape, _ bytes: Span<UInt8>) -> [UInt8]? {
        guard let idToken, tape.tokens[idToken].kind == .string else { return nil }
        var text: [UInt8] = []
        JSONString.unescape(bytes, tape.tokens[idToken].inner, into: &text)
        return text
    }
}

extension RecordPlace {
    /// The place of a token in a text that fills `range` and begins here; leading white space is on the first line.
    func moved(to token: JSONToken, _ range: Range<Int>) -> RecordPlace {
        RecordPlace(line: line, offset: offset + Int(token.start) - range.lowerBound)
    }

    /// The place of a later token, when this is the place of `from`.
    func moved(from: JSONToken, to token: JSONToken, _ bytes: Span<UInt8>) -> RecordPlace {
        let between = bytes.extracting(Int(from.start)..<Int(token.start))
        let lines = between.withUnsafeBufferPointer { $0.count { $0 == 0x0A } }
        return RecordPlace(line: line + lines, offset: offset + between.count)
    }
}

extension Span<UInt8> {
    /// The index of the next line end, or the end of the span.
    func indexOfLineEnd(from start: Int) -> Int {
        self.extracting(start..<count).withUnsafeBufferPointer { rest in
            guard let base = rest.baseAddress, let found = memchr(base, 0x0A, rest.count) else {
                return start + rest.count
            }
            return start + (UnsafeRawPointer(found) - UnsafeRawPointer(base))
        }
    }
}
