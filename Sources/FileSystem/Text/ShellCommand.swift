/// A command for a shell, made of words: whatever a word holds, the shell reads it as this one word.
///
/// The text can be pasted into bash or zsh. A word with only printable characters is quoted as POSIX has it; one with control
/// characters, or with bytes that are not UTF-8, as `$'…'` (POSIX.1-2024, 2.2.4), so that a command is always one line.
package struct ShellCommand: Hashable, Sendable, CustomStringConvertible {
    /// One word of a command, or an option with its value.
    ///
    /// A text in the code is a word by itself. What comes from elsewhere has to say what it is, so that no text with an
    /// interpolation becomes a command.
    package struct Part: Hashable, Sendable, ExpressibleByStringLiteral {
        fileprivate let text: String

        /// A word that is written in the code.
        package init(stringLiteral text: StaticString) { self.text = ShellCommand.quoted(Array(text.description.utf8)) }

        private init(text: String) { self.text = text }

        /// A word from elsewhere, such as a name or a number.
        package static func text(_ text: String) -> Part { Part(text: ShellCommand.quoted(Array(text.utf8))) }

        /// A path; one that begins with `-` gets `./` before it, so that it is not taken for an option.
        package static func file(_ path: String) -> Part { file(bytes: Array(path.utf8)) }

        /// A path that may not be UTF-8.
        package static func file(bytes: [UInt8]) -> Part {
            Part(text: ShellCommand.quoted(bytes.first == UInt8(ascii: "-") ? [0x2E, 0x2F] + bytes : bytes))
        }

        /// An option and its value, as one word if the value could be taken for an option.
        package static func option(_ name: StaticString, _ value: String) -> Part {
            if value.hasPrefix("-") { return .text("\(name)=\(value)") }
            return Part(text: "\(Part(stringLiteral: name).text) \(Part.text(value).text)")
        }
    }

    private let text: String

    /// A command of words, the first of which is the program.
    package init(_ parts: Part...) { self.init(parts) }

    /// A command of words, the first of which is the program.
    package init(_ parts: [Part]) { text = parts.map(\.text).joined(separator: " ") }

    /// A command of this program, whose words come from elsewhere.
    package init(cartulary words: [String]) { self.init(["cartulary"] + words.map(Part.text)) }

    private init(text: String) { self.text = text }

    /// The command with further words.
    package func adding(_ parts: [Part]) -> ShellCommand {
        ShellCommand(text: parts.reduce(text) { "\($0) \($1.text)" })
    }

    /// This command and, if it succeeds, another.
    package func then(_ next: ShellCommand) -> ShellCommand { ShellCommand(text: "\(text) && \(next.text)") }

    /// The command as a shell takes it, on one line.
    package var description: String { text }
}

extension ShellCommand {
    /// A word as a shell reads it.
    fileprivate static func quoted(_ bytes: [UInt8]) -> String {
        guard !bytes.isEmpty else { return "''" }
        // zsh replaces a word that begins with "=" by a path.
        if bytes.allSatisfy(isPlain), bytes.first != UInt8(ascii: "=") { return String(decoding: bytes, as: UTF8.self) }
        var isPrintable = true
        TerminalText.forEach(bytes[...]) { scalar, _ in
            if scalar.map(TerminalText.isShown) != true { isPrintable = false }
        }
        return isPrintable ? quotedText(String(decoding: bytes, as: UTF8.self)) : quotedBytes(bytes)
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-_./:=+,@%".utf8.contains(byte)
        }
    }

    private static func quotedText(_ text: String) -> String {
        let parts = text.split(separator: "'", omittingEmptySubsequences: false)
        // In double quotation marks these five would mean something.
        if parts.count > 1, !text.utf8.contains(where: { "\"$`\\!".utf8.contains($0) }) { return "\"\(text)\"" }
        return "'" + parts.joined(separator: "'\\''") + "'"
    }

    /// A word with escapes: three octal digits, which no shell takes together with what follows.
    private static func quotedBytes(_ bytes: [UInt8]) -> String {
        var result = ""
        TerminalText.forEach(bytes[...]) { scalar, bytes in
            switch scalar {
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "'", "\\": result += "\\\(String(decoding: bytes, as: UTF8.self))"
            case let scalar? where TerminalText.isShown(scalar): result.unicodeScalars.append(scalar)
            default: for byte in bytes { result += octal(byte) }
            }
        }
        return "$'\(result)'"
    }

    private static func octal(_ byte: UInt8) -> String { "\\\(byte >> 6)\(byte >> 3 & 7)\(byte & 7)" }
}
