import BundleExport
import BundleFormat
import BundleReading
import Deflate
import Foundation
import StrictJSON
import Workbook
import ZipFormat

@testable import BundleVerifier

/// The parts of a workbook, to be changed and put together again.
struct EditableWorkbook {
    var parts: [(name: String, bytes: [UInt8])] = []
    /// Bytes behind the end.
    var surplus: [UInt8] = []

    mutating func replace(_ old: String, by new: String, in part: String) throws {
        guard let index = parts.firstIndex(where: { $0.name == part }) else {
            throw EditableBundle.Unexpected(what: part)
        }
        let text = String(decoding: parts[index].bytes, as: UTF8.self)
        guard let range = text.range(of: old) else { throw EditableBundle.Unexpected(what: "\(old) in \(part)") }
        parts[index].bytes = Array(text.replacingCharacters(in: range, with: new).utf8)
    }

    /// The workbook as a file; `compress` makes the deflated bytes of a part.
    func packed(compress: ([UInt8]) -> [UInt8] = { Deflater.compress($0) + Deflater.end }) throws -> [UInt8] {
        var layout = ZipLayout()
        var output: [UInt8] = []
        for part in parts {
            let data = part.bytes.isEmpty ? [] : compress(part.bytes)
            let entry = try layout.append(
                name: part.name, crc32: Deflater.crc32(part.bytes), compressedSize: UInt64(data.count),
                uncompressedSize: UInt64(part.bytes.count))
            output += ZipStructure.localHeader(for: entry) + data
        }
        return output + (try layout.centralDirectory()) + surplus
    }
}

extension EditableBundle {
    /// The workbook that the bundle's tables and description give.
    func workbook() async throws -> EditableWorkbook? {
        let claims = BundleClaims(try UnverifiedBundle(bytes: try packed(), fileName: "\(name).zip"))
        guard let description = claims.description.value else { return nil }
        var content = ContentChecks(
            claims.bundle, description, rules: claims.rules(), sources: claims.sources(), threads: 2)
        var list = CheckList()
        guard await content.add(to: &list), let made = try? content.report?.made() else { return nil }
        return workbook(made)
    }

    func workbook(_ description: BundleDescription) -> EditableWorkbook {
        var sheets: [Sheet: (rows: SheetRows, xml: [UInt8])] = [:]
        for sheet in Sheet.tables {
            let table = files[sheet.table ?? ""] ?? []
            let start = table.firstIndex(of: 0x0A).map { $0 + 1 } ?? table.endIndex
            var rows = SheetRows(sheet)
            var xml: [UInt8] = []
            rows.append(Array(table[start...]), into: &xml)
            sheets[sheet] = (rows, xml)
        }
        let parts = WorkbookParts(description, rows: sheets.mapValues { $0.rows.count })
        return EditableWorkbook(
            parts: parts.paths.map { path in
                if let content = parts.content(of: path) { return (path, content) }
                guard let sheet = Sheet.tables.first(where: { $0.part == path }), let own = sheets[sheet] else {
                    return (path, [])
                }
                return (path, WorkbookParts.head(sheet) + own.xml + parts.tail(own.rows, of: sheet))
            })
    }
}
