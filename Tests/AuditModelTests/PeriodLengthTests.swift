import Testing

@testable import AuditModel

@Suite("Lengths of periods")
struct PeriodLengthTests {
    @Test("the period around every day of 40 years holds it, has a name that reads back, and touches the next")
    func tilesTheCalendar() throws {
        for length in PeriodLength.allCases {
            var period = length.period(containing: CalendarDate(year: 2000, month: 1, day: 1).midnight)
            var day = CalendarDate(year: 2000, month: 1, day: 1)
            let end = CalendarDate(year: 2040, month: 1, day: 1)
            while day < end {
                if period.to <= day.midnight {
                    let next = length.period(after: period)
                    #expect(next.from == period.to)
                    period = next
                }
                #expect(length.period(containing: day.midnight) == period)
                #expect(Period(label: try #require(period.label)) == period)
                day = day.adding(days: 1)
            }
        }
    }

    @Test(
        "names",
        arguments: [
            (PeriodLength.day, "2026-02-14"), (.week, "2026-W07"), (.month, "2026-02"), (.quarter, "2026-Q1"),
            (.year, "2026"),
        ])
    func names(length: PeriodLength, label: String) {
        #expect(length.period(containing: CalendarDate(year: 2026, month: 2, day: 14).midnight).label == label)
    }

    @Test(
        "a week belongs to the year of its Thursday", arguments: [(2027, 1, 3, "2026-W53"), (2024, 12, 30, "2025-W01")])
    func weeks(year: Int, month: Int, day: Int, label: String) {
        let time = CalendarDate(year: year, month: month, day: day).midnight
        #expect(PeriodLength.week.period(containing: time).label == label)
    }
}
