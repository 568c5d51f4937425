/// A half-open stretch of time, [from, to), in UTC.
public struct Period: Sendable, Equatable {
    /// The first instant of the period.
    public package(set) var from: Timestamp
    /// The first instant after the period.
    public package(set) var to: Timestamp
    /// `2026`, `2026-Q1`, `2026-02`, `2026-W07`, `2026-02-14`; nil when it was given by two times.
    public package(set) var label: String?

    /// Makes a period from its ends; it is empty unless `from` is before `to`.
    public init(from: Timestamp, to: Timestamp) { self.init(from: from, to: to, label: nil) }

    package init(from: Timestamp, to: Timestamp, label: String?) {
        self.from = from
        self.to = to
        self.label = label
    }

    /// The year that its name says, else that of its beginning: the week 2026-W01 begins in 2025.
    package var year: String { String((label ?? from.text).prefix(4)) }

    /// Whether an instant lies in the period.
    public func contains(_ time: Timestamp) -> Bool { from <= time && time < to }

    /// The period of the same length that begins at the end of this one: of a month the next month, of a year the next
    /// year, of days as many days.
    package var following: Period {
        let start = from.date
        let end = to.date
        let months = (end.year - start.year) * 12 + end.month - start.month
        guard start.midnight == from, end.midnight == to else {
            return Period(from: to, to: Timestamp(ticks: to.ticks + (to.ticks - from.ticks)))
        }
        guard start.day == 1, end.day == 1, months > 0 else {
            return Period(from: to, to: end.adding(days: Int(end.daysSinceYearOne - start.daysSinceYearOne)).midnight)
        }
        let month = end.month - 1 + months
        return Period(from: to, to: CalendarDate(year: end.year + month / 12, month: month % 12 + 1, day: 1).midnight)
    }

    /// The last year whose periods have names: those behind them, and what is promised of these, stay before 10000.
    package static let lastNamedYear = 9980

    /// Reads a year, quarter, month, ISO 8601 week or day; nil if the text is none of them, or of after 9980.
    public init?(label: String) { self.init(label: label, lastYear: Period.lastNamedYear) }

    package init?(label: String, lastYear: Int) {
        let parts = label.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        guard let first = parts.first, let year = Period.digits(first, count: 4), (1...lastYear).contains(year)
        else { return nil }
        guard let bounds = Period.bounds(year, Array(parts.dropFirst())) else { return nil }
        self.init(from: bounds.first.midnight, to: bounds.end.midnight, label: label)
    }

    private static func bounds(_ year: Int, _ rest: [String]) -> (first: CalendarDate, end: CalendarDate)? {
        switch rest.count {
        case 0: return (CalendarDate(year: year, month: 1, day: 1), CalendarDate(year: year + 1, month: 1, day: 1))
        case 1: return part(year, rest[0])
        case 2:
            guard let month = digits(rest[0], count: 2), let day = digits(rest[1], count: 2) else { return nil }
            let date = CalendarDate(year: year, month: month, day: day)
            return date.isValid ? (date, date.adding(days: 1)) : nil
        default: return nil
        }
    }

    private static func part(_ year: Int, _ text: String) -> (first: CalendarDate, end: CalendarDate)? {
        if text.hasPrefix("Q"), let quarter = digits(String(text.dropFirst()), count: 1), (1...4).contains(quarter) {
            return months(year, quarter * 3 - 2, count: 3)
        }
        if text.hasPrefix("W"), let week = digits(String(text.dropFirst()), count: 2) { return isoWeek(year, week) }
        guard let month = digits(text, count: 2), (1...12).contains(month) else { return nil }
        return months(year, month, count: 1)
    }

    private static func months(_ year: Int, _ month: Int, count: Int) -> (first: CalendarDate, end: CalendarDate) {
        let end = month + count
        return (
            CalendarDate(year: year, month: month, day: 1),
            end > 12 ? CalendarDate(year: year + 1, month: 1, day: 1) : CalendarDate(year: year, month: end, day: 1)
        )
    }

    /// ISO 8601: weeks begin on Monday, and week 1 is the one with 4 January in it.
    private static func isoWeek(_ year: Int, _ week: Int) -> (first: CalendarDate, end: CalendarDate)? {
        func firstMonday(_ year: Int) -> Int64 {
            let fourth = CalendarDate(year: year, month: 1, day: 4).daysSinceYearOne
            return fourth - fourth % 7  // 0001-01-01 was a Monday.
        }
        let start = firstMonday(year) + Int64(week - 1) * 7
        guard week >= 1, start < firstMonday(year + 1) else { return nil }
        return (CalendarDate(daysSinceYearOne: start), CalendarDate(daysSinceYearOne: start + 7))
    }

    private static func digits(_ text: String, count: Int) -> Int? {
        guard text.utf8.count == count, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text)
    }
}
