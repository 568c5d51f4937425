import StrictJSON
import Testing

@Suite("JSON reading")
struct JSONParserTests {
    static let refusals: [(text: String, code: JSONError.Code, offset: Int)] = [
        ("", .unexpectedEnd, 0), ("  ", .unexpectedEnd, 2), ("{", .unexpectedEnd, 1), ("[", .unexpectedEnd, 1),
        (#"{"a""#, .unexpectedEnd, 4), (#"{"a":"#, .unexpectedEnd, 5), (#"{"a":1"#, .unexpectedEnd, 6),
        (#"{"a":1,"#, .unexpectedEnd, 7), (#"{"a":1,}"#, .unexpectedByte, 7), ("[1,]", .unexpectedByte, 3),
        ("[1 2]", .unexpectedByte, 3), ("{1:2}", .unexpectedByte, 1), ("{} {}", .trailingBytes, 3),
        ("1 1", .trailingBytes, 2), ("tru", .unexpectedEnd, 0), ("trux", .unexpectedByte, 0),
        ("nulL", .unexpectedByte, 0), ("NaN", .unexpectedByte, 0), ("01", .invalidNumber, 0),
        ("-", .invalidNumber, 1), ("1.", .invalidNumber, 2), ("1e", .invalidNumber, 2), ("1e+", .invalidNumber, 3),
        ("+1", .unexpectedByte, 0), (".5", .unexpectedByte, 0), ("'a'", .unexpectedByte, 0),
        (#""a"#, .unexpectedEnd, 2), ("\"\u{1}\"", .controlCharacter, 1), ("\"\n\"", .controlCharacter, 1),
        (#""\x""#, .invalidEscape, 1), (#""\u12g4""#, .invalidEscape, 1), (#""\uD800""#, .loneSurrogate, 1),
        (#""\uDC00""#, .loneSurrogate, 1), (#""\uD800\uD800""#, .loneSurrogate, 1), ("// x\n1", .unexpectedByte, 0),
        (#"{"a":1 "b":2}"#, .unexpectedByte, 7), ("[1}", .unexpectedByte, 2), (#"{"a":1]"#, .unexpectedByte, 6),
        ("\u{FEFF}{}", .unexpectedByte, 0), ("\u{A0}1", .unexpectedByte, 0), ("[\u{B}]", .unexpectedByte, 1),
    ]

    @Test("what is not JSON is refused with its reason and place", arguments: refusals.indices)
    func refuses(_ row: Int) {
        let (text, code, offset) = Self.refusals[row]
        #expect(refusal(text) == JSONError(code, at: offset), "\(text)")
    }

    @Test("a name that stands twice in one object is refused, also when it is escaped or far away")
    func repeatedNames() {
        let many = (0..<200).map { "\"m\($0)\":\($0)" }.joined(separator: ",")
        for text in [
            #"{"a":1,"a":1}"#, #"{"a":1,"b":2,"a":3}"#, #"{"a":1,"\u0061":2}"#, #"{"\u0061":1,"a":2}"#,
            #"{"":1,"":2}"#, #"{"\ud83d\ude02":1,"😂":2}"#, #"{"\/":1,"/":2}"#, #"[[{"x":{"a":1,"a":2}}]]"#,
            "{\(many),\"m0\":1}", "{\(many),\"\\u006d199\":1}", "{\(many),\"m199\":1}",
        ] {
            #expect(refusal(text)?.code == .repeatedName, "\(text.prefix(60))")
        }
        for text in [
            #"{"a":1,"A":1}"#, #"{"a":{"a":1}}"#, #"[{"a":1},{"a":1}]"#, "{\"\u{E9}\":1,\"e\u{301}\":2}",
            #"{"a\u0000":1,"a":2}"#, "{\(many)}", #"{"aXXb":1,"aYYb":2}"#,
        ] {
            #expect(refusal(text) == nil, "\(text.prefix(60))")
        }
    }

    @Test("an object of a hundred thousand members is read, and one repetition among them found")
    func manyMembers() {
        let names = (0..<100_000).map { "\"member\($0)\":\($0)" }.joined(separator: ",")
        #expect(refusal("{\(names)}") == nil)
        #expect(refusal("{\(names),\"member50000\":0}")?.code == .repeatedName)
        #expect(refusal("{\(names),\"\\u006dember50000\":0}")?.code == .repeatedName)
    }

    @Test("128 levels are read, 129 are not", arguments: ["[", "{\"a\":"])
    func depth(_ opening: String) {
        func nested(_ levels: Int) -> String {
            String(repeating: opening, count: levels) + "1"
                + String(repeating: opening == "[" ? "]" : "}", count: levels)
        }
        #expect(refusal(nested(128)) == nil)
        #expect(refusal(nested(129)) == JSONError(.nestingTooDeep, at: 128 * opening.utf8.count))
    }

    @Test("every byte sequence of two is UTF-8 in a string exactly if Swift reads it so")
    func twoBytes() {
        var wrong: [String] = []
        for first in UInt8.min...UInt8.max {
            for second in UInt8.min...UInt8.max {
                let bytes = [0x22, first, second, 0x22]
                let isPlain = [first, second].allSatisfy { $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C }
                guard isPlain else { continue }
                let isUTF8 = String(validating: [first, second], as: UTF8.self) != nil
                if (refusal(bytes) == nil) != isUTF8 { wrong.append("\(first) \(second)") }
            }
        }
        #expect(wrong == [])
    }

    @Test("a plain text, a quotation mark or a control character is found at every place of a word of eight")
    func everyPlace() {
        for length in 0..<40 {
            let plain = [UInt8](repeating: 0x61, count: length)
            #expect(refusal([0x22] + plain + [0x22]) == nil)
            for place in 0..<length {
                for byte: UInt8 in [0x00, 0x1F, 0x22, 0x5C, 0x80, 0xFF] {
                    var text = plain
                    text[place] = byte
                    #expect(refusal([0x22] + text + [0x22]) != nil, "\(byte) at \(place) of \(length)")
                }
                for byte: UInt8 in [0x20, 0x21, 0x23, 0x5B, 0x5D, 0x7F] {
                    var text = plain
                    text[place] = byte
                    #expect(refusal([0x22] + text + [0x22]) == nil, "\(byte) at \(place) of \(length)")
                }
            }
        }
    }

    @Test("a value is read from the middle of a text, and what stands around it is left alone")
    func ranges() throws {
        let bytes = Array(#"xx {"a":[1,2]} yy"#.utf8)
        var parser = JSONParser()
        let end = try parser.parseValue(bytes.span, 2..<bytes.count)
        #expect(end == 14)
        #expect(parser.tape.tokens[0].range == 3..<14)
        let members = (parser.tape.member("a", of: 0, in: bytes.span), parser.tape.member("b", of: 0, in: bytes.span))
        #expect(members.0 == 2)
        #expect(members.1 == nil)
    }

    @Test("a random value, however written, is read as it is", arguments: 0..<40)
    func random(_ seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        for _ in 0..<25 {
            let sample = Sample.random(4, &generator)
            let bytes = Array(sample.written(&generator).utf8)
            var parser = JSONParser()
            try parser.parseDocument(bytes.span, 0..<bytes.count)
            #expect(Sample(0, parser.tape, in: bytes) == sample)
        }
    }

    @Test("a text cut short anywhere is refused, or is a shorter number")
    func truncation() {
        let text = Array(#"{"a":[1,-2.5e3,true,null,"\u00e9\n\ud83d\ude02"],"b":{"c":""}}"#.utf8)
        #expect(refusal(text) == nil)
        for end in 0..<text.count { #expect(refusal(Array(text[..<end])) != nil, "cut at \(end)") }
    }
}
