/// The lengths of the periods that have names.
package enum PeriodLength: String, CaseIterable, Sendable {
    case day, week, month, quarter, year

    /// The period of this length that a time lies in, with its name.
    package func period(containing time: Timestamp) -> Period {
        let label = label(time.date)
        // A name that was just made is one of those that can be read.
        guard let period = Period(label: label, lastYear: 9999) else { preconditionFailure("\(label) names no period") }
        return period
    }

    /// The period of this length that begins at the end of another.
    package func period(after other: Period) -> Period { period(containing: other.to) }

    /// The length of a period that has a name; nil for any other.
    package init?(naming period: Period) {
        let length = PeriodLength.allCases.first { length in
            let own = length.period(containing: period.from)
            return own.from == period.from && own.to == period.to && own.label == period.label
        }
        guard let length else { return nil }
        self = length
    }

    private func label(_ date: CalendarDate) -> String {
        switch self {
        case .day: date.text
        case .week: weekLabel(date)
        case .month: String(date.text.prefix(7))
        case .quarter: "\(date.text.prefix(4))-Q\((date.month + 2) / 3)"
        case .year: String(date.text.prefix(4))
        }
    }

    /// ISO 8601: a week belongs to the year that its Thursday lies in, and weeks begin on Monday.
    private func weekLabel(_ date: CalendarDate) -> String {
        let days = date.daysSinceYearOne
        // 0001-01-01 was a Monday.
        let thursday = CalendarDate(daysSinceYearOne: days - days % 7 + 3)
        let first = CalendarDate(year: thursday.year, month: 1, day: 1).daysSinceYearOne
        let week = (thursday.daysSinceYearOne - first) / 7 + 1
        return "\(thursday.text.prefix(4))-W\(week < 10 ? "0" : "")\(week)"
    }
}
