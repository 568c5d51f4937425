import AuditModel
import RecordIngest
import Testing

/// Rows of a CSV that stray quotation marks join, and files that are cut, lose nothing without a word.
@Suite("CSV that is broken without being malformed")
struct CutTableTests {
    private static let header = "DeploymentId,Status,Timestamp,Message"

    private static func row(_ id: String, _ message: String = "m") -> String {
        "\(id),Queued,2026-02-10T00:00:00Z,\(message)"
    }

    private static func table(_ rows: [String], header: String = header, end: String = "\n") -> String {
        ([header] + rows).map { $0 + end }.joined()
    }

    @Test(
        "rows between two stray quotation marks are read, and the two are rejected", arguments: ["\n", "\r\n"],
        [0, 1, 5])
    func joined(end: String, between: Int) throws {
        let inner = (0..<between).map { Self.row("i\($0)") }
        let rows = [Self.row("a", "\"broken")] + inner + [Self.row("z", "broken\""), Self.row("y")]
        let seen = try Source.read(Self.table(rows, end: end))
        #expect(seen.codes == [.malformedRecord, .malformedRecord])
        #expect(seen.reasons.first?.contains("a cell in quotation marks that runs on over a row below it") == true)
        #expect(seen.of("t").map(\.deploymentID) == (0..<between).map { "i\($0)" } + ["y"])
        #expect(seen.records.filter { $0.kind == "x" }.map(\.line) == [2, 3 + between])
    }

    @Test("in whatever column the marks stand, no row vanishes")
    func columns() throws {
        let header = "TokenName,DeploymentId,Message,Timestamp,ErrorMessage,Status,ReasonCode"
        let cells = { (id: String) in ["n", id, "m", "2026-02-10T00:00:00Z", "e", "Queued", "r"] }
        for column in 0..<7 {
            for between in 0..<3 {
                for mark in ["\"x", "\""] {
                    let ids = ["id-a"] + (0..<between).map { "id-\($0)" } + ["id-z"]
                    let rows = ids.map { id in
                        var row = cells(id)
                        if id == "id-a" { row[column] = mark + row[column] }
                        if id == "id-z" { row[column] += mark == "\"" ? "\"" : "x\"" }
                        return row.joined(separator: ",")
                    }
                    let seen = try Source.read(Self.table(rows, header: header))
                    let kept = seen.rejections.map { String(decoding: $0.raw, as: UTF8.self) }.joined()
                    for id in ids {
                        #expect(seen.of("t").contains { $0.deploymentID == id } || kept.contains(id), "\(rows)")
                    }
                    #expect(!seen.rejections.isEmpty, "\(rows)")
                }
            }
        }
    }

    @Test("a cell of several lines is read; one with as many cells as a row is a note")
    func lines() throws {
        let plain = try Source.read(Self.table([Self.row("a", "\"one\ntwo, three\n\nfour\"")]))
        #expect(plain.counts == ["t": 1] && plain.notes.isEmpty)
        let prose = try Source.read(
            Self.table([Self.row("a", "\"one\ntwo, three, four, five\""), Self.row("b", "\"x\n,,,,\"")]))
        #expect(prose.counts == ["t": 2])
        #expect(prose.notes.map(\.code) == [.csvDialect])
        #expect(prose.notes[0].actual?.contains("a cell of several lines") == true)
        #expect(prose.records.map(\.line) == [2, 4])
    }

    @Test(
        "a cell of several lines is read in whatever column it stands, and gives the same content",
        arguments: ["\n", "\r\n"])
    func anyColumn(end: String) throws {
        let names = ["Message", "DeploymentId", "Status", "Timestamp", "TokenName", "ReasonCode"]
        let first = [
            "\"one\(end)two, and three\(end)\"", "d", "Queued", "2026-02-10T00:00:00Z", "\"To\(end)ken\"", "r",
        ]
        let second = ["m", "e", "Submitted", "2026-02-10T00:00:01Z", "", "\"a\(end)\(end)b\""]
        var contents: Set<[String]> = []
        for shift in names.indices {
            for isReversed in [false, true] {
                let turned = { (row: [String]) in
                    let cells = Array(row[shift...] + row[..<shift])
                    return (isReversed ? cells.reversed() : cells).joined(separator: ",")
                }
                let text = Self.table([turned(first), turned(second)], header: turned(names), end: end)
                let seen = try Source.read(text)
                #expect(seen.counts["t"] == 2 && seen.counts["x"] == nil, "\(text) \(seen.reasons)")
                contents.insert(seen.contents.sorted())
            }
        }
        #expect(contents.count == 1)
    }

    @Test("a quotation mark that is never closed gives up its line alone, in whatever column it stands")
    func neverClosed() throws {
        for column in 0..<4 {
            var cells = ["m", "a", "Queued", "2026-02-10T00:00:00Z"]
            cells[column] = "\"" + cells[column]
            let rows = [cells.joined(separator: ",")] + ["b", "c"].map { "m,\($0),Queued,2026-02-10T00:00:00Z" }
            let seen = try Source.read(Self.table(rows, header: "Message,DeploymentId,Status,Timestamp"))
            #expect(seen.of("t").map(\.deploymentID) == ["b", "c"], "\(column)")
            #expect(seen.rejections.map { String(decoding: $0.raw, as: UTF8.self) } == [rows[0] + "\n"])
        }
    }

    @Test("a file without a line end at its end may be cut, wherever that is", arguments: ["\n", "\r\n"])
    func cut(end: String) throws {
        let whole = Array(Self.table([Self.row("a", "\"x\(end)y\""), Self.row("b", "hello")], end: end).utf8)
        #expect(try Source.read(whole).rejections.isEmpty)
        let ends = Set(Text.offsets(of: end, in: String(decoding: whole, as: UTF8.self)).map { $0 + end.utf8.count })
        for length in 1..<whole.count {
            let seen = try Source.read(Array(whole[..<length]))
            // Where a line ends, outside of quotation marks, nothing tells that more was to come.
            let isInCell = whole[..<length].count { $0 == UInt8(ascii: "\"") } % 2 == 1
            #expect(seen.rejections.isEmpty == (ends.contains(length) && !isInCell), "\(length)")
            if !seen.rejections.isEmpty { #expect(seen.of("t").count < 2) }
        }
    }

    @Test("what is cut is kept, and said")
    func said() throws {
        let row = try Source.read(String(Self.table([Self.row("a"), Self.row("b", "hello")]).dropLast(3)))
        #expect(row.counts == ["t": 1, "x": 1])
        #expect(row.reasons[0].hasPrefix("a row without a line end, so the file may be cut in it"))
        #expect(String(decoding: row.rejections[0].raw, as: UTF8.self) == Self.row("b", "hel"))
        let header = try Source.read(Self.header)
        #expect(header.reasons.map { $0.hasPrefix("a CSV whose header has no line end") } == [true])
        #expect(String(decoding: header.rejections[0].raw, as: UTF8.self) == Self.header)
    }

    @Test("the text of a string has an end of its own, and needs no line end")
    func string() throws {
        let table = Text.quoted(String(Self.table([Self.row("a")]).dropLast()))
        let seen = try Source.read(#"{"success":true,"data":\#(table)}"#)
        #expect(seen.counts == ["t": 1] && seen.rejections.isEmpty)
    }

    @Test(
        "what is wrong in a cell is said by its name",
        arguments: [
            ("b", "1 cell, expected 4 as in the header"),
            (row("b") + ",x", "5 cells, expected 4 as in the header"),
            (row("b", "a\rb"), "a CR without LF in cell 4, expected such a cell in quotation marks"),
            (row("b", "a\"b"), "a quotation mark that RFC 4180 does not allow in cell 4"),
            ("b,00,2026-02-10T00:00:00Z,m", #"status is "00", expected Queued, Submitted, "#),
            ("b,07,2026-02-10T00:00:00Z,m", #"status is "07", expected Queued, Submitted, "#),
        ])
    func messages(_ row: String, _ reason: String) throws {
        let seen = try Source.read(Self.table([row]))
        #expect(seen.reasons.count == 1 && seen.reasons[0].hasPrefix(reason), "\(seen.reasons)")
    }

    @Test("a name that stands twice is said, with its place")
    func twice() throws {
        for (text, name) in [
            (#"{"deploymentId":"a","status":0,"status":1}"#, #"at byte 31: "status", expected each name once"#),
            (#"{"a":{"b":1,"\u0062":2}}"#, #"at byte 12: "\u0062", expected each name once"#),
        ] {
            let reasons = try Source.read(text).reasons
            #expect(reasons.first?.hasSuffix(name) == true, "\(reasons)")
        }
    }

    @Test("an empty text in an envelope is shown as one")
    func empty() throws {
        let failures = { (text: String) in try Source.read(text).envelopes.map(\.failure) }
        #expect(try failures(#"{"success":""}"#) == [#"success: """#])
        #expect(try failures(#"{"success":true,"recordCount":""}"#) == [#"recordCount: """#])
        #expect(try failures(#"{"success":false,"errorMessage":""}"#) == ["success: false"])
        #expect(try Source.read(#"{"success":true,"isSimulated":""}"#).envelopes.map(\.simulation) == [#""""#])
    }
}
