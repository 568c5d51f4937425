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

    /// Whether the number of such a member says that the answer is not whole: 206, and as `statusCode` any but 200 to 299.
    package static func deniesSuccess(_ token: JSONToken, isStatusCode: Bool, in bytes: Span<UInt8>) -> Bool {
        guard token.kind == .number || token.kind == .string else { return false }
        let range = token.kind == .string ? token.inner : token.range
        guard let number = WholeNumber(bytes, range)?.signed else { return isStatusCode && token.kind == .number }
        return number == 206 || isStatusCode && !(200...299).contains(number)
    }
}
