import BundleFormat
import Testing

@Suite("Text of a figure")
struct ReportFigureTextTests {
    @Test(
        "a value of its kind has one text",
        arguments: [
            ("", .text, ""), ("a & b", .text, "a & b"),
            ("0", .count, "0"), ("999", .count, "999"), ("1000", .count, "1,000"), ("1234567", .count, "1,234,567"),
            ("-1", .count, "-1"), ("-123", .count, "-123"), ("-1234", .count, "-1,234"),
            ("123456789012345678901234567890", .count, "123,456,789,012,345,678,901,234,567,890"),
            ("0", .percent, "0.00 %"), ("100", .percent, "100.00 %"), ("94.33333333333333", .percent, "94.33 %"),
            ("0.005", .percent, "0.01 %"), ("0.0049999", .percent, "0.00 %"), ("99.995", .percent, "100.00 %"),
            ("9.999", .percent, "10.00 %"), ("1e-7", .percent, "0.00 %"), ("5e-3", .percent, "0.01 %"),
            ("1e+21", .percent, "1000000000000000000000.00 %"), ("0.1", .percent, "0.10 %"),
            ("0", .duration, "0 ms"), ("999", .duration, "999 ms"), ("1000", .duration, "1.0 s"),
            ("59399", .duration, "59.3 s"), ("59999", .duration, "59.9 s"), ("60000", .duration, "1 min 0 s"),
            ("278053", .duration, "4 min 38 s"), ("3599999", .duration, "59 min 59 s"),
            ("3600000", .duration, "1 h 0 min"),
            ("11520000", .duration, "3 h 12 min"), ("86399999", .duration, "23 h 59 min"),
            ("86400000", .duration, "1 d 0 h"), ("187200000", .duration, "2 d 4 h"), ("-800", .duration, "-800 ms"),
            ("-9223372036854775808", .duration, "-106751991167 d 7 h"),
            ("2026-02-19T10:17:01.8270367Z", .time, "2026-02-19 10:17:01.827 UTC"),
            ("2026-02-19T10:17:01.9999999Z", .time, "2026-02-19 10:17:01.999 UTC"),
            ("2016-12-31T23:59:60.0000000Z", .time, "2016-12-31 23:59:60.000 UTC"),
        ] as [(String, FigureText.Kind, String)])
    func rendered(value: String, kind: FigureText.Kind, text: String) {
        #expect(FigureText.render(value, as: kind) == text)
    }

    @Test(
        "what is no value of its kind has none",
        arguments: [
            ("", .count), ("-", .count), ("01", .count), ("-0", .count), ("1.0", .count), ("1,000", .count),
            ("+1", .count), ("١", .count), ("1\u{301}", .count),
            ("", .percent), ("-1", .percent), (".5", .percent), ("5.", .percent), ("1e", .percent), ("1e999", .percent),
            ("01.5", .percent), ("NaN", .percent), ("1.2.3", .percent),
            ("", .duration), ("1.5", .duration), ("9223372036854775808", .duration), ("-0", .duration),
            ("", .time), ("2026-02-19T10:17:01Z", .time), ("2026-02-19T10:17:01.8270367z", .time),
            ("2026-02-31T10:17:01.8270367Z", .time), ("2026-02-19T10:17:01.82703670Z", .time),
            ("2026-02-19T10:17:01.827+00:00", .time),
        ] as [(String, FigureText.Kind)])
    func refused(value: String, kind: FigureText.Kind) {
        #expect(FigureText.render(value, as: kind) == nil)
    }
}
