/// An instant of UTC with a resolution of 100 ns, leap seconds included, as the source writes it.
///
/// Each day has 86,401 seconds on the scale, so that 23:59:60 differs from 00:00:00 and comparison is the order in
/// time. Elapsed time follows the POSIX convention: a leap second adds nothing.
public struct Timestamp: Hashable, Comparable, Sendable, BitwiseCopyable {
    static let ticksPerSecond: Int64 = 10_000_000
    /// The ticks of one day on the scale, its leap second included.
    package static let ticksPerDay: Int64 = 86_401 * ticksPerSecond
    /// Days from 0001-01-01 to 1970-01-01.
    static let unixEpochDay: Int64 = 719_162

    /// Units of 100 ns on the scale: days since 0001-01-01 times 86,401 s, plus the time of day.
    package let ticks: Int64

    package init(ticks: Int64) { self.ticks = ticks }

    /// The Unix times of the years 1 to 9999, in whole seconds since 1970-01-01T00:00:00Z.
    public static let unixSecondsRange: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

    /// The instant of a Unix time in whole seconds.
    ///
    /// - Parameter unixSeconds: seconds since 1970-01-01T00:00:00Z, in ``unixSecondsRange``.
    public init(unixSeconds: Int64) {
        precondition(Timestamp.unixSecondsRange.contains(unixSeconds), "a time outside the years 1 to 9999")
        let day = unixSeconds.flooredDivision(by: 86_400)
        let second = unixSeconds - day * 86_400
        ticks = (day + Timestamp.unixEpochDay) * Timestamp.ticksPerDay + second * Timestamp.ticksPerSecond
    }

    var day: Int64 { ticks / Timestamp.ticksPerDay }
    var ticksOfDay: Int64 { ticks % Timestamp.ticksPerDay }

    /// Units of 100 ns since 0001-01-01 by the POSIX convention: every day has 86,400 seconds.
    package var posixTicks: Int64 { day * 86_400 * Timestamp.ticksPerSecond + ticksOfDay }

    /// Whole seconds since 1970-01-01T00:00:00Z; a leap second counts as the second after it.
    public var unixSeconds: Int64 {
        (posixTicks / Timestamp.ticksPerSecond) - Timestamp.unixEpochDay * 86_400
    }

    /// Whether the first instant is the earlier one.
    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.ticks < right.ticks }

    /// Whole milliseconds from `earlier` to this instant, truncated toward zero.
    public func milliseconds(since earlier: Timestamp) -> Int64 { (posixTicks - earlier.posixTicks) / 10_000 }

    /// Units of 100 ns from `earlier` to this instant, by the POSIX convention.
    package func posixTicks(since earlier: Timestamp) -> Int64 { posixTicks - earlier.posixTicks }

    /// This instant moved by whole seconds.
    package func adding(seconds: Int64) -> Timestamp {
        let moved = posixTicks + seconds * Timestamp.ticksPerSecond
        let perDay = 86_400 * Timestamp.ticksPerSecond
        let day = moved.flooredDivision(by: perDay)
        return Timestamp(ticks: day * Timestamp.ticksPerDay + (moved - day * perDay))
    }

    /// The same day and time so many years later, at most in the year 9999; of 29 February 1 March where there is none.
    package func adding(years: Int) -> Timestamp {
        var date = date
        date.year = min(date.year + years, 9_999)
        if !date.isValid {
            date.month = 3
            date.day = 1
        }
        return Timestamp(ticks: date.midnight.ticks + ticks % Timestamp.ticksPerDay)
    }

    /// .NET's "unset" time, 0001-01-01T00:00:00Z.
    package static let unset = Timestamp(ticks: 0)
    /// 2009-01-01T00:00:00Z; no public ledger is older, so an earlier time is implausible.
    public static let earliestPlausible = Timestamp(unixSeconds: 1_230_768_000)
}

extension Int64 {
    func flooredDivision(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}
