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

    /// Tells the kind of the object whose layout the reader found last.
    init(_ layout: MemberLayout, _ keys: [Int32], _ tape: JSONTape) {
        func value(_ place: Int?) -> Int? {
            guard let place, tape.tokens[Int(keys[place]) + 1].kind != .null else { return nil }
            return Int(keys[place]) + 1
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
