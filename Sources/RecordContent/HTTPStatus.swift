package import StrictJSON

/// The status of an HTTP request that failed, 400 to 599; no status of a deployment is such a number.
package struct HTTPStatus {
    /// The three digits.
    package let text: String

    /// Members of a response that may be it.
    package static let names: [StaticString] = ["status", "statusCode", "code"]

    /// nil for any other value.
    package init?(_ token: JSONToken, in bytes: Span<UInt8>) {
        guard token.kind == .number, token.range.count == 3, let first = token.range.first,
            bytes[first] == UInt8(ascii: "4") || bytes[first] == UInt8(ascii: "5")
        else { return nil }
        var digits: [UInt8] = []
        digits.append(bytes, token.range)
        guard digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        text = String(decoding: digits, as: UTF8.self)
    }
}
