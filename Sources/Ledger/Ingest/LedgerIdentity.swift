/// What tells a ledger apart from every other one, of whatever name and key: 16 hexadecimal digits in the origin of its log.
package enum LedgerIdentity {
    private static let digits = Array("0123456789abcdef")

    /// A new one.
    package static func random() -> String {
        String((0..<16).map { _ in digits[Int.random(in: 0..<16)] })
    }

    /// Whether a text has the form of one.
    package static func isValid(_ text: String) -> Bool { text.count == 16 && text.allSatisfy(digits.contains) }

    /// The origin of a new log: the name of its file, and its identity.
    static func origin(_ path: String, _ identity: String?) -> String {
        [LedgerIdentity.prefix(path), identity].compactMap(\.self).joined(separator: "/")
    }

    /// What the origin of a log begins with, by the name of its file.
    static func prefix(_ path: String) -> String {
        let name = path.split(separator: "/").last.map(String.init) ?? ""
        let plain = name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) ? $0 : "-" }
        return "cartulary/ledger/" + String(plain)
    }
}
