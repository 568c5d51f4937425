import AuditModel
import Testing

@testable import BundleRendering

@Suite("Days on a picture")
struct ReportDayBinsTests {
    @Test(
        "many days become weeks, months, years, decades, centuries",
        arguments: [
            (1, .day, 1), (120, .day, 120), (121, .week, 18), (800, .week, 115), (900, .month, 30), (3700, .year, 11),
            (44_000, .decade, 13), (3_000_000, .century, 83),
        ] as [(Int, DayBins.Unit, Int)])
    func unit(days: Int, unit: DayBins.Unit, bars: Int) throws {
        let first = CalendarDate(year: 2026, month: 1, day: 1)
        let last = first.adding(days: days - 1)
        let bins = try #require(DayBins([(first, 1, 2), (last, 3, 4)]))
        #expect(bins.unit == unit && bins.bins.count == bars)
        #expect(bins.bins.map(\.created).reduce(0, +) == 4 && bins.bins.map(\.completed).reduce(0, +) == 6)
    }

    @Test("a week is labelled by its Monday")
    func week() throws {
        let start = CalendarDate(year: 2026, month: 1, day: 1)
        let bins = try #require(DayBins([(start, 1, 0), (start.adding(days: 200), 1, 0)]))
        #expect(bins.bins.first?.label == "2025-12-29")
    }

    @Test("the logarithm is exact at powers of two and grows in between")
    func logarithm() {
        #expect(Drawing.logarithm(1) == 0 && Drawing.logarithm(1024) == 10 && Drawing.logarithm(1536) == 10.5)
        #expect((1..<5000).allSatisfy { Drawing.logarithm(Int64($0)) < Drawing.logarithm(Int64($0 + 1)) })
    }

    @Test(
        "coordinates have at most one decimal",
        arguments: [(0, "0"), (-0.04, "0"), (1.25, "1.3"), (-2.5, "-2.5"), (12, "12")])
    func number(value: Double, text: String) {
        #expect(Drawing.number(value) == text)
    }
}
