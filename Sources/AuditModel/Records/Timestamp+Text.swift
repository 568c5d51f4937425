extension Timestamp {
    /// What a text says of its time zone.
    public enum Zone: Sendable, Equatable {
        /// The text has `Z` or an offset.
        case stated
        /// No zone in the text: taken as UTC, and a finding.
        case absent
    }

    /// Why a text is no timestamp.
    public struct ParseError: Error, Equatable, Sendable {
        /// What is wrong, as the middle of a sentence and without the text itself: `date that does not exist`.
        public let reason: String
    }

    /// Reads an RFC 3339 date-time with at most seven significant fraction digits.
    ///
    /// A missing zone is allowed (then UTC). What RFC 3339, 5.6 and 5.7, refuses is refused; a leap second is accepted
    /// at the end of a month of UTC.
    package static func parse(_ text: Span<UInt8>) throws(ParseError) -> (time: Timestamp, zone: Zone) {
        if let time = parseCommonForm(text) { return (time, .stated) }
        var reader = TimestampFieldReader()
        let date = try reader.readDate(text)
        try reader.expect("T", or: "t", in: text)
        let hour = try reader.readNumber(2, upTo: 23, field: "hour", in: text)
        try reader.expect(":", or: ":", in: text)
        let minute = try reader.readNumber(2, upTo: 59, field: "minute", in: text)
        try reader.expect(":", or: ":", in: text)
        let second = try reader.readNumber(2, upTo: 60, field: "second", in: text)
        let fraction = try reader.readFraction(text)
        let offset = try reader.readOffsetMinutes(text)
        let leap = second == 60
        let minutes = Int64(hour * 60 + minute - (offset ?? 0))
        let seconds = date.daysSinceYearOne * 86_400 + minutes * 60 + Int64(leap ? 59 : second)
        guard seconds >= 0, seconds < 3_652_059 * 86_400 else { throw ParseError(reason: "year outside 1 to 9999") }
        let day = seconds / 86_400
        if leap { try checkLeap(day: day, secondOfDay: seconds % 86_400) }
        let ticks = day * ticksPerDay + (seconds % 86_400 + (leap ? 1 : 0)) * ticksPerSecond + fraction
        return (Timestamp(ticks: ticks), offset == nil ? .absent : .stated)
    }

    /// Reads a time as ``parse(_:)-(Span<UInt8>)`` does and appends its canonical text.
    package static func parse(
        _ text: Span<UInt8>, appendingCanonicalTextTo output: inout [UInt8]
    ) throws(ParseError) -> (time: Timestamp, zone: Zone) {
        guard let time = parseCommonForm(text) else {
            let parsed = try parse(text)
            parsed.time.append(to: &output)
            return parsed
        }
        // The canonical text is this one with seven fraction digits: cheaper than going through the calendar again.
        let digits = text.extracting(..<(text.count - 1))
        digits.withUnsafeBufferPointer { output.append(contentsOf: $0) }
        if digits.count == 19 { output.append(UInt8(ascii: ".")) }
        for _ in max(digits.count, 20)..<27 { output.append(UInt8(ascii: "0")) }
        output.append(UInt8(ascii: "Z"))
        return (time, .stated)
    }

    private static func checkLeap(day: Int64, secondOfDay: Int64) throws(ParseError) {
        let date = CalendarDate(daysSinceYearOne: day)
        guard secondOfDay == 86_399, date.day == CalendarDate.days(inMonth: date.month, of: date.year) else {
            throw ParseError(reason: "second 60 that is not the end of a month of UTC")
        }
    }

    /// Appends the canonical text, such as `2026-02-19T10:17:01.8270367Z`: always 28 bytes.
    package func append(to bytes: inout [UInt8]) {
        let date = self.date
        var ticks = ticksOfDay
        let fraction = UInt32(truncatingIfNeeded: ticks % Timestamp.ticksPerSecond)
        ticks /= Timestamp.ticksPerSecond
        let leap = ticks == 86_400
        let second = leap ? 60 : UInt32(truncatingIfNeeded: ticks % 60)
        let minute = leap ? 59 : UInt32(truncatingIfNeeded: ticks / 60 % 60)
        let hour = leap ? 23 : UInt32(truncatingIfNeeded: ticks / 3600)
        let year = UInt32(truncatingIfNeeded: date.year)
        // Written as a whole: over two million times are written for every million transitions.
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 28) { text in
            text.writeTwoDigits(year / 100, at: 0)
            text.writeTwoDigits(year % 100, at: 2)
            text.writeTwoDigits(UInt32(truncatingIfNeeded: date.month), at: 5)
            text.writeTwoDigits(UInt32(truncatingIfNeeded: date.day), at: 8)
            text.writeTwoDigits(hour, at: 11)
            text.writeTwoDigits(minute, at: 14)
            text.writeTwoDigits(second, at: 17)
            text.writeTwoDigits(fraction / 100_000, at: 20)
            text.writeTwoDigits(fraction / 1000 % 100, at: 22)
            text.writeTwoDigits(fraction / 10 % 100, at: 24)
            text[26] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: fraction % 10)
            text[4] = UInt8(ascii: "-")
            text[7] = UInt8(ascii: "-")
            text[10] = UInt8(ascii: "T")
            text[13] = UInt8(ascii: ":")
            text[16] = UInt8(ascii: ":")
            text[19] = UInt8(ascii: ".")
            text[27] = UInt8(ascii: "Z")
            bytes.append(contentsOf: text)
        }
    }

    /// The canonical text: RFC 3339 in UTC with seven fraction digits, such as `2026-02-19T10:17:01.8270367Z`.
    public var text: String {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Reads an RFC 3339 date-time, such as `2026-02-19T10:17:01.827Z` or `2026-02-19T11:17:01+01:00`.
    ///
    /// At most seven fraction digits count. A leap second is accepted at the end of a month of UTC.
    ///
    /// - Parameter text: the text. Without a zone it is taken as UTC.
    /// - Returns: the time, and whether the text stated a zone.
    /// - Throws: ``ParseError`` for what RFC 3339, sections 5.6 and 5.7, refuses, for a fraction finer than 100 ns and
    ///   for a year outside 1 to 9999.
    public static func parse(_ text: String) throws(ParseError) -> (time: Timestamp, zone: Zone) {
        let bytes = Array(text.utf8)
        return try parse(bytes.span)
    }

    /// The time of an RFC 3339 text, as ``parse(_:)-(String)`` reads it; a text without zone is taken as UTC.
    ///
    /// - Parameter text: the text.
    /// - Throws: ``ParseError``.
    public init(_ text: String) throws(ParseError) { self = try Timestamp.parse(text).time }
}

extension Timestamp: CustomStringConvertible {
    /// The canonical text.
    public var description: String { text }
}

extension Timestamp.ParseError: CustomStringConvertible {
    /// The reason.
    public var description: String { reason }
}

extension UnsafeMutableBufferPointer<UInt8> {
    fileprivate func writeTwoDigits(_ value: UInt32, at index: Int) {
        self[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / 10)
        self[index + 1] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value % 10)
    }
}

extension [UInt8] {
    /// Appends a number padded with zeros to `width` digits.
    package mutating func appendDecimal(_ value: Int, width: Int) {
        var divisor = 1
        for _ in 1..<width { divisor *= 10 }
        while divisor > 0 {
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / divisor % 10))
            divisor /= 10
        }
    }
}
