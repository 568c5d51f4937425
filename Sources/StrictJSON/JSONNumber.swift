/// Numbers of JSON as source text, and the one form that RFC 8785, 3.2.2.3, gives a binary64.
package enum JSONNumber {
    /// Finds the end of the number at `start`.
    static func scan(_ bytes: Span<UInt8>, from start: Int, to limit: Int) throws(JSONError) -> Int {
        var position = start
        func digits() -> Int {
            let first = position
            while position < limit, bytes[position] >= 0x30, bytes[position] <= 0x39 { position += 1 }
            return position - first
        }
        if bytes[position] == UInt8(ascii: "-") { position += 1 }
        let integer = position
        let integerDigits = digits()
        guard integerDigits > 0 else {
            let code: JSONError.Code = position > start ? .invalidNumber : .unexpectedByte
            throw JSONError(code, at: position)
        }
        if integerDigits > 1, bytes[integer] == 0x30 { throw JSONError(.invalidNumber, at: integer) }
        if position < limit, bytes[position] == UInt8(ascii: ".") {
            position += 1
            guard digits() > 0 else { throw JSONError(.invalidNumber, at: position) }
        }
        if position < limit, bytes[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            if position < limit, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
                position += 1
            }
            guard digits() > 0 else { throw JSONError(.invalidNumber, at: position) }
        }
        return position
    }

    /// Whether a number's source text is the form that RFC 8785 gives its value.
    package static func isCanonical(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        if range.count <= 15, isPlainInteger(bytes, range) { return true }
        guard range.count <= 25 else { return false }
        var text: [UInt8] = []
        text.append(bytes, range)
        guard let value = Double(String(decoding: text, as: UTF8.self)), value.isFinite else { return false }
        return format(value) == text
    }

    /// Digits without a sign, or a minus and digits that are not zero.
    private static func isPlainInteger(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        var first = range.lowerBound
        if bytes[first] == UInt8(ascii: "-") {
            first += 1
            if bytes[first] == 0x30 { return false }
        }
        for index in first..<range.upperBound where bytes[index] < 0x30 || bytes[index] > 0x39 { return false }
        return true
    }

    /// The text of a finite binary64 as ECMAScript's Number::toString writes it.
    package static func format(_ value: Double) -> [UInt8] {
        if value == 0 { return [0x30] }
        // Swift's description has the shortest digits that round-trip, as ECMAScript does; only the layout differs.
        let text = Array("\(value.magnitude)".utf8)
        let mark = text.firstIndex(of: UInt8(ascii: "e")) ?? text.endIndex
        let exponent = mark < text.endIndex ? Int(String(decoding: text[(mark + 1)...], as: UTF8.self)) ?? 0 : 0
        let point = text[..<mark].firstIndex(of: UInt8(ascii: ".")) ?? mark
        var digits = text[..<mark].filter { $0 != UInt8(ascii: ".") }
        var scale = point + exponent
        let zeros = digits.prefix { $0 == 0x30 }.count
        digits.removeFirst(zeros)
        scale -= zeros
        while digits.last == 0x30 { digits.removeLast() }
        return (value < 0 ? [UInt8(ascii: "-")] : []) + layOut(digits, scale)
    }

    /// Lays out 0.DIGITS × 10^scale.
    private static func layOut(_ digits: [UInt8], _ scale: Int) -> [UInt8] {
        let zero = UInt8(ascii: "0")
        let point = UInt8(ascii: ".")
        switch scale {
        case digits.count...21 where scale >= digits.count:
            return digits + Array(repeating: zero, count: scale - digits.count)
        case 1...21: return Array(digits[..<scale]) + [point] + Array(digits[scale...])
        case -5...0: return [zero, point] + Array(repeating: zero, count: -scale) + digits
        default:
            let exponent = scale - 1
            let head = digits.count > 1 ? [digits[0], point] + Array(digits[1...]) : [digits[0]]
            return head + Array("e\(exponent < 0 ? "-" : "+")\(exponent.magnitude)".utf8)
        }
    }
}
