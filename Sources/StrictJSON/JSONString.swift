/// Strings of JSON: scanning, unescaping, and the escapes of RFC 8785, 3.2.2.2.
package enum JSONString {
    struct Scan {
        /// Offset of the closing quotation mark.
        var end: Int
        var hasEscape = false
        var isNotASCII = false
    }

    /// Finds the end of a string whose first character stands at `start`, and checks every byte of it.
    static func scan(_ bytes: Span<UInt8>, from start: Int, to limit: Int) throws(JSONError) -> Scan {
        var scan = Scan(end: start)
        while true {
            // Eight plain bytes at a time: strings are most of every record.
            scan.end = bytes.skippingPlainText(from: scan.end, to: limit)
            guard scan.end < limit else { throw JSONError(.unexpectedEnd, at: scan.end) }
            let byte = bytes[scan.end]
            if byte == UInt8(ascii: "\"") { return scan }
            if byte == UInt8(ascii: "\\") {
                scan.hasEscape = true
                scan.end = try skipEscape(bytes, at: scan.end, to: limit)
            } else if byte >= 0x80 {
                scan.isNotASCII = true
                guard let length = UTF8Check.length(bytes, at: scan.end, limit: limit) else {
                    throw JSONError(.invalidUTF8, at: scan.end)
                }
                scan.end += length
            } else if byte < 0x20 {
                throw JSONError(.controlCharacter, at: scan.end)
            } else {
                scan.end += 1
            }
        }
    }

    /// The length of the escape that `text` begins with; nil if it is none, or half a surrogate pair.
    package static func escapeLength(_ text: Span<UInt8>) -> Int? {
        guard !text.isEmpty, text[0] == UInt8(ascii: "\\") else { return nil }
        return try? skipEscape(text, at: 0, to: text.count)
    }

    private static func skipEscape(_ bytes: Span<UInt8>, at position: Int, to limit: Int) throws(JSONError) -> Int {
        guard position + 1 < limit else { throw JSONError(.unexpectedEnd, at: position) }
        switch bytes[position + 1] {
        case 0x22, 0x5C, 0x2F, 0x62, 0x66, 0x6E, 0x72, 0x74: return position + 2
        case UInt8(ascii: "u"):
            guard let unit = hexadecimal(bytes, at: position + 2, to: limit) else {
                throw JSONError(.invalidEscape, at: position)
            }
            if unit & 0xFC00 == 0xDC00 { throw JSONError(.loneSurrogate, at: position) }
            guard unit & 0xFC00 == 0xD800 else { return position + 6 }
            guard position + 7 < limit, bytes[position + 6] == UInt8(ascii: "\\"),
                bytes[position + 7] == UInt8(ascii: "u"), let low = hexadecimal(bytes, at: position + 8, to: limit),
                low & 0xFC00 == 0xDC00
            else { throw JSONError(.loneSurrogate, at: position) }
            return position + 12
        default: throw JSONError(.invalidEscape, at: position)
        }
    }

    static func hexadecimal(_ bytes: Span<UInt8>, at start: Int, to limit: Int) -> UInt32? {
        guard start + 4 <= limit else { return nil }
        var value: UInt32 = 0
        for index in start..<start + 4 {
            guard let digit = hexadecimalDigit(bytes[index]) else { return nil }
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    /// Appends the characters that the inside of a checked string stands for, as UTF-8.
    package static func unescape(_ bytes: Span<UInt8>, _ range: Range<Int>, into output: inout [UInt8]) {
        var position = range.lowerBound
        while position < range.upperBound {
            let byte = bytes[position]
            guard byte == UInt8(ascii: "\\") else {
                output.append(byte)
                position += 1
                continue
            }
            position = unescapeOne(bytes, at: position, to: range.upperBound, into: &output)
        }
    }

    private static func unescapeOne(
        _ bytes: Span<UInt8>, at position: Int, to limit: Int, into output: inout [UInt8]
    ) -> Int {
        switch bytes[position + 1] {
        case UInt8(ascii: "b"): output.append(0x08)
        case UInt8(ascii: "f"): output.append(0x0C)
        case UInt8(ascii: "n"): output.append(0x0A)
        case UInt8(ascii: "r"): output.append(0x0D)
        case UInt8(ascii: "t"): output.append(0x09)
        case UInt8(ascii: "u"):
            var unit = hexadecimal(bytes, at: position + 2, to: limit) ?? 0xFFFD
            var length = 6
            if unit & 0xFC00 == 0xD800, let low = hexadecimal(bytes, at: position + 8, to: limit) {
                unit = 0x10000 + (unit & 0x3FF) << 10 + (low & 0x3FF)
                length = 12
            }
            output.append(
                contentsOf: UTF8.encode(Unicode.Scalar(unit) ?? "\u{FFFD}") ?? UTF8.encodedReplacementCharacter)
            return position + length
        default: output.append(bytes[position + 1])
        }
        return position + 2
    }

    /// Appends text with the quotation marks and escapes of RFC 8785.
    package static func write(_ text: Span<UInt8>, _ range: Range<Int>, into output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        var position = range.lowerBound
        while position < range.upperBound {
            let plain = text.skippingPlainOrHighText(from: position, to: range.upperBound)
            output.append(text, position..<plain)
            guard plain < range.upperBound else { break }
            writeEscape(text[plain], into: &output)
            position = plain + 1
        }
        output.append(UInt8(ascii: "\""))
    }

    private static func writeEscape(_ byte: UInt8, into output: inout [UInt8]) {
        switch byte {
        case 0x22, 0x5C: output.append(contentsOf: [0x5C, byte])
        case 0x08: output.append(contentsOf: [0x5C, UInt8(ascii: "b")])
        case 0x09: output.append(contentsOf: [0x5C, UInt8(ascii: "t")])
        case 0x0A: output.append(contentsOf: [0x5C, UInt8(ascii: "n")])
        case 0x0C: output.append(contentsOf: [0x5C, UInt8(ascii: "f")])
        case 0x0D: output.append(contentsOf: [0x5C, UInt8(ascii: "r")])
        default:
            let digits = Array("0123456789abcdef".utf8)
            output.append(contentsOf: Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]])
        }
    }

    /// Appends a Swift string with quotation marks and escapes.
    package static func write(_ text: String, into output: inout [UInt8]) {
        let bytes = Array(text.utf8)
        write(bytes.span, 0..<bytes.count, into: &output)
    }
}

func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x41 + 10
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
}

extension [UInt8] {
    /// Appends a part of a span.
    @inlinable
    package mutating func append(_ source: Span<UInt8>, _ range: Range<Int>) {
        guard !range.isEmpty else { return }
        source.extracting(range).withUnsafeBufferPointer { self.append(contentsOf: $0) }
    }

    /// Appends fixed text.
    @inlinable
    package mutating func append(literal text: StaticString) {
        text.withUTF8Buffer { append(contentsOf: $0) }
    }
}
