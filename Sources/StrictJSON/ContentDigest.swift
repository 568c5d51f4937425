package import Crypto

/// SHA-256 of bytes, whole or in parts.
package struct ContentDigest: Sendable {
    private var hasher = SHA256()

    package init() {}

    package mutating func update(_ bytes: UnsafeRawBufferPointer) { hasher.update(bufferPointer: bytes) }

    /// The digest of all parts, in lower-case hexadecimal.
    package func hexadecimal() -> String { ContentDigest.hexadecimal(hasher.finalize()) }

    /// The 32 bytes of the digest of a part of a span.
    package static func sha256(_ bytes: Span<UInt8>, _ range: Range<Int>) -> SHA256.Digest {
        bytes.extracting(range).withUnsafeBytes { SHA256.hash(data: $0) }
    }

    /// The digest in lower-case hexadecimal.
    package static func hexadecimal(_ digest: SHA256.Digest) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in digest { text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
        return String(decoding: text, as: UTF8.self)
    }

    /// The digest of bytes, in lower-case hexadecimal.
    package static func hexadecimal(of bytes: [UInt8]) -> String {
        hexadecimal(sha256(bytes.span, 0..<bytes.count))
    }
}
