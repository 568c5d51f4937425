import StrictJSON
import Testing

@Suite("Canonical JSON")
struct CanonicalJSONTests {
    /// RFC 8785, appendix B, and edges between the layouts of ECMAScript's Number::toString.
    static let formats: [(bits: UInt64, text: String)] = [
        (0x0000_0000_0000_0000, "0"), (0x8000_0000_0000_0000, "0"), (0x0000_0000_0000_0001, "5e-324"),
        (0x8000_0000_0000_0001, "-5e-324"), (0x7FEF_FFFF_FFFF_FFFF, "1.7976931348623157e+308"),
        (0xFFEF_FFFF_FFFF_FFFF, "-1.7976931348623157e+308"), (0x4340_0000_0000_0000, "9007199254740992"),
        (0xC340_0000_0000_0000, "-9007199254740992"), (0x4430_0000_0000_0000, "295147905179352830000"),
        (0x44B5_2D02_C7E1_4AF5, "9.999999999999997e+22"), (0x44B5_2D02_C7E1_4AF6, "1e+23"),
        (0x44B5_2D02_C7E1_4AF7, "1.0000000000000001e+23"), (0x444B_1AE4_D6E2_EF4E, "999999999999999700000"),
        (0x444B_1AE4_D6E2_EF4F, "999999999999999900000"), (0x444B_1AE4_D6E2_EF50, "1e+21"),
        (0x3EB0_C6F7_A0B5_ED8C, "9.999999999999997e-7"), (0x3EB0_C6F7_A0B5_ED8D, "0.000001"),
        (0x41B3_DE43_5555_5553, "333333333.3333332"), (0x41B3_DE43_5555_5554, "333333333.33333325"),
        (0x41B3_DE43_5555_5555, "333333333.3333333"), (0x41B3_DE43_5555_5556, "333333333.3333334"),
        (0x41B3_DE43_5555_5557, "333333333.33333343"), (0xBECB_F647_612F_3696, "-0.0000033333333333333333"),
        (0x4314_3FF3_C1CB_0959, "1424953923781206.2"),
    ]

    @Test("numbers are written as ECMAScript writes them", arguments: formats.indices)
    func format(_ row: Int) {
        let (bits, text) = Self.formats[row]
        #expect(String(decoding: JSONNumber.format(Double(bitPattern: bits)), as: UTF8.self) == text)
    }

    @Test(
        "more numbers are written as ECMAScript writes them",
        arguments: [
            (1.0, "1"), (-1.5, "-1.5"), (0.1, "0.1"), (100, "100"), (123_456.789, "123456.789"), (1e-7, "1e-7"),
            (1.5e-7, "1.5e-7"), (0.00001, "0.00001"), (1e20, "100000000000000000000"), (1.2e21, "1.2e+21"),
            (333333333.33333329, "333333333.3333333"), (1e30, "1e+30"), (4.5, "4.5"), (2e-3, "0.002"), (1e-27, "1e-27"),
            (94.33962264150944, "94.33962264150944"),
        ])
    func moreFormats(_ value: Double, _ text: String) {
        #expect(String(decoding: JSONNumber.format(value), as: UTF8.self) == text)
    }

    @Test("the text of a random number reads as the same number, and is canonical")
    func roundTrip() {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<5_000 {
            let value = Double(bitPattern: generator.next())
            guard value.isFinite else { continue }
            let text = JSONNumber.format(value)
            #expect(Double(String(decoding: text, as: UTF8.self)) == value)
            let isCanonical = JSONNumber.isCanonical(text.span, 0..<text.count)
            #expect(isCanonical)
        }
    }

    @Test(
        "a number is canonical exactly if its text is what its value is written as",
        arguments: [
            ("0", true), ("1", true), ("-1", true), ("10", true), ("999999999999999", true), ("9007199254740991", true),
            ("9007199254740992", true), ("9007199254740994", true), ("123456789012345680", true), ("0.1", true),
            ("1e+21", true), ("1e-7", true), ("295147905179352830000", true), ("5e-324", true), ("-0.5", true),
            ("-0", false), ("0.0", false), ("1.0", false), ("1.50", false), ("1e5", false), ("1E+21", false),
            ("1e21", false), ("1e+021", false), ("0.0000001", false), ("9007199254740993", false),
            ("123456789012345678", false), ("18446744073709551615", false), ("1e400", false), ("-1e400", false),
            ("1e-400", false), ("100000000000000000000000", false), ("0.1000000000000000055511151231257827", false),
            ("-0.0", false), ("0e0", false), ("000000000000000000000000000000", false),
        ])
    func isCanonical(_ text: String, _ expected: Bool) throws {
        let bytes = Array(text.utf8)
        let result = JSONNumber.isCanonical(bytes.span, 0..<bytes.count)
        #expect(result == expected)
        if !text.hasPrefix("00") { #expect(try canonical(text) == (expected ? text : "\"\(text)\"")) }
    }

    @Test("strings have the escapes of RFC 8785 and no others")
    func strings() throws {
        for value in 0..<0x80 {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let digits = String(value, radix: 16)
            let escaped = "\"\\u" + String(repeating: "0", count: 4 - digits.count) + digits + "\""
            let short: [Int: String] = [
                8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r", 0x22: "\\\"", 0x5C: "\\\\",
            ]
            let expected = short[value].map { "\"\($0)\"" } ?? (value < 0x20 ? escaped : "\"\(scalar)\"")
            #expect(try canonical(escaped) == expected)
        }
        #expect(try canonical(#""\u20AC\uD83D\uDE02\/""#) == "\"€😂/\"")
        #expect(try canonical("\"\u{7F}\u{80}\u{2028}\"") == "\"\u{7F}\u{80}\u{2028}\"")
    }

    @Test("members go by the UTF-16 code units of their names")
    func order() throws {
        let text =
            "{\"\u{FFFF}\":1,\"\u{10000}\":2,\"\u{D7FF}\":3,\"b\":4,\"a\":5,\"\":6,\"aa\":7,\"A\":8,\"\\u0000\":9}"
        let expected =
            "{\"\":6,\"\\u0000\":9,\"A\":8,\"a\":5,\"aa\":7,\"b\":4,\"\u{D7FF}\":3,\"\u{10000}\":2,\"\u{FFFF}\":1}"
        #expect(try Array(canonical(text).utf8) == Array(expected.utf8))
    }

    @Test("objects of any size are ordered alike", arguments: [2, 63, 64, 65, 66, 500])
    func sizes(_ count: Int) throws {
        var generator = SeededGenerator(seed: UInt64(count))
        let names = (0..<count).map { "m\($0 * 7919 % 10_007)" }
        let expected = "{" + names.sorted().map { "\"\($0)\":0" }.joined(separator: ",") + "}"
        for _ in 0..<5 {
            let text = "{" + names.shuffled(using: &generator).map { "\"\($0)\" : 0" }.joined(separator: ", ") + "}"
            #expect(try canonical(text) == expected)
            let escaped = text.replacing("\"m", with: "\"\\u006d")
            #expect(try canonical(escaped) == expected)
        }
    }

    @Test("what is canonical stays so, and reads as what it was made from", arguments: 0..<40)
    func idempotence(_ seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed) + 1_000)
        for _ in 0..<25 {
            let sample = Sample.random(4, &generator)
            let once = try canonical(Array(sample.written(&generator).utf8))
            let again = try canonical(Array(sample.written(&generator).utf8))
            #expect(once == again, "the form does not depend on how a value is written")
            #expect(try canonical(once) == once)
            var parser = JSONParser()
            try parser.parseDocument(once.span, 0..<once.count)
            #expect(Sample(0, parser.tape, in: once) == sample.afterWriting)
        }
    }

    @Test("a small value is read and written as the tape is")
    func smallValues() throws {
        let text = #"{"a":[1,-2,"x\n",true,null,{}],"b":{"c":1.5},"é":""}"#
        let value = try JSONValue(parsing: Array(text.utf8))
        #expect(value.bytes == Array(text.utf8))
        #expect(value.file == Array(text.utf8) + [0x0A])
        #expect(value["a"]?.array?.count == 6)
        #expect(value["b"]?["c"] == .double(1.5))
        #expect(value["missing"] == nil)
        #expect(throws: JSONError.self) { try JSONValue(parsing: Array("{".utf8)) }
    }

    @Test("a small value keeps names that differ in bytes alone")
    func smallValueNames() throws {
        let text = Array("{\"e\u{301}\":1,\"\u{E9}\":2}".utf8)
        #expect(try JSONValue(parsing: text).bytes == text)
    }
}
