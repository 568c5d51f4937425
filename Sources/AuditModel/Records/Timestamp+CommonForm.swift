extension Timestamp {
    /// Reads the form that nearly every source writes: `2026-02-19T10:17:01`, up to seven fraction digits, `Z`.
    ///
    /// Returns nil for any other text, which is then read field by field. Eight bytes at a time: reading times took an
    /// eighth of the time of reading records.
    static func parseCommonForm(_ text: Span<UInt8>) -> Timestamp? {
        let last = text.count - 1
        guard last >= 19, last <= 27, text[last] == UInt8(ascii: "Z") else { return nil }
        guard let start = DigitWord(text, at: 0, separators: 0xFF00_00FF_0000_0000, matching: 0x2D00_002D_0000_0000),
            let middle = DigitWord(text, at: 8, separators: 0x0000_FF00_00FF_0000, matching: 0x0000_3A00_0054_0000),
            let second = digit(text[17]).flatMap({ tens in digit(text[18]).map { tens * 10 + $0 } }),
            text[16] == UInt8(ascii: ":")
        else { return nil }
        let date = CalendarDate(
            year: start.number(0, 1) * 100 + start.number(2, 3), month: start.number(5, 6), day: middle.number(0, 1))
        let hour = middle.number(3, 4)
        let minute = middle.number(6, 7)
        guard date.isValid, hour < 24, minute < 60, second < 60 else { return nil }
        guard let fraction = commonFraction(text, from: 19, to: last) else { return nil }
        let secondOfDay = Int64(hour * 3600 + minute * 60 + second)
        return Timestamp(ticks: date.daysSinceYearOne * ticksPerDay + secondOfDay * ticksPerSecond + fraction)
    }

    /// The fraction in units of 100 ns; nil if it is neither absent nor a point and one to seven digits.
    private static func commonFraction(_ text: Span<UInt8>, from start: Int, to end: Int) -> Int64? {
        if start == end { return 0 }
        guard text[start] == UInt8(ascii: "."), end - start > 1 else { return nil }
        var value: Int64 = 0
        for index in start + 1..<end {
            guard let digit = digit(text[index]) else { return nil }
            value = value * 10 + Int64(digit)
        }
        for _ in end - start - 1..<7 { value *= 10 }
        return value
    }

    /// The value of a decimal digit; nil for any other byte.
    static func digit(_ byte: UInt8) -> Int? {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") ? Int(byte - UInt8(ascii: "0")) : nil
    }
}

/// Eight bytes that are decimal digits but for separators.
private struct DigitWord {
    private let digits: UInt64

    /// nil unless the bytes under the mask `separators` are those of `wanted` and all others are digits.
    init?(_ text: Span<UInt8>, at start: Int, separators: UInt64, matching wanted: UInt64) {
        let word = UInt64(
            littleEndian: unsafe text.bytes.unsafeLoadUnaligned(fromByteOffset: start, as: UInt64.self))
        guard word & separators == wanted else { return nil }
        digits = (word ^ 0x3030_3030_3030_3030) & ~separators
        let over = digits | (digits &+ (0x0606_0606_0606_0606 & ~separators))
        guard over & 0xF0F0_F0F0_F0F0_F0F0 == 0 else { return nil }
    }

    /// The number of two digits.
    func number(_ tens: UInt64, _ ones: UInt64) -> Int {
        Int(truncatingIfNeeded: (digits >> (8 * tens) & 0xF) * 10 + (digits >> (8 * ones) & 0xF))
    }
}
