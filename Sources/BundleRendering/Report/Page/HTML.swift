internal import BundleFormat
internal import Mustache

/// Markup as text: escaping, and the numbers and names that stand in it.
enum HTML {
    /// Escapes text for any place in a page, by bytes.
    static func escape(_ text: String) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count + 16)
        FigureMarkup.appendEscaped(text, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Escapes text that comes from records: isolated, so that its direction marks end with it, and cut when it is long.
    static func foreign(_ text: String) -> String { "<bdi>\(escape(cut(text)))</bdi>" }

    /// Cuts text that is too long to be read on a page, and says so.
    static func cut(_ text: String) -> String {
        guard text.utf8.count > maximumText else { return text }
        return String(text.unicodeScalars.prefix(maximumText / 4)) + "… (\(count(text.utf8.count)) bytes in all)"
    }

    /// A whole number in groups of three digits.
    static func count(_ number: some BinaryInteger) -> String {
        FigureText.render("\(number)", as: .count) ?? "\(number)"
    }

    /// The number and what is counted: `1 record`, `2 records`.
    static func count(_ number: some BinaryInteger, _ noun: String) -> String {
        "\(count(number)) \(noun)\(number == 1 ? "" : "s")"
    }

    /// What one member may take on a page, in bytes; a record may have members of megabytes.
    static let maximumText = 512
}

/// Escapes values in templates by bytes.
///
/// The library's own way goes by characters, so that `<` behind U+0600 or before a combining mark is left as it is.
struct EscapedContent: MustacheContentType {
    static let name = "CARTULARY"

    func escapeText(_ text: String) -> String { HTML.escape(text) }
}
