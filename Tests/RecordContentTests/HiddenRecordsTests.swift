import RecordContent
import StrictJSON
import Testing

@Suite("Texts that could hold records")
struct HiddenRecordsTests {
    private static let record = #"{"deploymentId":"a","status":"Queued","timestamp":"2026-02-01T00:00:00Z"}"#
    private static let csv = "DeploymentId,Status,Timestamp\na,Queued,2026-02-01T00:00:00Z\n"

    /// A text as a JSON string has it.
    private static func quoted(_ text: String) -> String {
        var bytes: [UInt8] = []
        JSONString.write(text, into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func holdsRecords(_ text: String, inRecord: Bool = false) -> Bool {
        let bytes = Array(quoted(text).utf8)
        var scan = HiddenRecords()
        // In pieces, as a long text comes.
        for start in stride(from: 0, to: bytes.count, by: 7) {
            scan.add(bytes.span, start..<min(start + 7, bytes.count))
        }
        #expect(scan.isPossible == HiddenRecords.areIn(bytes.span, 0..<bytes.count))
        return inRecord ? scan.namesRecord : scan.isPossible
    }

    static let hidden = [
        record, "[\(record)]", csv, "\u{FEFF}[\(record)]", " \n\u{FEFF} \(record)", String("[\(record)]".dropLast(20)),
        String("[\(record)]".dropFirst(9)), quoted("[\(record)]"), quoted(quoted(quoted(record))),
        quoted("\u{FEFF}" + csv), csv.replacing(",", with: ";"), csv.replacing(",", with: "\t"),
        csv.replacing("DeploymentId", with: "deployment_id"), "sep=;\n" + csv,
        record.replacing("\"", with: "%22"), record.replacing("\"", with: "&quot;"), record + "\n" + record,
        "text before it: \(record)", Base64.encode(Array("[\(record)]".utf8)),
        Base64.encode([0x1F, 0x8B, 0x08] + [UInt8](repeating: 7, count: 40)),
        record.replacing("deploymentId", with: "jobId"), #"[{"status":0,"timestamp":"x"}]"#,
        String(repeating: "x", count: 100_000) + record,
    ]

    /// Rows whose header stands elsewhere, or nowhere.
    static let rows = [
        "a,Queued,2026-02-01T00:00:00Z", "a;2026-02-01T00:00:00.1234567+02:00;Failed;x\n",
        "\"a\",\"Completed\",\"2026-02-01 00:00\"",
        "x\ny\na\tQueued\tz\t2026-02-01T00:00:00Z\tmore", "Queued,2026-02-01T00:00:00Z",
        String(repeating: "x,y\n", count: 30_000) + "a,Queued,2026-02-01T00:00:00Z\n",
    ]

    @Test("rows of a CSV without their header are told, also in base64", arguments: rows)
    func tellsRows(_ text: String) {
        #expect(Self.holdsRecords(text) && Self.holdsRecords(text, inRecord: true))
        guard text.utf8.count < 1000 else { return }
        let wrapped = Base64.encode(Array((text + "\n" + text).utf8))
        #expect(Self.holdsRecords(wrapped) && Self.holdsRecords(wrapped, inRecord: true))
    }

    @Test(
        "a status and a time that are no cells of one row are none",
        arguments: [
            "Queued, 2026-02-01T00:00:00Z", "a,Queued\nb,2026-02-01T00:00:00Z", "a,queued,2026-02-01T00:00:00Z",
            "a,Queued,2026-02-01", "it was Queued,then 2026-02-01T00:00:00Z came",
            "a,Queued,2026-02-01T00:00:00Z and later",
            "a,XQueued,2026-02-01T00:00:00Z",
        ])
    func noRows(_ text: String) { #expect(!Self.holdsRecords(text)) }

    @Test("a text with records is told, in whatever it is wrapped", arguments: hidden)
    func tells(_ text: String) { #expect(Self.holdsRecords(text)) }

    @Test("JSON without the names of a record could be one in an envelope, not inside a record")
    func context() {
        for text in [#"{"a":1}"#, #"[{"x":[1]}]"#, "[[1]]", #"[1,{"a":2}]"#, #"["x"]"#, Self.quoted(#"{"a":1}"#)] {
            #expect(Self.holdsRecords(text) && !Self.holdsRecords(text, inRecord: true), "\(text)")
        }
        for text in Self.hidden.prefix(9) { #expect(Self.holdsRecords(text, inRecord: true), "\(text)") }
    }

    @Test(
        "a sentence, an identifier or an empty container holds none",
        arguments: [
            "", " ", "{}", "[]", "[1,2]", "a text", "[INFO] {x} was done", "{0} deployments",
            "The deploymentId is known, its status is Completed", "job 7 has status Queued", "2026-02-01T00:00:00Z",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "0HMVFE0A284AM:00000001", "\"",
            "https://example.org/tokens?status=Queued&deploymentId=7", "a\nb\nc", "eyJub3RoaW5n",
        ])
    func harmless(_ text: String) { #expect(!Self.holdsRecords(text)) }

    @Test("more layers than anybody wraps a text in are not believed to be harmless")
    func layers() {
        var text = "a"
        for _ in 0..<9 { text = Self.quoted(text) }
        #expect(!Self.holdsRecords(text))
        for _ in 0..<2 { text = Base64.encode(Array((text + String(repeating: " ", count: 30)).utf8)) }
        #expect(!Self.holdsRecords(text))
    }

    @Test("a text is judged alike with its characters as escapes and without, as canonical content has them")
    func escapes() {
        let record = #"[{"deploymentId":"a","status":"Queued","timestamp":"x"}]"#
        let base64 = Base64.encode(Array(String(repeating: record, count: 60).utf8))
        for count in [0, 1, 300] {
            for length in 4_000...4_100 where length % 4 == 0 {
                // Behind the beginning that is looked at, anything may stand.
                let rest = base64.prefix(length) + "!"
                func judged(_ mark: String) -> Bool {
                    let bytes = Array("\"\(String(repeating: mark, count: count))\(rest)\"".utf8)
                    var scan = HiddenRecords()
                    scan.add(bytes.span, 0..<bytes.count)
                    return scan.namesRecord
                }
                #expect(judged("\\ufeff") == judged("\u{FEFF}"), "\(count), \(length)")
            }
        }
    }
}
