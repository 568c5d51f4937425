import Foundation
import StrictJSON

/// Why a text is refused; nil if it is accepted.
func refusal(_ bytes: [UInt8]) -> JSONError? {
    var parser = JSONParser()
    do throws(JSONError) {
        try parser.parseDocument(bytes.span, 0..<bytes.count)
        return nil
    } catch {
        return error
    }
}

func refusal(_ text: String) -> JSONError? { refusal(Array(text.utf8)) }

/// The canonical form of a text.
func canonical(_ bytes: [UInt8]) throws -> [UInt8] {
    var parser = JSONParser()
    try parser.parseDocument(bytes.span, 0..<bytes.count)
    var writer = CanonicalJSON()
    var output: [UInt8] = []
    writer.write(0, parser.tape, in: bytes.span, into: &output)
    return output
}

func canonical(_ text: String) throws -> String {
    String(decoding: try canonical(Array(text.utf8)), as: UTF8.self)
}

/// A small generator with a fixed seed (SplitMix64), so that a failing sample comes back.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    mutating func pick<Value>(_ values: [Value]) -> Value { values[Int.random(in: 0..<values.count, using: &self)] }
}

/// A JSON value whose members keep their order, and how to write it in many ways.
indirect enum Sample: Equatable {
    case literal(String)
    case number(String)
    case text([Unicode.Scalar])
    case array([Sample])
    case object([(name: [Unicode.Scalar], value: Sample)])

    static func == (left: Sample, right: Sample) -> Bool {
        switch (left, right) {
        case (.literal(let a), .literal(let b)), (.number(let a), .number(let b)): a == b
        case (.text(let a), .text(let b)): a == b
        case (.array(let a), .array(let b)): a == b
        case (.object(let a), .object(let b)):
            a.count == b.count
                && a.allSatisfy { member in b.contains { $0.name == member.name && $0.value == member.value } }
        default: false
        }
    }

    static let scalars: [Unicode.Scalar] = [
        "a", "b", "Z", "0", "\"", "\\", "/", "\n", "\r", "\t", "\u{8}", "\u{C}", "\0", "\u{1F}", "\u{7F}", "\u{80}",
        "\u{E9}", "\u{301}", "\u{2028}", "\u{D7FF}", "\u{E000}", "\u{FFFF}", "\u{10000}", "\u{1F602}", "\u{10FFFF}",
    ]

    static let numbers = [
        "0", "-1", "7", "123456789012345678901234567890", "1.0", "-0", "1e5", "1E400", "0.1", "1.50", "5e-324",
        "9007199254740993", "1e21", "1e+21",
    ]

    static func random(_ depth: Int, _ generator: inout SeededGenerator) -> Sample {
        func characters(_ generator: inout SeededGenerator) -> [Unicode.Scalar] {
            (0..<Int.random(in: 0...12, using: &generator)).map { _ in generator.pick(scalars) }
        }
        switch Int.random(in: 0..<(depth > 0 ? 7 : 4), using: &generator) {
        case 0: return .literal(generator.pick(["true", "false", "null"]))
        case 1: return .number(generator.pick(numbers))
        case 2, 3: return .text(characters(&generator))
        case 4: return .array((0..<Int.random(in: 0...4, using: &generator)).map { _ in random(depth - 1, &generator) })
        default:
            var members: [(name: [Unicode.Scalar], value: Sample)] = []
            for _ in 0..<Int.random(in: 0...6, using: &generator) {
                let name = characters(&generator)
                guard !members.contains(where: { $0.name == name }) else { continue }
                members.append((name, random(depth - 1, &generator)))
            }
            return .object(members)
        }
    }

    /// The value as JSON with random white space, escapes and order of members.
    func written(_ generator: inout SeededGenerator) -> String {
        func space(_ generator: inout SeededGenerator) -> String { generator.pick(["", "", " ", "\n", "\t\r\n  "]) }
        switch self {
        case .literal(let text), .number(let text): return text
        case .text(let scalars): return Sample.quoted(scalars, &generator)
        case .array(let elements):
            var parts: [String] = []
            for element in elements {
                parts.append(space(&generator) + element.written(&generator) + space(&generator))
            }
            return "[" + (parts.isEmpty ? space(&generator) : parts.joined(separator: ",")) + "]"
        case .object(let members):
            var parts: [String] = []
            for member in members.shuffled(using: &generator) {
                let name = space(&generator) + Sample.quoted(member.name, &generator) + space(&generator)
                parts.append(name + ":" + space(&generator) + member.value.written(&generator) + space(&generator))
            }
            return "{" + (parts.isEmpty ? space(&generator) : parts.joined(separator: ",")) + "}"
        }
    }

    private static func quoted(_ scalars: [Unicode.Scalar], _ generator: inout SeededGenerator) -> String {
        var text = "\""
        for scalar in scalars {
            let mustEscape = scalar.value < 0x20 || scalar == "\"" || scalar == "\\"
            if mustEscape || Int.random(in: 0..<4, using: &generator) == 0 {
                for unit in String(Character(scalar)).utf16 {
                    let digits = String(unit, radix: 16, uppercase: Bool.random(using: &generator))
                    text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }

    /// Reads the tape back.
    init(_ value: Int, _ tape: JSONTape, in bytes: [UInt8]) {
        let token = tape.tokens[value]
        func scalars(_ token: JSONToken) -> [Unicode.Scalar] {
            var text: [UInt8] = []
            JSONString.unescape(bytes.span, token.inner, into: &text)
            return Array(String(decoding: text, as: UTF8.self).unicodeScalars)
        }
        switch token.kind {
        case .true, .false, .null: self = .literal(String(decoding: bytes[token.range], as: UTF8.self))
        case .number: self = .number(String(decoding: bytes[token.range], as: UTF8.self))
        case .string: self = .text(scalars(token))
        case .array:
            var elements: [Sample] = []
            tape.forEachElement(of: value) { elements.append(Sample($0, tape, in: bytes)) }
            self = .array(elements)
        case .object:
            var members: [(name: [Unicode.Scalar], value: Sample)] = []
            tape.forEachMember(of: value) { members.append((scalars(tape.tokens[$0]), Sample($1, tape, in: bytes))) }
            self = .object(members)
        }
    }

    /// The value as canonical writing leaves it: numbers that are not canonical are strings.
    var afterWriting: Sample {
        switch self {
        case .literal, .text: self
        case .number(let text):
            JSONNumber.isCanonical(Array(text.utf8).span, 0..<text.utf8.count)
                ? self : .text(Array(text.unicodeScalars))
        case .array(let elements): .array(elements.map(\.afterWriting))
        case .object(let members): .object(members.map { ($0.name, $0.value.afterWriting) })
        }
    }
}
