import BundleFormat
import Testing

@testable import Workbook

@Suite("Rows of the workbook")
struct SheetRowsTests {
    private func rows(_ csv: String, of sheet: Sheet = .deployments) -> String {
        var rows = SheetRows(sheet)
        var output: [UInt8] = []
        rows.append(Array(csv.utf8), into: &output)
        return String(decoding: output, as: UTF8.self)
    }

    /// The cell of a text in the first column of its kind.
    private func cell(_ text: String, in column: String) throws -> String {
        let index = try #require(Sheet.deployments.columnNames.firstIndex(of: column))
        let commas = String(repeating: ",", count: index)
        let row = rows(commas + String(decoding: CSV.row([text]), as: UTF8.self))
        let empty = String(repeating: "<c/>", count: index)
        #expect(row.hasPrefix("<row>\(empty)") && row.hasSuffix("</row>\n"), "\(row)")
        return String(row.dropFirst("<row>\(empty)".count).dropLast("</row>\n".count))
    }

    @Test(
        "a number is a number while no digit can be lost",
        arguments: [
            ("0", true), ("7", true), ("-7", true), ("123456789012345", true), ("1234567890123456", false),
            ("007", false),
            ("1e5", false), ("1.50", true), (".5", false), ("5.", false), ("-", false), ("--1", false),
            ("1.2.3", false),
            ("0.123456789012345", false), ("=1", false), ("{\"a\":1}", false),
        ])
    func numbers(text: String, isNumber: Bool) throws {
        let cell = try cell(text, in: "attempts")
        #expect(cell == (isNumber ? "<c><v>\(text)</v></c>" : "<c t=\"str\"><v>\(text)</v></c>"))
    }

    @Test(
        "a time is days since the end of 1899, truncated to milliseconds",
        arguments: [
            ("1900-03-01T00:00:00.0000000Z", "61.0000000000"), ("1970-01-01T12:00:00.0000000Z", "25569.5000000000"),
            ("2026-02-19T10:17:01.8279999Z", "46072.4284933681"),
            ("9999-12-31T23:59:59.9999999Z", "2958465.9999999884"),
        ])
    func times(text: String, serial: String) throws {
        #expect(try cell(text, in: "createdAt") == "<c s=\"3\"><v>\(serial)</v></c>")
    }

    @Test(
        "a time that a spreadsheet has no day for is a text",
        arguments: [
            "1900-02-28T00:00:00.0000000Z", "2016-12-31T23:59:60.0000000Z", "2026-02-30T00:00:00.0000000Z", "yesterday",
            "2026-02-19T10:17:01.827+01:00",
        ])
    func textsOfTimes(text: String) throws {
        #expect(try cell(text, in: "createdAt") == "<c t=\"str\"><v>\(text)</v></c>")
    }

    @Test(
        "a text stays what it is, whatever it looks like",
        arguments: [
            ("plain", "plain"), ("=1+1", "=1+1"), ("@SUM(A1)", "@SUM(A1)"), ("a&b<c>", "a&amp;b&lt;c&gt;"),
            ("x\u{1}y", "x_x0001_y"), ("_x0041_", "_x005F_x0041_"), ("_x004", "_x004"), ("\u{FFFE}", "_xFFFE_"),
            (" blank ", " blank "), ("a\nb", "a\nb"), ("a\rb", "a_x000D_b"), ("a\"b", "a\"b"),
            ("a\u{FEFF}b", "a\u{FEFF}b"),
        ])
    func texts(text: String, xml: String) throws {
        let cell = try cell(text, in: "tokenName")
        let plain = "<c t=\"str\"><v>\(xml)</v></c>"
        let hard = "<c t=\"inlineStr\"><is><t xml:space=\"preserve\">\(xml)</t></is></c>"
        #expect(cell == plain || cell == hard)
        #expect(cell == plain || text.contains { "&<>_ \n\r\u{1}\u{FFFE}\u{FEFF}".contains($0) })
    }

    @Test("a mark that XML does not hold is found wherever it stands, and plain bytes around it stay")
    func marksAtEveryPlace() throws {
        for (text, xml) in [("&", "&amp;"), (">", "&gt;"), ("\u{1F}", "_x001F_"), ("_x0041_", "_x005F_x0041_")] {
            for place in 0...35 {
                let before = String(repeating: "é,", count: place / 2) + String(repeating: "a", count: place % 2)
                for after in ["", "b", "bcdefghijklmnopqrs"] {
                    let cell = try cell(before + text + after, in: "tokenName")
                    let inner = "\(before)\(xml)\(after)</t></is></c>"
                    #expect(cell == "<c t=\"inlineStr\"><is><t xml:space=\"preserve\">" + inner)
                }
            }
        }
    }

    @Test(
        "an underscore or a comma alone makes no text a special one", arguments: ["ASA_FT", "_x_", "a,_b,c_x00", "_"])
    func plainMarks(text: String) throws {
        #expect(try cell(text, in: "tokenName") == "<c t=\"str\"><v>\(text)</v></c>")
    }

    @Test("a truth value has a format that shows it as a word; anything else is a text")
    func flags() throws {
        #expect(try cell("true", in: "disputed") == "<c s=\"8\" t=\"b\"><v>1</v></c>")
        #expect(try cell("false", in: "disputed") == "<c s=\"8\" t=\"b\"><v>0</v></c>")
        #expect(try cell("maybe", in: "disputed") == "<c t=\"str\"><v>maybe</v></c>")

        #expect(WorkbookStyles.xml.contains("&quot;TRUE&quot;;&quot;TRUE&quot;;&quot;FALSE&quot;"))
    }

    @Test("every style that a cell may have is one of the formats")
    func styles() {
        let formats = WorkbookStyles.xml.split(separator: "<cellXfs").last?.split(separator: "</cellXfs").first ?? ""
        #expect(formats.contains("count=\"10\"") && formats.split(separator: "<xf ").count == 11)
        let head = String(decoding: WorkbookParts.head(.deployments), as: UTF8.self)
        #expect(head.contains("<c s=\"9\" t=\"str\"><v>attempts</v></c>"))
        #expect(head.contains("<c s=\"1\" t=\"str\"><v>deploymentId</v></c>"))
    }

    @Test("a text that no cell takes is cut between two characters, and says so")
    func cut() throws {
        for text in [String(repeating: "é", count: 32_768), String(repeating: "😀", count: 16_384)] {
            let cell = try cell(text, in: "tokenName")
            let inner = try #require(cell.split(separator: ">").dropFirst(3).first?.split(separator: "<").first)
            #expect(
                inner.utf16.count <= 32_767 && inner.utf16.count > 32_760
                    && inner.hasSuffix("(cut; whole in the CSV file)"))
        }
        #expect(try !cell(String(repeating: "é", count: 32_767), in: "tokenName").contains("cut"))
    }

    @Test("rows that come in pieces are the rows that come at once, wherever the pieces end")
    func pieces() {
        let csv = Array("0,a,\"x\"\"y\nz\",,1\n1,b,\" \",,\n2,\"c,\",,,\"\"\"\"\n".utf8)
        var whole = SheetRows(.findings)
        var expected: [UInt8] = []
        #expect(whole.append(csv, into: &expected) == csv.count)
        for cut in 0...csv.count {
            var rows = SheetRows(.findings)
            var output: [UInt8] = []
            var rest = Array(csv[..<cut])
            rest.removeFirst(rows.append(rest, into: &output))
            rest += csv[cut...]
            #expect(rows.append(rest, into: &output) == rest.count && output == expected && rows.count == whole.count)
        }
        #expect(whole.links.map(\.row) == [2, 3, 4] && whole.links.map(\.target) == [2, 3, 4])
    }

    @Test("columns have the names of a spreadsheet")
    func columnNames() {
        let names = [0: "A", 25: "Z", 26: "AA", 51: "AZ", 52: "BA", 701: "ZZ", 702: "AAA"]
        for (index, name) in names { #expect(WorkbookParts.columnName(index) == name) }
    }
}
