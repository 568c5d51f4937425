import BundleExport
import BundleFormat
import Deflate
import ZipFormat

/// The texts and attributes of a page or a part of the workbook, by their places in its bytes.
struct MarkupPlaces {
    /// A place, and what is put there.
    struct Change: Sendable {
        /// Element, with `@` and the attribute.
        var place: String
        var kind: String
        var range: Range<Int>
        var new: [UInt8]

        func applied(to text: [UInt8]) -> [UInt8] {
            Array(text[..<range.lowerBound]) + new + Array(text[range.upperBound...])
        }
    }

    private let text: [UInt8]
    private(set) var changes: [Change] = []
    private var position = 0
    private var element = ""

    init(_ text: [UInt8]) {
        self.text = text
        while position < text.count { takePart() }
    }

    private mutating func takePart() {
        let start = position
        if text[start] == UInt8(ascii: "<") {
            position = text[start...].firstIndex(of: UInt8(ascii: ">")).map { $0 + 1 } ?? text.count
            takeTag(start..<position)
        } else {
            position = text[start...].firstIndex(of: UInt8(ascii: "<")) ?? text.count
            let isBlank = text[start..<position].allSatisfy { $0 == 0x20 || $0 == 0x0A }
            guard !isBlank else { return }
            add("text changed", element, at: position..<position, new: Array("0".utf8))
            add("text emptied", element, at: start..<position, new: [])
        }
    }

    private mutating func takeTag(_ tag: Range<Int>) {
        let isEnd = text[tag.lowerBound + 1] == UInt8(ascii: "/")
        let name = text[(tag.lowerBound + (isEnd ? 2 : 1))...].prefix { ![0x20, 0x0A, 0x2F, 0x3E].contains($0) }
        element = isEnd ? "after " + String(decoding: name, as: UTF8.self) : String(decoding: name, as: UTF8.self)
        guard !isEnd else { return add("end taken away", element, at: tag, new: []) }
        let isClosed = text[tag.upperBound - 2] == UInt8(ascii: "/") || text[tag.upperBound - 2] == UInt8(ascii: "?")
        let end = max(tag.upperBound - (isClosed ? 2 : 1), name.endIndex)
        add("attribute added", element, at: end..<end, new: Array(" hidden=\"1\"".utf8))
        var start = name.endIndex
        while let equals = text[start..<end].firstIndex(of: UInt8(ascii: "=")), equals + 1 < end,
            text[equals + 1] == UInt8(ascii: "\""),
            let close = text[(equals + 2)..<end].firstIndex(of: UInt8(ascii: "\""))
        {
            let attribute = String(decoding: text[start..<equals].drop { $0 == 0x20 }, as: UTF8.self)
            add("value changed", "\(element)@\(attribute)", at: close..<close, new: Array("0".utf8))
            if equals + 2 < close { add("value emptied", "\(element)@\(attribute)", at: equals + 2..<close, new: []) }
            add("attribute taken away", "\(element)@\(attribute)", at: start..<close + 1, new: [])
            start = close + 1
        }
    }

    private mutating func add(_ kind: String, _ place: String, at range: Range<Int>, new: [UInt8]) {
        changes.append(Change(place: place, kind: "byte \(range.lowerBound), \(kind)", range: range, new: new))
    }
}

extension ValueChange {
    /// Every text and attribute of every page; of the pages below `report/`, if there are any, of those alone.
    static func pages(_ bundle: EditableBundle) throws -> [ValueChange] {
        let below = bundle.files.keys.filter { $0.hasPrefix(BundlePath.reportFolder) }.sorted()
        return try (below.isEmpty ? [BundlePath.report] : below).flatMap { path in
            let text = try bundle.bytes(path)
            return MarkupPlaces(text).changes.map { change in
                ValueChange(place: "\(path) \(change.place)", kind: change.kind) { edited in
                    edited.files[path] = change.applied(to: text)
                    try edited.reseal(.trusted)
                }
            }
        }
    }

    /// Every text and attribute of every part of the workbook, the parts themselves, and how they are deflated.
    static func workbook(_ bundle: EditableBundle) async throws -> [ValueChange] {
        guard let whole = try await bundle.workbook() else { throw EditableBundle.Unexpected(what: "workbook") }
        let deflated = whole.parts.reduce(into: [:]) { $0[$1.bytes] = Deflater.compress($1.bytes) + Deflater.end }
        func change(
            _ place: String, _ kind: String, edit: @escaping @Sendable (inout EditableWorkbook) -> Void
        ) -> ValueChange {
            ValueChange(place: "\(BundlePath.workbook) \(place)", kind: kind) { edited in
                var changed = whole
                edit(&changed)
                edited.files[BundlePath.workbook] = try changed.packed {
                    deflated[$0] ?? Deflater.compress($0) + Deflater.end
                }
                try edited.reseal(.trusted)
            }
        }
        var changes: [ValueChange] = []
        for (index, part) in whole.parts.enumerated() {
            changes += MarkupPlaces(part.bytes).changes.map { one in
                change("\(part.name) \(one.place)", one.kind) {
                    $0.parts[index].bytes = one.applied(to: part.bytes)
                }
            }
            changes.append(change(part.name, "taken away") { $0.parts.remove(at: index) })
            changes.append(change(part.name, "renamed") { $0.parts[index].name += "0" })
            changes.append(change(part.name, "behind all others") { $0.parts.append($0.parts.remove(at: index)) })
            changes.append(change(part.name, "twice") { $0.parts.insert(part, at: index) })
        }
        changes.append(change("part", "added") { $0.parts.append(("xl/zmacros.bin", [1])) })
        changes.append(change("end", "a byte behind it") { $0.surplus = [0] })
        changes.append(
            ValueChange(place: "\(BundlePath.workbook) deflated", kind: "in two pieces") { edited in
                edited.files[BundlePath.workbook] = try whole.packed { bytes in
                    let half = bytes.count / 2
                    return Deflater.compress(Array(bytes[..<half])) + Deflater.compress(Array(bytes[half...]))
                        + Deflater.end
                }
                try edited.reseal(.trusted)
            })
        return changes
    }
}
