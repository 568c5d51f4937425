/// A command in words, as a shell takes it.
package enum CommandText {
    /// The program's name and the words, each in single quotation marks if a shell would not leave it as it is.
    package static func line(_ words: [String]) -> String { (["cartulary"] + words.map(quoted)).joined(separator: " ") }

    /// A word, as a shell takes it.
    package static func quoted(_ word: String) -> String {
        let isPlain = word.utf8.allSatisfy { byte in
            Unicode.Scalar(byte).properties.isAlphabetic && byte < 0x80 || (0x30...0x39).contains(byte)
                || "-_./:=+,@".utf8.contains(byte)
        }
        if isPlain, !word.isEmpty { return word }
        return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
