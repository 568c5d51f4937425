/// Rules for text that stands in one line of a file.
enum PlainText {
    /// Whether text has no control characters, line ends among them.
    static func isLine(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }
    }

    /// Whether text is made of the ASCII characters from space to tilde.
    static func isPrintableASCII(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
    }

    /// Whether two texts have the same bytes, where `==` would also take equivalent Unicode for equal.
    static func areIdentical(_ left: String, _ right: String) -> Bool { left.utf8.elementsEqual(right.utf8) }
}
