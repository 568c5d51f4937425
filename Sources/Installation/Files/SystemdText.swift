/// Text in a unit of systemd (systemd.syntax(7), systemd.service(5), and "Specifiers" in systemd.unit(5)).
///
/// A unit holds no control characters: ``InitialFiles/problem`` refuses them before.
package enum SystemdText {
    /// A value that is read as it stands, but for specifiers.
    package static func value(_ text: String) -> String { text.replacing("%", with: "%%") }

    /// The value of `ExecStart`; the first word is the program, in which no variables are replaced.
    package static func command(_ words: [String]) -> String {
        words.enumerated().map { index, word in
            index == 0 ? path(word) : quoted(word, escaped(word).replacing("$", with: "$$"))
        }.joined(separator: " ")
    }

    /// A path in a list of them, such as `ReadWritePaths`.
    package static func path(_ text: String) -> String { quoted(text, escaped(text)) }

    private static func escaped(_ text: String) -> String {
        value(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))
    }

    private static func quoted(_ text: String, _ escaped: String) -> String {
        PlainWord.isPlain(text) ? text : "\"\(escaped)\""
    }
}

/// Text that no grammar takes for something else.
enum PlainWord {
    /// Whether a text is of letters, digits and a few marks, all ASCII, that mean nothing anywhere.
    static func isPlain(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "-_./".utf8.contains(byte)
                }
            }
    }

    /// Whether a text has a control character, which no line of a unit or a crontab can hold.
    static func hasControl(_ text: String) -> Bool {
        text.unicodeScalars.contains { $0.properties.generalCategory == .control }
    }
}
