import StrictJSON

/// What tells a deployment apart from others in a listing: the first eight bytes of the SHA-256 of its identifier.
package struct DeploymentMark: Hashable, Sendable {
    private let value: UInt64

    /// The mark of the identifier in a range of bytes.
    package init(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        value = ContentDigest.sha256(bytes, range).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Sixteen hexadecimal digits.
    package var text: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
