/// A small JSON value as a tree: for files of one object, not for records.
package indirect enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int64)
    case double(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])
    /// Bytes that are canonical JSON already.
    case canonical([UInt8])

    /// Appends the RFC 8785 form.
    package func write(into output: inout [UInt8]) {
        switch self {
        case .null: output += Array("null".utf8)
        case .bool(let value): output += Array((value ? "true" : "false").utf8)
        case .integer(let value): output += Array(String(value).utf8)
        case .double(let value): output += JSONNumber.format(value)
        case .string(let value): JSONString.write(value, into: &output)
        case .canonical(let bytes): output += bytes
        case .array(let elements):
            output.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                element.write(into: &output)
            }
            output.append(UInt8(ascii: "]"))
        case .object(let members):
            output.append(UInt8(ascii: "{"))
            for (index, name) in JSONValue.sortedNames(members.keys).enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                JSONString.write(name, into: &output)
                output.append(UInt8(ascii: ":"))
                (members[name] ?? .null).write(into: &output)
            }
            output.append(UInt8(ascii: "}"))
        }
    }

    /// The RFC 8785 form.
    package var bytes: [UInt8] {
        var output: [UInt8] = []
        write(into: &output)
        return output
    }

    /// A file of one value: its canonical form and a line end.
    package var file: [UInt8] { bytes + [0x0A] }

    /// Names in the order of RFC 8785: by UTF-16 code units.
    package static func sortedNames(_ names: some Sequence<String>) -> [String] {
        names.sorted { $0.utf16.lexicographicallyPrecedes($1.utf16) }
    }

    /// Reads a value of the tape; a number that is no canonical integer of 64 bits becomes a double, or its text.
    package init(_ value: Int, _ tape: JSONTape, in bytes: Span<UInt8>) {
        let token = tape.tokens[value]
        switch token.kind {
        case .null: self = .null
        case .true: self = .bool(true)
        case .false: self = .bool(false)
        case .string: self = .string(JSONValue.text(token.inner, bytes))
        case .number:
            var text: [UInt8] = []
            text.append(bytes, token.range)
            let source = String(decoding: text, as: UTF8.self)
            self = Int64(source).map(JSONValue.integer) ?? Double(source).map(JSONValue.double) ?? .string(source)
        case .array:
            var elements: [JSONValue] = []
            tape.forEachElement(of: value) { elements.append(JSONValue($0, tape, in: bytes)) }
            self = .array(elements)
        case .object:
            var members: [String: JSONValue] = [:]
            tape.forEachMember(of: value) { key, value in
                members[JSONValue.text(tape.tokens[key].inner, bytes)] = JSONValue(value, tape, in: bytes)
            }
            // Names that Swift takes for one, though their bytes differ, are kept as they stand.
            self =
                members.count == JSONValue.count(value, tape)
                ? .object(members) : .canonical(JSONValue.written(value, tape, in: bytes))
        }
    }

    private static func count(_ object: Int, _ tape: JSONTape) -> Int {
        var count = 0
        tape.forEachMember(of: object) { _, _ in count += 1 }
        return count
    }

    private static func written(_ value: Int, _ tape: JSONTape, in bytes: Span<UInt8>) -> [UInt8] {
        var canonical = CanonicalJSON()
        var written: [UInt8] = []
        canonical.write(value, tape, in: bytes, into: &written)
        return written
    }

    private static func text(_ range: Range<Int>, _ bytes: Span<UInt8>) -> String {
        var text: [UInt8] = []
        JSONString.unescape(bytes, range, into: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Reads a text strictly; one of more values and names than `tokenLimit` is refused, for texts that anybody may have written.
    package init(parsing bytes: [UInt8], tokenLimit: Int = Int.max) throws(JSONError) {
        var parser = JSONParser()
        parser.tokenLimit = tokenLimit
        try parser.parseDocument(bytes.span, 0..<bytes.count)
        self.init(0, parser.tape, in: bytes.span)
    }

    /// Whether a text is the canonical form of what it says.
    package static func isCanonical(_ text: [UInt8]) -> Bool {
        var parser = JSONParser()
        guard (try? parser.parseDocument(text.span, 0..<text.count)) != nil else { return false }
        return written(0, parser.tape, in: text.span) == text
    }

    /// Whether a text is the canonical form of what its tape says.
    package static func isCanonical(_ text: [UInt8], _ tape: JSONTape) -> Bool {
        written(0, tape, in: text.span) == text
    }

    /// A member of an object; nil if there is none, or this is no object.
    package subscript(name: String) -> JSONValue? {
        if case .object(let members) = self { members[name] } else { nil }
    }

    package var string: String? { if case .string(let value) = self { value } else { nil } }
    package var integer: Int64? { if case .integer(let value) = self { value } else { nil } }
    package var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
    package var object: [String: JSONValue]? { if case .object(let value) = self { value } else { nil } }
}
