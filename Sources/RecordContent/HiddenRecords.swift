import StrictJSON

/// Tells whether a text that is not read could hold records (docs/domain.md, section 1).
///
/// The text is judged, not how the escapes of its JSON string are written, and it comes in pieces, so that one of any length is
/// judged alike. At its beginning any number of layers is undone: byte order mark, white space, quotation marks and escapes of
/// JSON strings inside it, base64.
package struct HiddenRecords: Sendable {
    /// Bytes of a text at the beginning of which layers are undone.
    private static let headBytes = 4096
    /// More layers than anybody wraps a text in; what has more of them is not believed to be harmless.
    private static let maximumLayers = 16
    /// Stands for a byte order mark that was written as an escape; no byte of UTF-8.
    fileprivate static let byteOrderMark: UInt8 = 0xFE
    /// No text with fewer bytes names two of the members that make a record.
    package static let leastBytes = 12

    private var head: [UInt8] = []
    private var names = NameScan()
    private var rows = RowScan()
    private var string = StringBytes()

    package init() {}

    /// Whether the text of a whole value, with its quotation marks, could hold records.
    package static func areIn(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        var scan = HiddenRecords()
        scan.add(bytes, range)
        return scan.isPossible
    }

    /// Takes the next bytes of the JSON string, quotation marks included.
    package mutating func add(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        for index in range {
            guard let byte = string.next(bytes[index]) else { continue }
            // A character counts as many bytes as an escape as it does without: canonical content has few escapes.
            for _ in 0..<string.width { take(byte) }
        }
    }

    private mutating func take(_ byte: UInt8) {
        if head.count < HiddenRecords.headBytes { head.append(byte) }
        names.add(byte)
        rows.add(byte)
    }

    /// Whether what has come so far could hold records: it begins like JSON, names what makes a record, or has a row of one.
    package var isPossible: Bool { namesRecord || layers.isJSON }

    /// Whether what has come so far names what makes a record, or has a row of one, whose header stands elsewhere or nowhere.
    ///
    /// Inside a record JSON alone says nothing: settings and details are kept as such texts.
    package var namesRecord: Bool { names.isRecord || rows.isRecord || layers.namesRecord }

    /// What is found at the beginning when all layers are undone.
    private var layers: (isJSON: Bool, namesRecord: Bool) {
        var text = head
        for _ in 0..<HiddenRecords.maximumLayers {
            text.removeFirst(HiddenRecords.wrappingPrefix(text))
            guard let first = text.first else { return (false, false) }
            if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
                return (HiddenRecords.beginsAsJSON(text), false)
            }
            guard let inner = HiddenRecords.decoded(text) else { return (false, false) }
            var names = NameScan()
            var rows = RowScan()
            for byte in inner {
                names.add(byte)
                rows.add(byte)
            }
            if names.isRecord || rows.isRecord { return (true, true) }
            text = inner
        }
        return (true, true)
    }

    /// Bytes at the beginning that say nothing of what is wrapped in them: byte order marks, white space, quotation marks, and the
    /// escapes of those.
    private static func wrappingPrefix(_ text: [UInt8]) -> Int {
        var index = 0
        while index < text.count {
            let blanks = blankPrefix(text[index...])
            if blanks > 0 {
                index += blanks
            } else if text[index] == UInt8(ascii: "\"") {
                index += 1
            } else if text[index] == UInt8(ascii: "\\") {
                index += escapeLength(text[index...])
            } else {
                break
            }
        }
        return index
    }

    /// Bytes of a line end, a tab or a character in an escape, or of its backslash alone.
    private static func escapeLength(_ text: ArraySlice<UInt8>) -> Int {
        guard let letter = text.dropFirst().first else { return 1 }
        if [UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t")].contains(letter) { return 2 }
        let digits = text.dropFirst(2).prefix(4)
        let isCharacter = letter == UInt8(ascii: "u") && digits.count == 4 && digits.allSatisfy(isHexadecimal)
        return isCharacter ? 6 : 1
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
    }

    /// Bytes of byte order marks and white space at the beginning.
    private static func blankPrefix(_ text: ArraySlice<UInt8>) -> Int {
        var index = text.startIndex
        while index < text.endIndex {
            if text[index...].starts(with: [0xEF, 0xBB, 0xBF]) {
                index += 3
            } else if [0x20, 0x09, 0x0A, 0x0D, byteOrderMark].contains(text[index]) {
                index += 1
            } else {
                break
            }
        }
        return index - text.startIndex
    }

    /// Whether an object with a member begins, or a list in which an object, a list or a text stands, also when it is cut.
    private static func beginsAsJSON(_ text: [UInt8]) -> Bool {
        let inner = text.dropFirst()
        let rest = inner.dropFirst(blankPrefix(inner))
        guard let next = rest.first else { return false }
        if text[0] == UInt8(ascii: "{") { return next == UInt8(ascii: "\"") || next == UInt8(ascii: "\\") }
        switch next {
        case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "\""), UInt8(ascii: "\\"): return true
        case UInt8(ascii: "-"), 0x30...0x39: return rest.contains(UInt8(ascii: "{"))
        default: return false
        }
    }

    /// What base64 stands for, if that is JSON, CSV or gzip; nil for anything else, such as a hash.
    private static func decoded(_ text: [UInt8]) -> [UInt8]? {
        // The quotation mark of a string around it, and the backslash before that, stand behind it too.
        let digits = text.filter {
            ![0x0A, 0x0D, UInt8(ascii: "="), UInt8(ascii: "\""), UInt8(ascii: "\\")].contains($0)
        }
        let whole = digits.count / 4 * 4
        guard whole >= 24, digits.allSatisfy(isBase64) else { return nil }
        let standard = digits[..<whole].map { byte in
            byte == UInt8(ascii: "-") ? UInt8(ascii: "+") : byte == UInt8(ascii: "_") ? UInt8(ascii: "/") : byte
        }
        guard let bytes = Base64.decode(String(decoding: standard, as: UTF8.self)) else { return nil }
        // What is packed cannot be looked into here: it counts as a list that begins.
        if bytes.starts(with: [0x1F, 0x8B, 0x08]) { return Array("[{".utf8) }
        let isText = bytes.prefix(64).allSatisfy { $0 >= 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }
        return isText && UTF8Check.isValid(bytes.span, 0..<min(bytes.count, 24)) ? bytes : nil
    }

    private static func isBase64(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            || [UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "_")].contains(byte)
    }
}

/// The bytes of the text that a JSON string stands for, one by one.
///
/// Characters beyond ASCII that are written as escapes come as bytes beyond ASCII: which they are does not matter.
private struct StringBytes: Sendable {
    private enum State: Sendable {
        case before, text, escape, character(digits: Int, value: UInt32), ended
    }

    private var state = State.before
    /// How many bytes the character takes that was completed last, if it came as an escape; else 1.
    private(set) var width = 1

    /// Takes the next byte of the string; the byte that it completes, if it does.
    mutating func next(_ byte: UInt8) -> UInt8? {
        width = 1
        switch state {
        case .before:
            state = .text
            return nil
        case .text:
            if byte == UInt8(ascii: "\\") {
                state = .escape
                return nil
            }
            if byte == UInt8(ascii: "\"") { state = .ended }
            return byte == UInt8(ascii: "\"") ? nil : byte
        case .escape: return escape(byte)
        case .character(let digits, let value): return character(byte, digits: digits, value: value)
        case .ended: return nil
        }
    }

    private mutating func escape(_ byte: UInt8) -> UInt8? {
        if byte == UInt8(ascii: "u") {
            state = .character(digits: 0, value: 0)
            return nil
        }
        state = .text
        switch byte {
        case UInt8(ascii: "n"): return 0x0A
        case UInt8(ascii: "r"): return 0x0D
        case UInt8(ascii: "t"): return 0x09
        case UInt8(ascii: "b"): return 0x08
        case UInt8(ascii: "f"): return 0x0C
        default: return byte
        }
    }

    private mutating func character(_ byte: UInt8, digits: Int, value: UInt32) -> UInt8? {
        let digit = byte < 0x3A ? byte &- 0x30 : (byte | 0x20) &- 0x57
        let value = value << 4 | UInt32(digit & 15)
        guard digits == 3 else {
            state = .character(digits: digits + 1, value: value)
            return nil
        }
        state = .text
        // Each half of a character in two escapes is two bytes.
        width = value < 0x80 ? 1 : value < 0x800 || (0xD800...0xDFFF).contains(value) ? 2 : 3
        if value == 0xFEFF { return HiddenRecords.byteOrderMark }
        return value < 0x80 ? UInt8(value) : 0xFF
    }
}

/// Looks in a text for the names without which nothing is a record, and for what separates members or rows.
///
/// Case and punctuation do not count, so that names are found behind every escape that leaves letters as they are: the header
/// of a CSV, a JSON text that lacks its beginning, `deployment_id`, percent encoding.
private struct NameScan: Sendable {
    private struct Name: Sendable {
        let text: [UInt8]
        /// For each length that fits, the longest shorter one that fits as well.
        let fallback: [Int]
        var matched = 0
        var isFound = false

        init(_ name: String) {
            text = Array(name.utf8)
            var fallback = [Int](repeating: 0, count: text.count)
            var length = 0
            for index in text.indices.dropFirst() {
                while length > 0, text[index] != text[length] { length = fallback[length - 1] }
                if text[index] == text[length] { length += 1 }
                fallback[index] = length
            }
            self.fallback = fallback
        }

        mutating func add(_ byte: UInt8) {
            guard !isFound else { return }
            while matched > 0, byte != text[matched] { matched = fallback[matched - 1] }
            if byte == text[matched] { matched += 1 }
            if matched == text.count { isFound = true }
        }
    }

    private static let start = [Name("deploymentid"), Name("jobid"), Name("status"), Name("timestamp")]

    private var names = NameScan.start
    private var previous: UInt8 = 0
    private var isStructured = false

    /// Whether two of identifier, status and time are named, and members or rows are told apart.
    var isRecord: Bool {
        guard isStructured else { return false }
        return [names[0].isFound || names[1].isFound, names[2].isFound, names[3].isFound].count { $0 } >= 2
    }

    mutating func add(_ byte: UInt8) {
        addStructure(byte)
        let folded = (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
        if (0x61...0x7A).contains(folded) { for number in names.indices { names[number].add(folded) } }
        if byte != 0x20 { previous = byte }
    }

    /// A line end, or its escape in a string inside the text; a colon behind a quotation mark; a quotation mark in percent encoding or as an entity.
    private mutating func addStructure(_ byte: UInt8) {
        switch byte {
        case 0x0A, 0x0D: isStructured = true
        case UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "u"):
            if previous == UInt8(ascii: "\\") { isStructured = true }
        case UInt8(ascii: ":"): if previous == UInt8(ascii: "\"") { isStructured = true }
        case UInt8(ascii: "2"): if previous == UInt8(ascii: "%") { isStructured = true }
        case UInt8(ascii: ";"): if previous == UInt8(ascii: "t") { isStructured = true }
        default: break
        }
    }
}
