/// Text in YAML.
package enum YAMLText {
    /// A text as it is where YAML takes it for nothing else, and quoted otherwise.
    package static func scalar(_ text: String) -> String {
        let isPlain = PlainWord.isPlain(text) && text.utf8.first != UInt8(ascii: "-") && text.utf8.first != 0x2E
        return isPlain ? text : quoted(text)
    }

    /// A double-quoted scalar (YAML 1.2.2, 7.3.1).
    package static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\" + String(scalar)
            case let scalar where PlainWord.hasControl(String(scalar)) || ["\u{2028}", "\u{2029}"].contains(scalar):
                let digits = String(scalar.value, radix: 16, uppercase: true)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
