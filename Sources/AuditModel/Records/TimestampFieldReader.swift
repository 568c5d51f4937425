/// Reads the fields of an RFC 3339 text one after the other.
struct TimestampFieldReader {
    private var position = 0

    private typealias Failure = Timestamp.ParseError

    mutating func readDate(_ text: Span<UInt8>) throws(Timestamp.ParseError) -> CalendarDate {
        let year = try readNumber(4, upTo: 9999, field: "year", in: text)
        try expect("-", or: "-", in: text)
        let month = try readNumber(2, upTo: 12, field: "month", in: text)
        try expect("-", or: "-", in: text)
        let day = try readNumber(2, upTo: 31, field: "day", in: text)
        let date = CalendarDate(year: year, month: month, day: day)
        guard date.isValid else { throw Failure(reason: "date that does not exist") }
        return date
    }

    mutating func expect(
        _ wanted: Unicode.Scalar, or other: Unicode.Scalar, in text: Span<UInt8>
    ) throws(Timestamp.ParseError) {
        guard position < text.count, text[position] == UInt8(ascii: wanted) || text[position] == UInt8(ascii: other)
        else { throw Failure(reason: "form that is not RFC 3339: expected \"\(wanted)\" at character \(position + 1)") }
        position += 1
    }

    mutating func readNumber(
        _ width: Int, upTo maximum: Int, field: String, in text: Span<UInt8>
    ) throws(Timestamp.ParseError) -> Int {
        guard position + width <= text.count else { throw Failure(reason: "text that ends before the \(field)") }
        var value = 0
        for index in position..<position + width {
            guard let digit = Timestamp.digit(text[index]) else { throw Failure(reason: "\(field) that is no number") }
            value = value * 10 + digit
        }
        guard value <= maximum else { throw Failure(reason: "\(field) over \(maximum)") }
        position += width
        return value
    }

    /// The fraction in units of 100 ns.
    mutating func readFraction(_ text: Span<UInt8>) throws(Timestamp.ParseError) -> Int64 {
        guard position < text.count, text[position] == UInt8(ascii: ".") else { return 0 }
        position += 1
        let start = position
        var value: Int64 = 0
        while position < text.count, let digit = Timestamp.digit(text[position]) {
            if position - start < 7 {
                value = value * 10 + Int64(digit)
            } else if digit != 0 {
                throw Failure(reason: "fraction finer than 100 ns")
            }
            position += 1
        }
        let digits = position - start
        guard digits > 0 else { throw Failure(reason: "fraction without digits") }
        for _ in min(digits, 7)..<7 { value *= 10 }
        return value
    }

    /// The zone's offset in minutes; nil when the text ends without one.
    mutating func readOffsetMinutes(_ text: Span<UInt8>) throws(Timestamp.ParseError) -> Int? {
        guard position < text.count else { return nil }
        let sign = text[position]
        position += 1
        var offset = 0
        switch sign {
        case UInt8(ascii: "Z"), UInt8(ascii: "z"): break
        case UInt8(ascii: "+"), UInt8(ascii: "-"):
            let hours = try readNumber(2, upTo: 23, field: "offset hour", in: text)
            try expect(":", or: ":", in: text)
            let minutes = try readNumber(2, upTo: 59, field: "offset minute", in: text)
            offset = (hours * 60 + minutes) * (sign == UInt8(ascii: "-") ? -1 : 1)
        default: throw Failure(reason: "zone that is neither Z nor an offset")
        }
        guard position == text.count else { throw Failure(reason: "text after the zone") }
        return offset
    }
}
