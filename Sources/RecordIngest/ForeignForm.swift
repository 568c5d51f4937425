import AuditModel
import StrictJSON

/// Files that hold no records as they are: told by their first bytes, and refused by name.
package enum ForeignForm {
    /// Bytes that have to be at hand: the mark of a tar file is the last to come.
    static let headBytes = 512

    private struct Mark {
        var bytes: [UInt8]
        var offset = 0
        /// What it is, and what to do instead.
        var name: String
        var remedy: String
    }

    private static let marks: [Mark] = [
        Mark(bytes: [0x1F, 0x8B], name: "a gzip file inside gzip", remedy: unpack),
        Mark(bytes: [0x28, 0xB5, 0x2F, 0xFD], name: "a Zstandard file (.zst)", remedy: unpack),
        Mark(bytes: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], name: "an xz file", remedy: unpack),
        Mark(bytes: [0x04, 0x22, 0x4D, 0x18], name: "an LZ4 file", remedy: unpack),
        Mark(bytes: Array("BZh".utf8), name: "a bzip2 file", remedy: unpack),
        Mark(bytes: [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], name: "a 7z file", remedy: unpack),
        Mark(bytes: Array("ustar".utf8), offset: 257, name: "a tar file", remedy: unpack),
        Mark(bytes: Array("%PDF-".utf8), name: "a PDF document", remedy: export),
        Mark(bytes: [0xD0, 0xCF, 0x11, 0xE0], name: "an Office document of the old form (.xls, .doc)", remedy: export),
        Mark(bytes: Array("PAR1".utf8), name: "a Parquet file", remedy: export),
        Mark(bytes: Array("SQLite format 3\0".utf8), name: "a SQLite file, such as a ledger", remedy: export),
        Mark(bytes: [0xFF, 0xFE, 0x00, 0x00], name: "a text in UTF-32", remedy: recode),
        Mark(bytes: [0x00, 0x00, 0xFE, 0xFF], name: "a text in UTF-32", remedy: recode),
        Mark(bytes: [0xFF, 0xFE], name: "a text in UTF-16", remedy: recode),
        Mark(bytes: [0xFE, 0xFF], name: "a text in UTF-16", remedy: recode),
    ]

    /// What is refused by name, each once: containers, documents and encodings.
    package static let names: [String] = {
        let others = ["a bundle", "an Excel workbook (.xlsx)", "an Office document", "a ZIP file"]
        let all = others + marks.map(\.name) + ["an HTML page", "an XML document", marker]
        return all.enumerated().filter { all.firstIndex(of: $1) == $0 }.map(\.element)
    }()

    private static let unpack = "unpack it first"
    private static let export = "export the records as JSON or CSV"
    private static let recode = "save it as UTF-8"

    /// Why a source that begins so holds no records; nil if nothing is known of such bytes.
    static func reason(_ bytes: [UInt8]) -> String? {
        if let zip = zip(bytes) { return zip }
        for mark in marks where bytes.dropFirst(mark.offset).starts(with: mark.bytes) {
            return reason(mark.name, mark.remedy)
        }
        if let encoding = encoding(bytes) { return reason("a text in \(encoding)", recode) }
        if isMarker(bytes) { return reason(marker, "write it beside the folder of the records, not into it") }
        return markup(bytes)
    }

    private static func reason(_ name: String, _ remedy: String) -> String {
        "\(name), expected JSON, NDJSON or CSV in UTF-8, plain or gzip: \(remedy)"
    }

    /// A ZIP file, whose names tell what it is; they stand before the contents.
    private static func zip(_ bytes: [UInt8]) -> String? {
        guard bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) || bytes.starts(with: [0x50, 0x4B, 0x05, 0x06]) else {
            return nil
        }
        let span = bytes.span
        if span.holds("/data/audit-trail.json") || span.holds("/data/VERIFY.txt") {
            return reason("a bundle", "unpack it and give its data/audit-trail.json")
        }
        if span.holds("xl/") { return reason("an Excel workbook (.xlsx)", "save the sheet as CSV") }
        if span.holds("[Content_Types].xml") { return reason("an Office document", export) }
        return reason("a ZIP file", unpack)
    }

    /// The encoding of a text of which every second byte, or three of four, are zero.
    private static func encoding(_ bytes: [UInt8]) -> String? {
        guard bytes.count >= 4 else { return nil }
        switch (bytes[0] == 0, bytes[1] == 0, bytes[2] == 0, bytes[3] == 0) {
        case (false, true, false, true), (true, false, true, false): return "UTF-16"
        case (false, true, true, true), (true, true, true, false): return "UTF-32"
        default: return nil
        }
    }

    private static let marker = "a marker (a period or a time alone)"

    /// Whether a short text begins with what the marker of a source says: it was put where the records belong.
    private static func isMarker(_ bytes: [UInt8]) -> Bool {
        guard bytes.count <= 64 else { return false }
        let text = String(decoding: bytes, as: UTF8.self).filter { $0 != "\u{FEFF}" }
        guard let line = text.split(whereSeparator: \.isNewline).first else { return false }
        let value = line.filter { $0 != " " && $0 != "\t" }
        return Period(label: value) != nil || (try? Timestamp.parse(value)) != nil
    }

    /// A page or document that was saved in the place of an envelope.
    private static func markup(_ bytes: [UInt8]) -> String? {
        let text = bytes.drop { $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }.prefix(14)
        let head = String(decoding: text, as: UTF8.self).lowercased()
        if head.hasPrefix("<!doctype html") || head.hasPrefix("<html") {
            return reason("an HTML page", "fetch the records from the service again")
        }
        return head.hasPrefix("<?xml") ? reason("an XML document", export) : nil
    }
}

extension Span<UInt8> {
    /// Whether a text stands anywhere in it.
    fileprivate func holds(_ text: StaticString) -> Bool {
        let length = text.utf8CodeUnitCount
        guard count >= length else { return false }
        for start in 0...(count - length) where equals(text, start..<start + length) { return true }
        return false
    }
}
