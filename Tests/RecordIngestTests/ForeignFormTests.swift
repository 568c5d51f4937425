import AuditModel
import RecordIngest
import Testing

@Suite("Files that are not of a form that is read")
struct ForeignFormTests {
    /// The start of a ZIP file whose entries have these names.
    private static func zip(_ names: String...) -> [UInt8] {
        names.flatMap { name in
            [0x50, 0x4B, 3, 4] + [UInt8](repeating: 0, count: 22) + [UInt8(name.utf8.count), 0, 0, 0] + Array(name.utf8)
        }
    }

    private static func wide(_ text: String, bigEndian: Bool, width: Int = 2, mark: Bool) -> [UInt8] {
        ((mark ? "\u{FEFF}" : "") + text).utf16.flatMap { unit in
            let bytes =
                [UInt8](repeating: 0, count: width - 2) + [
                    UInt8(truncatingIfNeeded: unit >> 8), UInt8(truncatingIfNeeded: unit),
                ]
            return bigEndian ? bytes : bytes.reversed()
        }
    }

    static let forms: [(name: String, bytes: [UInt8])] = [
        ("a tar file", Array("records.json".utf8) + [UInt8](repeating: 0, count: 245) + Array("ustar\u{0}00".utf8)),
        ("a ZIP file", zip("records.json")), ("a ZIP file", [0x50, 0x4B, 5, 6] + [UInt8](repeating: 0, count: 18)),
        ("an Excel workbook", zip("[Content_Types].xml", "xl/workbook.xml")),
        ("a bundle", zip("audit-all/bagit.txt", "audit-all/data/audit-trail.json")),
        ("a Zstandard file", [0x28, 0xB5, 0x2F, 0xFD, 0, 0]), ("an xz file", [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0, 0]),
        ("a bzip2 file", Array("BZh91AY&SY".utf8)), ("a gzip file inside gzip", [0x1F, 0x8B, 8, 0]),
        ("a PDF document", Array("%PDF-1.7\n".utf8)), ("an HTML page", Array("\n<!DOCTYPE html><p>Sign in".utf8)),
        ("an XML document", Array("<?xml version=\"1.0\"?><a/>".utf8)),
        ("a SQLite file", Array("SQLite format 3\u{0}".utf8)), ("a marker", Array("2026-02\n".utf8)),
        ("a marker", Array("\u{FEFF}2026-02-01T00:00:00Z\r\n".utf8)), ("a marker", Array("2026".utf8)),
        ("a text in UTF-16", wide("[{}]", bigEndian: false, mark: true)),
        ("a text in UTF-16", wide("[{}]", bigEndian: true, mark: true)),
        ("a text in UTF-16", wide("{\"a\":1}", bigEndian: false, mark: false)),
        ("a text in UTF-16", wide("DeploymentId", bigEndian: true, mark: false)),
        ("a text in UTF-32", wide("[{}]", bigEndian: false, width: 4, mark: true)),
        ("a text in UTF-32", wide("[{}]", bigEndian: true, width: 4, mark: false)),
    ]

    @Test("each is refused by its name, as one record", arguments: forms.indices)
    func named(_ row: Int) throws {
        let (name, bytes) = Self.forms[row]
        for piece in [1, 300, 1 << 20] {
            let seen = try Source.read(bytes, piece: piece)
            #expect(seen.counts == ["x": 1])
            #expect(seen.reasons[0].hasPrefix(name) && seen.reasons[0].contains(": "), "\(seen.reasons)")
            #expect(seen.rejections[0].byteCount == bytes.count)
        }
    }

    static let rows = "d;Queued;2026-02-01T00:00:00Z\ne;Queued;2026-02-01T00:00:00Z\n"

    @Test(
        "a CSV of another separator is read if its header is certain, and noted",
        arguments: [
            ("DeploymentId;Status;Timestamp\n" + rows, "separated by semicolons"),
            ("\u{FEFF}\"DeploymentId\";\"Status\";\"Timestamp\"\r\n" + rows, "separated by semicolons"),
            (("DeploymentId;Status;Timestamp\n" + rows).replacing(";", with: "\t"), "separated by tabs"),
            ("sep=;\nDeploymentId;Status;Timestamp\n" + rows, "a first line that names the separator: semicolons"),
            (
                ("sep=;\r\nDeploymentId;Status;Timestamp\r\n" + rows).replacing(";", with: ","),
                "a first line that names the separator: commas"
            ),
        ])
    func separators(_ text: String, _ dialect: String) throws {
        for piece in [1, 1 << 20] {
            let seen = try Source.read(Array(text.utf8), piece: piece)
            #expect(seen.of("t").map(\.deploymentID) == ["d", "e"], "\(seen.reasons)")
            #expect(seen.notes.map(\.code) == [.csvDialect] && seen.notes[0].actual == dialect)
            #expect(seen.of("t").map(\.line) == (text.contains("sep=") ? [3, 4] : [2, 3]))
        }
        let quoted = try Source.read("{\"success\":true,\"data\":\(Text.quoted(text).replacing("\t", with: "\\t"))}")
        #expect(quoted.of("t").count == 2 && quoted.notes.count == 1)
    }

    @Test(
        "empty cells behind the last column, and a quoted first line that names the separator, are read and told",
        arguments: [
            ("DeploymentId,Status,Timestamp,\nd,Queued,2026-02-01T00:00:00Z,\ne,Queued,2026-02-01T00:00:00Z,\n", 1),
            ("DeploymentId,Status,Timestamp\nd,Queued,2026-02-01T00:00:00Z,\ne,Queued,2026-02-01T00:00:00Z,\"\"\n", 2),
            ("DeploymentId,Status,Timestamp,,\nd,Queued,2026-02-01T00:00:00Z\ne,Queued,2026-02-01T00:00:00Z,,\n", 1),
            (
                "\"sep=;\"\r\nDeploymentId;Status;Timestamp;\r\nd;Queued;2026-02-01T00:00:00Z\r\n"
                    + "e;Queued;2026-02-01T00:00:00Z;\r\n", 1
            ),
        ])
    func emptyCells(_ text: String, _ line: Int) throws {
        for source in [text, "{\"success\":true,\"data\":\(Text.quoted(text))}"] {
            let seen = try Source.read(source)
            #expect(seen.of("t").map(\.deploymentID) == ["d", "e"], "\(seen.reasons)")
            #expect(seen.notes.map(\.code) == [.csvDialect] && seen.rejections.isEmpty)
        }
        #expect(try Source.read(text).notes.map { $0.position.line + 1 } == [line])
        let full = try Source.read(text + (text.contains(";") ? "f;Queued;2026-02-01T00:00:00Z;x\n" : "f,Queued,x,y\n"))
        #expect(full.of("x").count == 1 && full.reasons[0].contains("4 cells, expected 3"))
    }

    @Test("separators inside quotation marks are text, whichever separates the columns")
    func quotedSeparators() throws {
        let text = "DeploymentId;Status;Timestamp;Message\nd;Queued;2026-02-01T00:00:00Z;\"a;b,c\"\n"
        #expect(try Source.read(text).contents[0].contains(#""message":"a;b,c""#))
    }

    @Test("a header further down is no row, and the rows behind it go by it")
    func repeatedHeader() throws {
        let header = "DeploymentId,Status,Timestamp\n"
        let row = "d,Queued,2026-02-01T00:00:00Z\n"
        let seen = try Source.read(header + row + header + "e" + row.dropFirst())
        #expect(seen.of("t").map(\.deploymentID) == ["d", "e"] && seen.of("x").isEmpty)
        #expect(seen.notes.map(\.position.line) == [2])
        let other = try Source.read(
            header + row + "Message,\"Timestamp\",Status,DeploymentId\nm,2026-02-01T00:00:00Z,Queued,e\n")
        #expect(other.of("t").map(\.deploymentID) == ["d", "e"])
        #expect(other.contents.contains { $0.contains(#""message":"m""#) })
        let value = try Source.read(
            "DeploymentId,Status,Timestamp,Message\nd,Queued,2026-02-01T00:00:00Z,DeploymentId\n")
        #expect(value.of("t").count == 1 && value.notes.isEmpty)
    }

    @Test(
        "a header that is not certain is refused by what is wrong with it",
        arguments: [
            ("deploymentId,status,timestamp\n1,2,3\n", "column DeploymentId missing, found deploymentId"),
            ("deployment_id;status;timestamp\n1;2;3\n", "column DeploymentId missing, found deployment_id"),
            ("row,deploymentId,sequence\n0,d,0\n", "column DeploymentId missing, found deploymentId"),
            (
                "\u{FEFF}DeploymentId;State\n1;2\n",
                "column Status missing; column Timestamp missing; its columns are DeploymentId, State"
            ),
            ("DeploymentId,Status,Status\n1,2,3\n", "a CSV header that names Status twice"),
            ("DeploymentId,deploymentId\n1,2\n", "a CSV header that names DeploymentId twice"),
            ("DeploymentId,\"Status,Timestamp\n1,2,3\n", "a CSV header that cannot be split"),
            ("DeploymentId,,Status\n1,2,3\n", "a CSV header with a column without a name"),
            ("DeploymentId,Status,Timestamp\rd,Queued,2026-02-01T00:00:00Z\r", "line ends of CR alone"),
            ("sep=;\nDeploymentId,Status,Timestamp\n", "a CSV whose first line names a separator"),
            ("sep=\n", "a CSV whose first line names a separator"),
            (header(bytes: (256 << 10) + 1), "a CSV header over 256 KiB, the limit"),
            ("sep=,\n" + header(bytes: 256 << 10), "a CSV header over 256 KiB, the limit"),
            ("a\rb\r", "neither JSON nor CSV"),
        ])
    func uncertain(_ text: String, _ reason: String) throws {
        let seen = try Source.read(text)
        #expect(seen.counts == ["x": 1])
        #expect(seen.reasons[0].contains(reason), "\(seen.reasons)")
        #expect(seen.notes.isEmpty)
    }

    @Test("a row that lacks a cell says which")
    func emptyCells() throws {
        let seen = try Source.read("DeploymentId,Status,Timestamp\n,,\nd,,\nd,Queued,\n")
        #expect(
            seen.reasons == [
                "deploymentId missing; status missing; timestamp missing",
                "status missing; timestamp missing; its members are deploymentId",
                "timestamp missing; its members are deploymentId, status",
            ])
    }

    /// A header with its line end, of which all but the required columns have no name.
    private static func header(bytes: Int) -> String {
        let names = "DeploymentId,Status,Timestamp"
        return names + String(repeating: ",", count: bytes - names.utf8.count - 1) + "\n"
    }

    @Test("a header of 256 KiB is read, and a row of more cells than that is refused by name")
    func longHeader() throws {
        let seen = try Source.read(
            Self.header(bytes: 256 << 10) + "a,Queued,2026-02-10T00:00:00Z" + String(repeating: ",", count: 300_000)
                + "\n"
                + "b,Queued,2026-02-10T00:00:00Z\n")
        #expect(seen.counts == ["t": 1, "x": 1])
        #expect(seen.reasons == ["over 262144 cells, the limit"])
    }
}
