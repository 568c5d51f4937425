import RecordContent
package import StrictJSON

/// The status of an HTTP request that failed, 400 to 599; no status of a deployment is such a number.
package struct HTTPStatus {
    /// The three digits.
    package let text: String

    /// Members of a response that may be it.
    package static let names: [StaticString] = ["status", "statusCode", "code"]

    /// nil for any other value.
    package init?(_ token: JSONToken, in bytes: Span<UInt8>) {
        guard token.kind == .number || token.kind == .string else { return nil }
        let range = token.kind == .string ? token.inner : token.range
        guard let status = WholeNumber(bytes, range)?.signed, (400...599).contains(status) else { return nil }
        text = "\(status)"
    }
}
