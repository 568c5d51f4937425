import AuditModel
import Testing

@Suite("Timestamps")
struct TimestampTests {
    static let accepted: [(text: String, canonical: String)] = [
        ("2026-02-19T10:17:01.8270367Z", "2026-02-19T10:17:01.8270367Z"),
        ("2026-02-19T10:17:01Z", "2026-02-19T10:17:01.0000000Z"),
        ("2026-02-19t10:17:01z", "2026-02-19T10:17:01.0000000Z"),
        ("2026-02-19T10:17:01.8Z", "2026-02-19T10:17:01.8000000Z"),
        ("2026-02-19T10:17:01.82Z", "2026-02-19T10:17:01.8200000Z"),
        ("2026-02-19T10:17:01.827Z", "2026-02-19T10:17:01.8270000Z"),
        ("2026-02-19T10:17:01.8270Z", "2026-02-19T10:17:01.8270000Z"),
        ("2026-02-19T10:17:01.82703Z", "2026-02-19T10:17:01.8270300Z"),
        ("2026-02-19T10:17:01.827036Z", "2026-02-19T10:17:01.8270360Z"),
        ("2026-02-19T10:17:01.82703670000Z", "2026-02-19T10:17:01.8270367Z"),
        ("2026-02-19T10:17:01.0000001Z", "2026-02-19T10:17:01.0000001Z"),
        ("2026-01-01T00:30:00+01:00", "2025-12-31T23:30:00.0000000Z"),
        ("2025-12-31T23:30:00-01:00", "2026-01-01T00:30:00.0000000Z"),
        ("2024-03-01T00:00:00+00:01", "2024-02-29T23:59:00.0000000Z"),
        ("2026-02-19T10:17:01+23:59", "2026-02-18T10:18:01.0000000Z"),
        ("2026-02-19T10:17:01-23:59", "2026-02-20T10:16:01.0000000Z"),
        ("2026-02-19T10:17:01-00:00", "2026-02-19T10:17:01.0000000Z"),
        ("2026-02-19T10:17:01+05:30", "2026-02-19T04:47:01.0000000Z"),
        ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00.0000000Z"),
        ("2000-02-29T00:00:00Z", "2000-02-29T00:00:00.0000000Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.0000000Z"),
        ("9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.9999999Z"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:60.0000000Z"),
        ("2016-12-31T23:59:60.9999999Z", "2016-12-31T23:59:60.9999999Z"),
        ("2015-06-30T23:59:60Z", "2015-06-30T23:59:60.0000000Z"),
        ("2016-12-31T18:59:60-05:00", "2016-12-31T23:59:60.0000000Z"),
        ("2017-01-01T00:59:60+01:00", "2016-12-31T23:59:60.0000000Z"),
        ("2017-01-01T05:29:60.5+05:30", "2016-12-31T23:59:60.5000000Z"),
    ]

    @Test("what RFC 3339 allows becomes UTC with seven digits", arguments: accepted.indices)
    func accepts(_ row: Int) throws {
        let (text, canonical) = Self.accepted[row]
        let (time, zone) = try Timestamp.parse(text)
        #expect(time.text == canonical)
        #expect(zone == .stated)
    }

    @Test(
        "a time without zone is UTC, and said to have none",
        arguments: ["2026-02-19T10:17:01", "2026-02-19T10:17:01.8270367", "2016-12-31T23:59:60"])
    func withoutZone(_ text: String) throws {
        let (time, zone) = try Timestamp.parse(text)
        #expect(zone == .absent)
        #expect(time == (try Timestamp.parse(text + "Z").time))
    }

    @Test(
        "what RFC 3339 refuses, and what is finer than 100 ns, is refused",
        arguments: [
            "", "2026", "2026-02-19", "2026-02-19T", "2026-02-19T10", "2026-02-19T10:17", "2026-02-19T10:17Z",
            "2026-02-31T10:17:01Z", "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-04-31T00:00:00Z",
            "2026-00-10T00:00:00Z", "2026-13-10T00:00:00Z", "2026-02-00T00:00:00Z", "2026-01-32T00:00:00Z",
            "0000-01-01T00:00:00Z", "2026-02-19T24:00:00Z", "2026-02-19T25:00:00Z", "2026-02-19T10:60:00Z",
            "2026-02-19T10:17:61Z", "2016-12-30T23:59:60Z", "2026-02-19T10:17:60Z", "2016-12-31T22:59:60Z",
            "2016-12-31T23:58:60Z", "2016-12-31T23:59:60+01:00", "2026-02-19T10:17:01.Z", "2026-02-19T10:17:01.",
            "2026-02-19T10:17:01.82703671Z", "2026-02-19T10:17:01.00000001Z", "2026-02-19T10:17:01,5Z",
            "2026-02-19 10:17:01Z", "2026-02-19_10:17:01Z", "2026-2-19T10:17:01Z", "2026-02-9T10:17:01Z",
            "26-02-19T10:17:01Z", "12026-02-19T10:17:01Z", "-2026-02-19T10:17:01Z", "+2026-02-19T10:17:01Z",
            "2026-02-19T1:17:01Z", "2026-02-19T10:17:1Z", "20260219T101701Z", "2026-050T10:17:01Z",
            "2026-02-19T10:17:01Z\n", "2026-02-19T10:17:01Z ", " 2026-02-19T10:17:01Z", "2026-02-19T10:17:01ZZ",
            "2026-02-19T10:17:01+24:00", "2026-02-19T10:17:01+10:60", "2026-02-19T10:17:01+1:00",
            "2026-02-19T10:17:01+0100", "2026-02-19T10:17:01+01", "2026-02-19T10:17:01+01:0", "2026-02-19T10:17:01+",
            "2026-02-19T10:17:01+01:00Z", "2026-02-19T10:17:01 Z", "2026-02-19T10:17:01UTC", "2026-02-19T10:17:01X",
            "2026-02-19T10:17:0\u{661}Z", "\u{FF12}026-02-19T10:17:01Z", "2026\u{2010}02-19T10:17:01Z",
            "2026-02-19T10:17:01\u{2212}01:00", "2026-02-19T10:17:01.8\u{0663}Z", "2026-02-19T10:17:01\0",
            "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "/Date(1700000000000)/", "1770033600",
        ])
    func refuses(_ text: String) {
        #expect(throws: Timestamp.ParseError.self) { try Timestamp.parse(text) }
    }

    @Test("canonical text is read as the instant that it was written from")
    func roundTrip() throws {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<3_000 {
            let day = Int64.random(in: 0..<3_652_059, using: &generator)
            let ticks = Int64.random(in: 0..<864_000_000_000, using: &generator)
            let time = Timestamp(ticks: day * 864_010_000_000 + ticks)
            #expect(time.text.utf8.count == 28)
            #expect(try Timestamp.parse(time.text).time == time)
        }
    }

    @Test("order goes through a leap second, and elapsed time passes over it")
    func leapSeconds() throws {
        let texts = [
            "2016-12-31T23:59:59Z", "2016-12-31T23:59:59.9999999Z", "2016-12-31T23:59:60Z",
            "2016-12-31T23:59:60.9999999Z", "2017-01-01T00:00:00Z", "2017-01-01T00:00:00.0000001Z",
        ]
        let times = try texts.map { try Timestamp.parse($0).time }
        #expect(zip(times, times.dropFirst()).allSatisfy { $0 < $1 })
        #expect(times[4].milliseconds(since: times[0]) == 1_000)
        #expect(times[2].milliseconds(since: times[0]) == 1_000)
        #expect(times[3].date == CalendarDate(year: 2016, month: 12, day: 31))
    }

    @Test("milliseconds are truncated toward zero, before and after")
    func truncation() {
        let base = at(0)
        let later = Timestamp(ticks: base.ticks + 19_999)
        #expect(later.milliseconds(since: base) == 1)
        #expect(base.milliseconds(since: later) == -1)
        #expect(later.posixTicks(since: base) == 19_999)
    }

    @Test(
        "seconds of Unix are those of the calendar",
        arguments: [
            (0 as Int64, "1970-01-01T00:00:00.0000000Z"), (-1, "1969-12-31T23:59:59.0000000Z"),
            (951_782_400, "2000-02-29T00:00:00.0000000Z"), (1_230_768_000, "2009-01-01T00:00:00.0000000Z"),
            (-62_135_596_800, "0001-01-01T00:00:00.0000000Z"), (253_402_300_799, "9999-12-31T23:59:59.0000000Z"),
        ])
    func unixSeconds(_ seconds: Int64, _ text: String) {
        let time = Timestamp(unixSeconds: seconds)
        #expect(time.text == text)
        #expect(time.unixSeconds == seconds)
        #expect(Timestamp(unixSeconds: 0).adding(seconds: seconds) == time)
    }
}
