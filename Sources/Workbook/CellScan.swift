/// Eight bytes at a time over the cells of a table.
extension Span<UInt8> {
    /// The offset of the first byte that needs a look; `limit` if there is none.
    ///
    /// These are a comma, a line end, and what a cell of a sheet may not hold as it is: `&`, `<`, `>`, `_`, any other control
    /// character, and 0xEF, which U+FFFE begins with.
    func skippingPlainCell(from start: Int, to limit: Int) -> Int {
        var position = start
        let raw = self.bytes
        while position + 8 <= limit {
            let word = UInt64(littleEndian: unsafe raw.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self))
            if word & 0x8080_8080_8080_8080 == 0 {
                let found = Span.marks(inASCII: word)
                if found != 0 { return position + found.trailingZeroBitCount / 8 }
                position += 8
            } else {
                let end = position + 8
                while position < end, !Span.isMark(self[position]) { position += 1 }
                if position < end { return position }
            }
        }
        while position < limit, !Span.isMark(self[position]) { position += 1 }
        return position
    }

    /// The high bit of each byte that is looked for, in a word of bytes below 0x80; exact up to the lowest one.
    @inline(__always)
    private static func marks(inASCII word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        // Less 1, only a byte that is 0 has the high bit. `<` and `>` differ in one bit.
        let bracket = ((word | 0x0202_0202_0202_0202) ^ 0x3E3E_3E3E_3E3E_3E3E) &- ones
        let separator = (word ^ 0x2C2C_2C2C_2C2C_2C2C) &- ones
        let ampersand = (word ^ 0x2626_2626_2626_2626) &- ones
        let underscore = (word ^ 0x5F5F_5F5F_5F5F_5F5F) &- ones
        let control = word &- 0x2020_2020_2020_2020
        return (bracket | separator | ampersand | underscore | control) & 0x8080_8080_8080_8080
    }

    private static func isMark(_ byte: UInt8) -> Bool {
        switch byte {
        case 0..<0x20, 0x26, 0x2C, 0x3C, 0x3E, 0x5F, 0xEF: true
        default: false
        }
    }
}
