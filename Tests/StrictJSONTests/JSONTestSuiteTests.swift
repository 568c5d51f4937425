import Foundation
import StrictJSON
import TestSupport
import Testing

@Suite(
    "JSONTestSuite",
    .enabled(if: PublicSuite.jsonTestSuite.isPresent, "\(PublicSuite.jsonTestSuite.absence)"))
struct JSONTestSuiteTests {
    static func names(_ prefix: String) throws -> [String] {
        try PublicSuite.jsonTestSuite.files().filter { $0.hasPrefix(prefix) }
    }

    static func refusal(_ name: String) throws -> JSONError? {
        StrictJSONTests.refusal(try PublicSuite.jsonTestSuite.bytes(name))
    }

    /// Well-formed by RFC 8259, and refused here by a rule of their own: a name that stands twice is malformed.
    static let repeatedNames = ["y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"]

    @Test("what every parser must accept is accepted, but for two texts with a repeated name")
    func accepted() throws {
        let names = try Self.names("y_")
        #expect(names.count == 95)
        for name in names {
            let expected = Self.repeatedNames.contains(name) ? JSONError.Code.repeatedName : nil
            #expect(try Self.refusal(name)?.code == expected, "\(name)")
        }
    }

    @Test("as RFC 8259 has it, where a name may stand twice, all that must be accepted is")
    func acceptedByGrammar() throws {
        let names = try Self.names("y_")
        #expect(names.count == 95)
        for name in names {
            let bytes = try PublicSuite.jsonTestSuite.bytes(name)
            var parser = JSONParser()
            parser.refusesRepeatedNames = false
            #expect(throws: Never.self, "\(name)") { try parser.parseDocument(bytes.span, 0..<bytes.count) }
        }
    }

    @Test("what every parser must refuse is refused")
    func refused() throws {
        let names = try Self.names("n_")
        #expect(names.count == 188)
        for name in names { #expect(try Self.refusal(name) != nil, "\(name)") }
    }

    /// What is up to the parser: the code of the refusal, or nil.
    static let free: [String: JSONError.Code?] = [
        "i_number_double_huge_neg_exp.json": nil, "i_number_huge_exp.json": nil,
        "i_number_neg_int_huge_exp.json": nil, "i_number_pos_double_huge_exp.json": nil,
        "i_number_real_neg_overflow.json": nil, "i_number_real_pos_overflow.json": nil,
        "i_number_real_underflow.json": nil, "i_number_too_big_neg_int.json": nil,
        "i_number_too_big_pos_int.json": nil, "i_number_very_big_negative_int.json": nil,
        "i_object_key_lone_2nd_surrogate.json": .loneSurrogate,
        "i_string_1st_surrogate_but_2nd_missing.json": .loneSurrogate,
        "i_string_1st_valid_surrogate_2nd_invalid.json": .loneSurrogate,
        "i_string_UTF-16LE_with_BOM.json": .unexpectedByte, "i_string_UTF-8_invalid_sequence.json": .invalidUTF8,
        "i_string_UTF8_surrogate_U+D800.json": .invalidUTF8,
        "i_string_incomplete_surrogate_and_escape_valid.json": .loneSurrogate,
        "i_string_incomplete_surrogate_pair.json": .loneSurrogate,
        "i_string_incomplete_surrogates_escape_valid.json": .loneSurrogate,
        "i_string_invalid_lonely_surrogate.json": .loneSurrogate, "i_string_invalid_surrogate.json": .loneSurrogate,
        "i_string_invalid_utf-8.json": .invalidUTF8, "i_string_inverted_surrogates_U+1D11E.json": .loneSurrogate,
        "i_string_iso_latin_1.json": .invalidUTF8, "i_string_lone_second_surrogate.json": .loneSurrogate,
        "i_string_lone_utf8_continuation_byte.json": .invalidUTF8, "i_string_not_in_unicode_range.json": .invalidUTF8,
        "i_string_overlong_sequence_2_bytes.json": .invalidUTF8,
        "i_string_overlong_sequence_6_bytes.json": .invalidUTF8,
        "i_string_overlong_sequence_6_bytes_null.json": .invalidUTF8, "i_string_truncated-utf-8.json": .invalidUTF8,
        "i_string_utf16BE_no_BOM.json": .unexpectedByte, "i_string_utf16LE_no_BOM.json": .controlCharacter,
        "i_structure_500_nested_arrays.json": .nestingTooDeep,
        "i_structure_UTF-8_BOM_empty_object.json": .unexpectedByte,
    ]

    @Test("what is up to the parser is accepted or refused as written down")
    func upToTheParser() throws {
        #expect(try Self.names("i_") == Self.free.keys.sorted())
        for (name, code) in Self.free {
            if name.contains("utf16") || name.contains("UTF-16") {
                #expect(try Self.refusal(name) != nil, "\(name)")
            } else {
                #expect(try Self.refusal(name)?.code == code, "\(name)")
            }
        }
    }

    @Test("docs/json.md has the same table")
    func documented() throws {
        let text = String(
            decoding: try Repository.bytes("docs/json.md"), as: UTF8.self)
        var documented: [String: Bool] = [:]
        for line in text.split(separator: "\n") where line.hasPrefix("| `i_") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: CharacterSet(charactersIn: " `")) }
            documented[cells[0]] = cells[1] == "accepted"
        }
        #expect(documented == Self.free.mapValues { $0 == nil })
        for name in Self.repeatedNames { #expect(text.contains("`\(name)`")) }
    }

    static let examples = ["arrays", "french", "structures", "unicode", "values", "weird"]

    /// Numbers of the examples that are not in canonical form, and so are strings here.
    static let differences: [String: [(theirs: String, ours: String)]] = [
        "structures": [(#""\n":56"#, #""\n":"56.0""#)],
        "values": [
            (
                "[333333333.3333333,1e+30,4.5,0.002,1e-27]",
                #"["333333333.33333329","1E30","4.50","2e-3","0.000000000000000000000000001"]"#
            )
        ],
    ]

    @Test(
        "the examples of RFC 8785 are written byte for byte, but for numbers that are not canonical",
        .enabled(if: PublicSuite.canonicalJSON.isPresent, "\(PublicSuite.canonicalJSON.absence)"),
        arguments: examples)
    func canonicalExamples(_ name: String) throws {
        let suite = PublicSuite.canonicalJSON
        let input = try suite.bytes("input/\(name).json")
        var expected = String(
            decoding: try suite.bytes("output/\(name).json"), as: UTF8.self)
        for (theirs, ours) in Self.differences[name] ?? [] {
            #expect(expected.contains(theirs))
            expected = expected.replacingOccurrences(of: theirs, with: ours)
        }
        #expect(try canonical(input) == Array(expected.utf8))
        let output = try suite.bytes("output/\(name).json")
        #expect(try canonical(output) == output, "what is canonical stays as it is")
    }
}
