/// Writes RFC 8785 canonical JSON.
///
/// A number whose source text is not its canonical form is written as a string of that text, so no digit is lost.
package struct CanonicalJSON {
    private var order: [Int32] = []

    package init() {}

    /// Appends the canonical form of a value.
    package mutating func write(
        _ value: Int, _ tape: JSONTape, in bytes: Span<UInt8>, into output: inout [UInt8]
    ) {
        let token = tape.tokens[value]
        switch token.kind {
        case .object: writeObject(value, tape, in: bytes, into: &output)
        case .array: writeArray(value, tape, in: bytes, into: &output)
        case .string: CanonicalJSON.writeString(token, bytes, into: &output)
        case .number: CanonicalJSON.writeNumber(token, bytes, into: &output)
        case .true, .false, .null: output.append(bytes, token.range)
        }
    }

    /// Appends a checked string; without an escape its source is its canonical form.
    package static func writeString(_ token: JSONToken, _ bytes: Span<UInt8>, into output: inout [UInt8]) {
        guard token.hasEscape else { return output.append(bytes, token.range) }
        var text: [UInt8] = []
        JSONString.unescape(bytes, token.inner, into: &text)
        JSONString.write(text.span, 0..<text.count, into: &output)
    }

    package static func writeNumber(_ token: JSONToken, _ bytes: Span<UInt8>, into output: inout [UInt8]) {
        let isCanonical = JSONNumber.isCanonical(bytes, token.range)
        if !isCanonical { output.append(UInt8(ascii: "\"")) }
        output.append(bytes, token.range)
        if !isCanonical { output.append(UInt8(ascii: "\"")) }
    }

    /// How many values and member names a canonical text has: as many as a parser's tape of it.
    package static func valueCount(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int {
        var count = 1
        var position = range.lowerBound
        while position < range.upperBound {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                while position < range.upperBound, bytes[position] != UInt8(ascii: "\"") {
                    position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
                }
            case UInt8(ascii: ","), UInt8(ascii: ":"): count += 1
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                let next = position + 1 < range.upperBound ? bytes[position + 1] : 0
                if next != UInt8(ascii: "}"), next != UInt8(ascii: "]") { count += 1 }
            default: break
            }
            position += 1
        }
        return count
    }

    private mutating func writeArray(
        _ array: Int, _ tape: JSONTape, in bytes: Span<UInt8>, into output: inout [UInt8]
    ) {
        output.append(UInt8(ascii: "["))
        var index = array + 1
        let end = Int(tape.tokens[array].next)
        while index < end {
            if index > array + 1 { output.append(UInt8(ascii: ",")) }
            write(index, tape, in: bytes, into: &output)
            index = Int(tape.tokens[index].next)
        }
        output.append(UInt8(ascii: "]"))
    }

    private mutating func writeObject(
        _ object: Int, _ tape: JSONTape, in bytes: Span<UInt8>, into output: inout [UInt8]
    ) {
        let first = order.count
        MemberOrder.append(object, tape, in: bytes, to: &order)
        output.append(UInt8(ascii: "{"))
        for index in first..<order.count {
            let key = Int(order[index])
            if index > first { output.append(UInt8(ascii: ",")) }
            CanonicalJSON.writeString(tape.tokens[key], bytes, into: &output)
            output.append(UInt8(ascii: ":"))
            write(key + 1, tape, in: bytes, into: &output)
        }
        output.append(UInt8(ascii: "}"))
        order.removeLast(order.count - first)
    }
}

/// The order of members in canonical JSON: by UTF-16 code units of their names.
package enum MemberOrder {
    /// Appends the name tokens of an object's members in canonical order.
    package static func append(_ object: Int, _ tape: JSONTape, in bytes: Span<UInt8>, to order: inout [Int32]) {
        let first = order.count
        var index = object + 1
        let end = Int(tape.tokens[object].next)
        let plain = !tape.tokens[object].hasEscape && !tape.tokens[object].isNotASCII
        while index < end {
            var target = order.count
            order.append(Int32(index))
            if order.count - first <= 64 {
                // Sources write members in one order, so few steps are made.
                while target > first, precedes(index, Int(order[target - 1]), in: tape, of: bytes, isPlain: plain) {
                    order[target] = order[target - 1]
                    target -= 1
                }
                order[target] = Int32(index)
            }
            index = Int(tape.tokens[index + 1].next)
        }
        if order.count - first > 64 {
            let sorted = order[first...].sorted { precedes(Int($0), Int($1), in: tape, of: bytes, isPlain: plain) }
            order.replaceSubrange(first..., with: sorted)
        }
    }

    private static func precedes(
        _ left: Int, _ right: Int, in tape: JSONTape, of bytes: Span<UInt8>, isPlain plain: Bool
    ) -> Bool {
        let a = tape.tokens[left].inner
        let b = tape.tokens[right].inner
        guard plain else { return compareUTF16(unescaped(bytes, a), unescaped(bytes, b)) < 0 }
        // Names mostly differ in their first eight bytes: one comparison then.
        let first = bytes.leadingWord(a)
        let second = bytes.leadingWord(b)
        if first != second { return first < second }
        let common = min(a.count, b.count)
        for offset in 0..<common {
            let x = bytes[a.lowerBound + offset]
            let y = bytes[b.lowerBound + offset]
            if x != y { return x < y }
        }
        return a.count < b.count
    }

    private static func unescaped(_ bytes: Span<UInt8>, _ range: Range<Int>) -> [UInt8] {
        var text: [UInt8] = []
        JSONString.unescape(bytes, range, into: &text)
        return text
    }

    /// Orders two UTF-8 texts by UTF-16 code units.
    package static func compareUTF16(_ left: [UInt8], _ right: [UInt8]) -> Int {
        let a = String(decoding: left, as: UTF8.self).utf16
        let b = String(decoding: right, as: UTF8.self).utf16
        for (x, y) in zip(a, b) where x != y { return Int(x) - Int(y) }
        return a.count - b.count
    }
}
