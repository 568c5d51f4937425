/// The fields of one line of an OpenSSH file, parted by spaces or tabs.
struct LineFields {
    private var rest: ArraySlice<UInt8>

    init(_ line: [UInt8]) {
        rest = line[...]
        skipBlanks()
    }

    /// Whether a line is UTF-8 and has no control characters but tabs.
    static func isClean(_ line: [UInt8]) -> Bool {
        guard let text = String(validating: line, as: UTF8.self) else { return false }
        return text.split(separator: "\t").allSatisfy { PlainText.isLine(String($0)) }
    }

    /// Whether only blanks, or nothing, are left.
    var isAtEnd: Bool { rest.isEmpty }

    /// The next byte, if there is one.
    var first: UInt8? { rest.first }

    /// The next field without its blanks, or an empty text at the end of the line.
    mutating func next() -> String {
        readField(endingAt: rest.firstIndex(where: LineFields.isBlank) ?? rest.endIndex)
    }

    /// The next field, in which text between double quotes may have blanks and `\"`; nil if a quote is not closed.
    mutating func nextQuoted() -> String? {
        var isQuoted = false
        var index = rest.startIndex
        while index < rest.endIndex, isQuoted || !LineFields.isBlank(rest[index]) {
            if rest[index...].starts(with: #"\""#.utf8) {
                index += 1
            } else if rest[index] == UInt8(ascii: "\"") {
                isQuoted.toggle()
            }
            index += 1
        }
        return isQuoted ? nil : readField(endingAt: index)
    }

    private mutating func readField(endingAt end: Int) -> String {
        defer {
            rest = rest[end...]
            skipBlanks()
        }
        return String(decoding: rest[..<end], as: UTF8.self)
    }

    private mutating func skipBlanks() {
        rest = rest.drop(while: LineFields.isBlank)
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
}
