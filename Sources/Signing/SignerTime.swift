/// A time of an allowed signers file, `YYYYMMDD[HHMM[SS]][Z]`, of the Gregorian calendar.
enum SignerTime {
    /// Reads a time.
    ///
    /// Days that a month does not have and leap seconds, which `ssh-keygen` moves on to the next day or minute, are
    /// refused.
    ///
    /// - Parameters:
    ///   - text: Date and time; a `Z` at the end stands for UTC.
    ///   - timeZoneOffset: Seconds by which local time is ahead of UTC, for a text without `Z`; without it that is no time.
    /// - Returns: nil for a text that is no time after 1970-01-01 00:00:00 UTC.
    static func parse(_ text: String, timeZoneOffset: Int?) -> KeyTime? {
        var digits = text.utf8[...]
        let isUTC = digits.last == UInt8(ascii: "Z")
        if isUTC { digits = digits.dropLast() }
        guard [8, 12, 14].contains(digits.count) else { return nil }
        var fields: [Int] = []
        for size in [4, 2, 2, 2, 2, 2] {
            guard let field = number(digits.prefix(size)) else { return nil }
            fields.append(field)
            digits = digits.dropFirst(size)
        }
        let year = fields[0]
        let month = fields[1]
        let day = fields[2]
        guard (1...12).contains(month), (1...days(in: month, of: year)).contains(day) else { return nil }
        guard fields[3] < 24, fields[4] < 60, fields[5] < 60 else { return nil }
        guard let offset = isUTC ? 0 : timeZoneOffset else { return nil }
        let time = fields[3] * 3_600 + fields[4] * 60 + fields[5]
        let seconds = (daysSince1970(year, month) + day - 1) * 86_400 + time - offset
        return seconds > 0 ? KeyTime(unixSeconds: Int64(seconds)) : nil
    }

    /// The value of decimal digits; 0 for none, nil for other characters.
    private static func number(_ digits: Substring.UTF8View) -> Int? {
        var value = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value = value * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return value
    }

    private static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    private static func days(in month: Int, of year: Int) -> Int {
        [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    }

    /// The date of a day that is so many days after 1970-01-01.
    static func date(daysSince1970 day: Int) -> (year: Int, month: Int, day: Int) {
        var year = 1970 + day / 366
        while daysSince1970(year + 1, 1) <= day { year += 1 }
        var month = 12
        while daysSince1970(year, month) > day { month -= 1 }
        return (year, month, day - daysSince1970(year, month) + 1)
    }

    /// Days from 1970-01-01 to the first day of a month.
    private static func daysSince1970(_ year: Int, _ month: Int) -> Int {
        // Whole leap years before a year of four digits, counted from year 0.
        let leaps = { (year: Int) in (year + 3) / 4 - (year + 99) / 100 + (year + 399) / 400 }
        let months = (1..<month).reduce(0) { $0 + days(in: $1, of: year) }
        return (year - 1970) * 365 + leaps(year) - leaps(1970) + months
    }
}
