internal import AuditModel

/// Deployments created and completed by day, or by a longer unit when there are too many days for a picture.
struct DayBins {
    enum Unit: String, CaseIterable {
        case day, week, month, year, decade, century
    }

    struct Bin {
        var label: String
        var created: Int64 = 0
        var completed: Int64 = 0
    }

    /// More bars than this cannot be told apart.
    static let maximum = 120

    let unit: Unit
    /// In order of time, without gaps.
    private(set) var bins: [Bin]

    /// nil when nothing is dated.
    init?(_ days: [(date: CalendarDate, created: Int64, completed: Int64)]) {
        let dates = days.map(\.date)
        guard let first = dates.min(), let last = dates.max() else { return nil }
        let unit =
            Unit.allCases.first { DayBins.index(last, $0) - DayBins.index(first, $0) < DayBins.maximum } ?? .century
        let start = DayBins.index(first, unit)
        self.unit = unit
        bins = (start...DayBins.index(last, unit)).map { Bin(label: DayBins.label($0, unit)) }
        for day in days {
            let index = DayBins.index(day.date, unit) - start
            bins[index].created += day.created
            bins[index].completed += day.completed
        }
    }

    private static func index(_ date: CalendarDate, _ unit: Unit) -> Int {
        switch unit {
        case .day: Int(date.daysSinceYearOne)
        case .week: Int(date.daysSinceYearOne) / 7  // 0001-01-01 was a Monday.
        case .month: date.year * 12 + date.month - 1
        case .year: date.year
        case .decade: date.year / 10
        case .century: date.year / 100
        }
    }

    private static func label(_ index: Int, _ unit: Unit) -> String {
        switch unit {
        case .day: CalendarDate(daysSinceYearOne: Int64(index)).text
        case .week: CalendarDate(daysSinceYearOne: Int64(index * 7)).text
        case .month: String(CalendarDate(year: index / 12, month: index % 12 + 1, day: 1).text.prefix(7))
        case .year: "\(index)"
        case .decade: "\(index * 10)s"
        case .century: "\(index * 100)–\(index * 100 + 99)"
        }
    }
}
