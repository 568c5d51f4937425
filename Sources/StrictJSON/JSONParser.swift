/// A strict parser of RFC 8259 JSON into a tape.
///
/// It refuses what RFC 8259 does, and besides: repeated member names (after unescaping), lone surrogates and bytes that
/// are not UTF-8 (RFC 7493), a byte order mark, and nesting beyond ``maximumDepth``. Numbers stay source text.
package struct JSONParser {
    /// Deep enough for any record, shallow enough for every later stage to be recursive.
    package static let maximumDepth = 128
    /// The levels of a record, less than those of a file: a bundle's files hold records some levels deep.
    package static let maximumRecordDepth = 112

    /// Levels beyond which a text is refused.
    package var depthLimit = JSONParser.maximumDepth
    /// Values and names beyond which a text is refused: a tree takes far more memory than its bytes.
    package var tokenLimit = Int.max
    package var tape = JSONTape()
    /// Whether an object that has a name twice is refused; RFC 8259 allows it, records never may.
    package var refusesRepeatedNames = true
    private var openContainers: [UInt32] = []
    private var names = MemberNameCheck()

    package init() {}

    /// Reads one value that fills `range` but for white space around it; the tape then holds it from index 0 on.
    package mutating func parseDocument(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(JSONError) {
        let end = try parseValue(bytes, range)
        let rest = bytes.skippingWhitespace(from: end, to: range.upperBound)
        guard rest == range.upperBound else { throw JSONError(.trailingBytes, at: rest) }
    }

    /// Reads one value at the beginning of `range`, after white space.
    ///
    /// - Returns: the offset behind the value.
    package mutating func parseValue(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(JSONError) -> Int {
        guard range.upperBound < Int(UInt32.max) else { throw JSONError(.tooLong, at: range.lowerBound) }
        tape.tokens.removeAll(keepingCapacity: true)
        openContainers.removeAll(keepingCapacity: true)
        let limit = range.upperBound
        var position = bytes.skippingWhitespace(from: range.lowerBound, to: limit)
        var needsValue = true
        repeat {
            guard tape.tokens.count <= tokenLimit else { throw JSONError(.tooManyValues, at: position) }
            if needsValue {
                position = try readValue(bytes, from: position, to: limit, needsValue: &needsValue)
            } else {
                position = try readAfterValue(bytes, from: position, to: limit, needsValue: &needsValue)
            }
        } while !openContainers.isEmpty
        return position
    }

    /// Reads a value's beginning, and a scalar wholly.
    ///
    /// `needsValue` says whether a value must follow.
    private mutating func readValue(
        _ bytes: Span<UInt8>, from position: Int, to limit: Int, needsValue: inout Bool
    ) throws(JSONError) -> Int {
        guard position < limit else { throw JSONError(.unexpectedEnd, at: position) }
        switch bytes[position] {
        case UInt8(ascii: "\""):
            needsValue = false
            return try readString(bytes, from: position, to: limit)
        case UInt8(ascii: "{"):
            return try beginContainer(.object, bytes, at: position, to: limit, needsValue: &needsValue)
        case UInt8(ascii: "["):
            return try beginContainer(.array, bytes, at: position, to: limit, needsValue: &needsValue)
        default:
            needsValue = false
            return try readScalar(bytes, from: position, to: limit)
        }
    }

    private mutating func beginContainer(
        _ kind: JSONToken.Kind, _ bytes: Span<UInt8>, at position: Int, to limit: Int, needsValue: inout Bool
    ) throws(JSONError) -> Int {
        guard openContainers.count < depthLimit else { throw JSONError(.nestingTooDeep, at: position) }
        openContainers.append(UInt32(tape.tokens.count))
        pushToken(kind, from: position, to: position)
        let next = bytes.skippingWhitespace(from: position + 1, to: limit)
        guard next < limit else { throw JSONError(.unexpectedEnd, at: next) }
        if bytes[next] == UInt8(ascii: kind == .object ? "}" : "]") {
            closeContainer(next + 1)
            needsValue = false
            return bytes.skippingWhitespace(from: next + 1, to: openContainers.isEmpty ? next + 1 : limit)
        }
        needsValue = true
        return kind == .object ? try readName(bytes, from: next, to: limit) : next
    }

    /// Reads what follows a value inside a container: a comma and the next value's beginning, or the end.
    private mutating func readAfterValue(
        _ bytes: Span<UInt8>, from start: Int, to limit: Int, needsValue: inout Bool
    ) throws(JSONError) -> Int {
        let position = bytes.skippingWhitespace(from: start, to: limit)
        guard position < limit, let container = openContainers.last else {
            throw JSONError(.unexpectedEnd, at: position)
        }
        let isObject = tape.tokens[Int(container)].kind == .object
        switch bytes[position] {
        case UInt8(ascii: ","):
            needsValue = true
            let next = bytes.skippingWhitespace(from: position + 1, to: limit)
            return isObject ? try readName(bytes, from: next, to: limit) : next
        case UInt8(ascii: "}") where isObject:
            if refusesRepeatedNames, let name = names.repetition(tape, Int(container), in: bytes) {
                throw JSONError(.repeatedName, at: Int(tape.tokens[name].start))
            }
            closeContainer(position + 1)
        case UInt8(ascii: "]") where !isObject: closeContainer(position + 1)
        default: throw JSONError(.unexpectedByte, at: position)
        }
        return position + 1
    }

    private mutating func readName(_ bytes: Span<UInt8>, from start: Int, to limit: Int) throws(JSONError) -> Int {
        guard start < limit else { throw JSONError(.unexpectedEnd, at: start) }
        guard bytes[start] == UInt8(ascii: "\"") else { throw JSONError(.unexpectedByte, at: start) }
        let end = try readString(bytes, from: start, to: limit)
        if let container = openContainers.last, let key = tape.tokens.last, key.hasEscape || key.isNotASCII {
            tape.tokens[Int(container)].hasEscape = tape.tokens[Int(container)].hasEscape || key.hasEscape
            tape.tokens[Int(container)].isNotASCII = tape.tokens[Int(container)].isNotASCII || key.isNotASCII
        }
        let colon = bytes.skippingWhitespace(from: end, to: limit)
        guard colon < limit else { throw JSONError(.unexpectedEnd, at: colon) }
        guard bytes[colon] == UInt8(ascii: ":") else { throw JSONError(.unexpectedByte, at: colon) }
        return bytes.skippingWhitespace(from: colon + 1, to: limit)
    }

    private mutating func readString(_ bytes: Span<UInt8>, from start: Int, to limit: Int) throws(JSONError) -> Int {
        let scan = try JSONString.scan(bytes, from: start + 1, to: limit)
        pushToken(.string, from: start, to: scan.end + 1, hasEscape: scan.hasEscape, isNotASCII: scan.isNotASCII)
        return scan.end + 1
    }

    private mutating func readScalar(_ bytes: Span<UInt8>, from start: Int, to limit: Int) throws(JSONError) -> Int {
        switch bytes[start] {
        case UInt8(ascii: "t"): return try readLiteral("true", .true, in: bytes, from: start, to: limit)
        case UInt8(ascii: "f"): return try readLiteral("false", .false, in: bytes, from: start, to: limit)
        case UInt8(ascii: "n"): return try readLiteral("null", .null, in: bytes, from: start, to: limit)
        default:
            let end = try JSONNumber.scan(bytes, from: start, to: limit)
            pushToken(.number, from: start, to: end)
            return end
        }
    }

    private mutating func readLiteral(
        _ text: StaticString, _ kind: JSONToken.Kind, in bytes: Span<UInt8>, from start: Int, to limit: Int
    ) throws(JSONError) -> Int {
        let end = start + text.utf8CodeUnitCount
        guard end <= limit else { throw JSONError(.unexpectedEnd, at: start) }
        guard bytes.equals(text, start..<end) else { throw JSONError(.unexpectedByte, at: start) }
        pushToken(kind, from: start, to: end)
        return end
    }

    private mutating func pushToken(
        _ kind: JSONToken.Kind, from start: Int, to end: Int, hasEscape: Bool = false, isNotASCII: Bool = false
    ) {
        tape.tokens.append(
            JSONToken(
                start: UInt32(start), end: UInt32(end), next: UInt32(tape.tokens.count + 1), kind: kind,
                hasEscape: hasEscape, isNotASCII: isNotASCII))
    }

    private mutating func closeContainer(_ end: Int) {
        guard let container = openContainers.popLast() else { return }
        tape.tokens[Int(container)].end = UInt32(end)
        tape.tokens[Int(container)].next = UInt32(tape.tokens.count)
    }
}

extension Span<UInt8> {
    /// The offset of the first byte from `start` on that is not JSON white space.
    @inlinable
    package func skippingWhitespace(from start: Int, to limit: Int) -> Int {
        var position = start
        while position < limit {
            let byte = self[position]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { break }
            position += 1
        }
        return position
    }
}
