import AuditModel
import Testing

/// A calendar that only counts.
struct SlowCalendar {
    static func isLeap(_ year: Int) -> Bool {
        if year % 400 == 0 { return true }
        if year % 100 == 0 { return false }
        return year % 4 == 0
    }

    static func days(_ year: Int) -> [Int] { [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] }
}

@Suite("Calendar and periods")
struct CalendarTests {
    @Test("days are counted like a calendar that counts, in every month of the years 1 to 9999")
    func everyMonth() {
        var count: Int64 = 0
        var wrong: [String] = []
        for year in 1...9999 {
            for (index, length) in SlowCalendar.days(year).enumerated() {
                let month = index + 1
                let isDense = [1, 4, 100, 400, 1900, 2000, 2024, 2026, 9999].contains(year)
                for day in isDense ? Array(1...length) : [1, length] {
                    let date = CalendarDate(year: year, month: month, day: day)
                    let number = count + Int64(day - 1)
                    if date.daysSinceYearOne != number || CalendarDate(daysSinceYearOne: number) != date
                        || !date.isValid
                    {
                        wrong.append("\(year)-\(month)-\(day)")
                    }
                }
                if CalendarDate(year: year, month: month, day: length + 1).isValid {
                    wrong.append("\(year)-\(month) end")
                }
                count += Int64(length)
            }
        }
        #expect(wrong == [])
        #expect(count == 3_652_059)
    }

    @Test(
        "dates that do not exist are not valid",
        arguments: [
            (0, 1, 1), (10_000, 1, 1), (2026, 0, 1), (2026, 13, 1), (2026, 1, 0), (2026, 1, 32), (2026, 2, 29),
        ])
    func invalidDates(_ year: Int, _ month: Int, day: Int) {
        #expect(!CalendarDate(year: year, month: month, day: day).isValid)
    }

    static let labels: [(label: String, from: String, to: String)] = [
        ("2026", "2026-01-01", "2027-01-01"), ("0001", "0001-01-01", "0002-01-01"),
        ("9980", "9980-01-01", "9981-01-01"), ("2026-Q1", "2026-01-01", "2026-04-01"),
        ("2026-Q2", "2026-04-01", "2026-07-01"), ("2026-Q3", "2026-07-01", "2026-10-01"),
        ("2026-Q4", "2026-10-01", "2027-01-01"), ("2026-02", "2026-02-01", "2026-03-01"),
        ("2024-02", "2024-02-01", "2024-03-01"), ("2026-12", "2026-12-01", "2027-01-01"),
        ("2026-W07", "2026-02-09", "2026-02-16"), ("2020-W53", "2020-12-28", "2021-01-04"),
        ("2020-W01", "2019-12-30", "2020-01-06"), ("2026-02-14", "2026-02-14", "2026-02-15"),
        ("2026-12-31", "2026-12-31", "2027-01-01"), ("2024-02-29", "2024-02-29", "2024-03-01"),
    ]

    @Test("a label names its first midnight and the one after its last", arguments: labels.indices)
    func periods(_ row: Int) throws {
        let (label, from, to) = Self.labels[row]
        let period = try #require(Period(label: label))
        #expect(period.from.text == from + "T00:00:00.0000000Z")
        #expect(period.to.text == to + "T00:00:00.0000000Z")
        #expect(period.label == label)
        #expect(period.contains(period.from))
        #expect(!period.contains(period.to))
        #expect(period.contains(Timestamp(ticks: period.to.ticks - 1)))
        #expect(!period.contains(Timestamp(ticks: period.from.ticks - 1)))
    }

    @Test("a leap second belongs to the period that it ends")
    func leapSecond() throws {
        let time = try Timestamp.parse("2016-12-31T23:59:60.9Z").time
        #expect(Period(label: "2016")?.contains(time) == true)
        #expect(Period(label: "2017")?.contains(time) == false)
    }

    @Test(
        "a text that is no year, quarter, month, week or day is no period",
        arguments: [
            "", "-", "26", "02026", "2026-", "2026--02", "2026-2", "2026-13", "2026-00", "2026-Q0", "2026-Q5",
            "2026-Q01", "2026-q1", "2026-w07", "2026-W7", "2026-W00", "2026-W54", "2026-W99", "2021-W53", "2026-W007",
            "2026-02-30", "2026-02-00", "2026-2-14", "2026-02-14T00:00:00Z", "2026-02-14-1", " 2026", "2026 ",
            "2026-02\n", "\u{FF12}026", "2026-\u{0660}2", "+026", "0000", "9999", "2026-W07-1", "2026-1e", "last",
        ])
    func nonsense(_ label: String) { #expect(Period(label: label) == nil) }

    @Test("the weeks of 2020 to 2032 are those of ISO 8601, found by walking day by day")
    func isoWeeks() {
        // 2020-01-01 was a Wednesday; a week belongs to the year of its Thursday.
        var year = 2019
        var month = 12
        var day = 30
        var weekday = 0
        var weekYear = 2020
        var week = 0
        var known: Set<String> = []
        while weekYear < 2033 {
            if weekday == 0 {
                var thursdayYear = year
                var left = 3
                if month == 12, day + left > 31 { (thursdayYear, left) = (year + 1, 0) }
                week = thursdayYear == weekYear ? week + 1 : 1
                weekYear = thursdayYear
                let label = "\(weekYear)-W\(week < 10 ? "0" : "")\(week)"
                let expected = CalendarDate(year: year, month: month, day: day)
                #expect(Period(label: label)?.from == expected.midnight, "\(label)")
                #expect(Period(label: label)?.to == expected.adding(days: 7).midnight, "\(label)")
                known.insert(label)
            }
            weekday = (weekday + 1) % 7
            day += 1
            if day > SlowCalendar.days(year)[month - 1] { (month, day) = (month + 1, 1) }
            if month > 12 { (year, month) = (year + 1, 1) }
        }
        for year in 2020...2032 {
            for week in 0...60 {
                let label = "\(year)-W\(week < 10 ? "0" : "")\(week)"
                #expect((Period(label: label) != nil) == known.contains(label), "\(label)")
            }
        }
        #expect(known.filter { $0.hasSuffix("W53") }.sorted() == ["2020-W53", "2026-W53", "2032-W53"])
    }

    @Test(
        "filters compare names and 0x addresses without regard to case, other identifiers by their bytes",
        arguments: [
            ("0xAB", "0xab", true, true), ("0XAB", "0xab", true, true), ("0xab", "0xac", false, false),
            ("Testnet", "testnet", true, false), ("testnet", "testnet", true, true),
            ("\u{E9}", "e\u{301}", false, false), ("\u{C9}", "\u{E9}", false, false), ("ab", "0xab", false, false),
            ("0xab", "0xab ", false, false), ("0x\u{212A}", "0xk", false, false), ("a[", "a{", false, false),
            ("", "", true, true),
        ])
    func filterValues(_ left: String, _ right: String, isSameName: Bool, isSameIdentifier: Bool) {
        for filter in SelectionFilter.all where filter != .status {
            let isName = [.network, .tokenType, .token].contains(filter)
            let expected = isName ? isSameName : isSameIdentifier
            #expect(filter.matches(left, right) == expected, "\(filter)")
            #expect(filter.matches(right, left) == expected, "\(filter)")
        }
    }

    @Test("every filter has a destination of its own, which is listed once, and none else is a filter")
    func destinations() {
        let destinations = SelectionFilter.all.map(\.destination)
        #expect(Set(destinations).count == SelectionFilter.all.count)
        #expect(SelectionFilter.all.allSatisfy { SelectionFilter($0.destination) == $0 })
        #expect(Selection.Destination.allCases.filter(\.isFilter).count == destinations.count)
        #expect(Selection.Destination.inOrder.sorted { $0.rawValue < $1.rawValue } == Selection.Destination.allCases)
    }
}
