import StrictJSON

/// The text form of OpenSSH's binary files: base64 in lines between a line that begins and a line that ends it.
struct Armor {
    /// The columns in which OpenSSH writes base64.
    static let columns = 70

    static let signature = Armor("SSH SIGNATURE")
    static let privateKey = Armor("OPENSSH PRIVATE KEY")

    private let begin: String
    private let end: String

    private init(_ label: String) {
        begin = "-----BEGIN \(label)-----"
        end = "-----END \(label)-----"
    }

    /// Writes bytes as OpenSSH does.
    func encode(_ bytes: [UInt8]) -> [UInt8] {
        let body = Armor.lines(of: Base64.encode(bytes), columns: Armor.columns)
        return Array("\(begin)\n\(body)\(end)\n".utf8)
    }

    /// Reads armor that has lines of any length and LF or CR LF at their ends; nil for any other text.
    func decode(_ text: [UInt8]) -> [UInt8]? {
        var lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
            line.last == UInt8(ascii: "\r") ? line.dropLast() : line
        }
        while lines.last?.isEmpty == true { lines.removeLast() }
        guard lines.count >= 2, lines[0].elementsEqual(begin.utf8), let last = lines.last else { return nil }
        guard last.elementsEqual(end.utf8) else { return nil }
        return Base64.decode(lines[1..<(lines.count - 1)].joined())
    }

    /// Reads armor exactly as `encode` writes it; nil for any other text.
    func decodeExactly(_ text: [UInt8]) -> [UInt8]? {
        guard let bytes = decode(text), encode(bytes) == text else { return nil }
        return bytes
    }

    /// Breaks ASCII text into lines that all end with LF.
    static func lines(of text: String, columns: Int) -> String {
        let characters = Array(text.utf8)
        var lines = ""
        for start in stride(from: 0, to: characters.count, by: columns) {
            lines += String(decoding: characters[start..<min(start + columns, characters.count)], as: UTF8.self)
            lines += "\n"
        }
        return lines
    }
}
