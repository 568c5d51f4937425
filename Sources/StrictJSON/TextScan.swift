/// Eight bytes at a time over text that needs no attention.
extension Span<UInt8> {
    private static var ones: UInt64 { 0x0101_0101_0101_0101 }
    private static var highs: UInt64 { 0x8080_8080_8080_8080 }

    /// The high bit of each byte that is `"`, `\` or below 0x20; exact up to the lowest one.
    @inline(__always)
    private static func special(_ word: UInt64) -> UInt64 {
        let quote = word ^ 0x2222_2222_2222_2222
        let backslash = word ^ 0x5C5C_5C5C_5C5C_5C5C
        let isQuote = (quote &- ones) & ~quote
        let isBackslash = (backslash &- ones) & ~backslash
        let isControl = (word &- 0x2020_2020_2020_2020) & ~word
        return (isQuote | isBackslash | isControl) & highs
    }

    /// The first eight bytes of a range as a number that orders as they do; missing ones count as zero.
    @inlinable
    package func leadingWord(_ range: Range<Int>) -> UInt64 {
        guard range.lowerBound + 8 <= count else {
            var word: UInt64 = 0
            for index in range.prefix(8) { word |= UInt64(self[index]) << (56 - 8 * UInt64(index - range.lowerBound)) }
            return word
        }
        let word = unsafe self.bytes.unsafeLoadUnaligned(fromByteOffset: range.lowerBound, as: UInt64.self).bigEndian
        return range.count >= 8 ? word : word & ~(UInt64.max >> (8 * UInt64(range.count)))
    }

    /// Whether the eight bytes from `start` on are ASCII without a control character.
    @inlinable
    package func isPrintableWord(at start: Int) -> Bool {
        let word = unsafe self.bytes.unsafeLoadUnaligned(fromByteOffset: start, as: UInt64.self)
        let highs: UInt64 = 0x8080_8080_8080_8080
        guard word & highs == 0 else { return false }
        // With all bytes below 0x80: adding 0x60 carries into the high bit from 0x20 on, adding 1 does for 0x7f.
        let isFromSpace = word &+ 0x6060_6060_6060_6060
        let isDelete = word &+ 0x0101_0101_0101_0101
        return isFromSpace & ~isDelete & highs == highs
    }

    /// The offset of the first byte that is `"`, `\`, below 0x20 or above 0x7f; `limit` if there is none.
    @inline(__always)
    func skippingPlainText(from start: Int, to limit: Int) -> Int {
        var position = start
        let raw = self.bytes
        while position + 8 <= limit {
            let word = unsafe raw.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self)
            let found = Span.special(word) | (word & Span.highs)
            if found != 0 { return position + found.trailingZeroBitCount / 8 }
            position += 8
        }
        while position < limit {
            let byte = self[position]
            if byte == 0x22 || byte == 0x5C || byte < 0x20 || byte > 0x7F { return position }
            position += 1
        }
        return limit
    }

    /// The offset of the first `"` or `\` from `start` on; there must be one.
    @inlinable
    package func skippingToQuoteOrEscape(from start: Int) -> Int {
        var position = start
        let raw = self.bytes
        while position + 8 <= count {
            let word = unsafe raw.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self)
            let quote = word ^ 0x2222_2222_2222_2222
            let backslash = word ^ 0x5C5C_5C5C_5C5C_5C5C
            let ones: UInt64 = 0x0101_0101_0101_0101
            let found = (((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)) & 0x8080_8080_8080_8080
            if found != 0 { return position + found.trailingZeroBitCount / 8 }
            position += 8
        }
        while self[position] != 0x22, self[position] != 0x5C { position += 1 }
        return position
    }

    /// The offset of the first byte that RFC 8785 escapes; `limit` if there is none.
    func skippingPlainOrHighText(from start: Int, to limit: Int) -> Int {
        var position = start
        let raw = self.bytes
        while position + 8 <= limit {
            let found = Span.special(unsafe raw.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self))
            if found != 0 { return position + found.trailingZeroBitCount / 8 }
            position += 8
        }
        while position < limit {
            let byte = self[position]
            if byte == 0x22 || byte == 0x5C || byte < 0x20 { return position }
            position += 1
        }
        return limit
    }
}

/// Well-formed UTF-8 (Unicode 15, table 3-7).
package enum UTF8Check {
    /// The length of the sequence that begins at `position`; nil if it is not well formed.
    package static func length(_ bytes: Span<UInt8>, at position: Int, limit: Int) -> Int? {
        let first = bytes[position]
        let (length, low, high): (Int, UInt8, UInt8) =
            switch first {
            case 0x00...0x7F: (1, 0, 0)
            case 0xC2...0xDF: (2, 0x80, 0xBF)
            case 0xE0: (3, 0xA0, 0xBF)
            case 0xE1...0xEC, 0xEE, 0xEF: (3, 0x80, 0xBF)
            case 0xED: (3, 0x80, 0x9F)
            case 0xF0: (4, 0x90, 0xBF)
            case 0xF1...0xF3: (4, 0x80, 0xBF)
            case 0xF4: (4, 0x80, 0x8F)
            default: (0, 0, 0)
            }
        guard length > 0, position + length <= limit else { return nil }
        if length > 1, bytes[position + 1] < low || bytes[position + 1] > high { return nil }
        for index in stride(from: 2, to: length, by: 1) where bytes[position + index] & 0xC0 != 0x80 { return nil }
        return length
    }

    /// Whether all of `range` is well formed.
    package static func isValid(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        var position = range.lowerBound
        while position < range.upperBound {
            guard let length = length(bytes, at: position, limit: range.upperBound) else { return false }
            position += length
        }
        return true
    }
}
