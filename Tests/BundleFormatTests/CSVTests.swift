import AuditModel
import StrictJSON
import Testing

@testable import BundleFormat

/// RFC 4180, section 2: what a cell needs to be read back as it was.
@Suite("A cell of CSV")
struct CSVTests {
    /// Texts that end or begin with what matters, at every place in words of eight bytes.
    private static let texts: [String] = {
        let marks = ["", ",", "\"", "\\", "\n", "\r", " ", "\t", "\u{1}", "é", "😀", "\",\"", "\\\""]
        let lengths = [0, 1, 6, 7, 8, 9, 15, 16, 40]
        return marks.flatMap { mark in
            lengths.flatMap { length in
                let text = String(repeating: "x", count: length)
                return [text + mark, mark + text, text + mark + text]
            }
        }
    }()

    /// The cell of a JSON string, and nothing else, in a table.
    private static func cell(_ text: String) -> [UInt8] {
        var json: [UInt8] = []
        JSONString.write(text, into: &json)
        var cell: [UInt8] = []
        // What follows in the arena is not looked at.
        let arena = json + Array(",\"\\".utf8)
        CSV.writeValue(ByteSlice(start: 0, count: json.count), arena.span, into: &cell)
        return cell
    }

    @Test("of a JSON string reads back as its text")
    func readsBack() {
        for text in Self.texts {
            #expect(CSV.parse(Self.cell(text) + [0x0A]) == [[text]], "\(text.debugDescription)")
        }
    }

    @Test("has quotation marks only where a comma, a quotation mark, a line end or a space at an end asks for them")
    func isPlainOtherwise() {
        for text in Self.texts {
            let needs = text.contains { ",\"\n\r".contains($0) } || text.hasPrefix(" ") || text.hasSuffix(" ")
            let cell = Self.cell(text)
            #expect((cell.first == UInt8(ascii: "\"")) == needs, "\(text.debugDescription)")
            if !needs { #expect(cell == Array(text.utf8)) }
        }
    }

    @Test("of a JSON object doubles each of its quotation marks")
    func doubles() {
        let object = Array(#"{"a":"b","c":["d",1]}"#.utf8)
        var cell: [UInt8] = []
        CSV.writeValue(ByteSlice(start: 0, count: object.count), object.span, into: &cell)
        #expect(String(decoding: cell, as: UTF8.self) == #""{""a"":""b"",""c"":[""d"",1]}""#)
    }
}
