package import Crypto

/// A SHA-256 digest of 32 bytes, kept without a heap allocation.
package struct MerkleDigest: Hashable, Comparable, Sendable {
    /// The size of a digest, in bytes.
    package static let byteCount = 32

    // The words in memory order are the bytes of the digest, whatever the byte order of the machine.
    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    /// Copies exactly 32 bytes; nil for any other count.
    package init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == MerkleDigest.byteCount else { return nil }
        withUnsafeMutableBytes(of: &words) { $0.copyMemory(from: bytes) }
    }

    /// Copies exactly 32 bytes; nil for any other count.
    package init?(_ bytes: [UInt8]) { self.init(bytes[...]) }

    /// Copies exactly 32 bytes; nil for any other count.
    package init?(_ bytes: ArraySlice<UInt8>) {
        guard let digest = bytes.withUnsafeBytes({ MerkleDigest($0) }) else { return nil }
        self = digest
    }

    /// Reads exactly 64 lower-case hexadecimal digits; nil for any other text.
    package init?(hexadecimal: String) {
        let digits = Array(hexadecimal.utf8)
        guard digits.count == 2 * MerkleDigest.byteCount else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = MerkleDigest.value(ofDigit: digits[index]) else { return nil }
            guard let low = MerkleDigest.value(ofDigit: digits[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        self.init(bytes)
    }

    /// The digest that the cryptographic library computed.
    package init(_ digest: SHA256.Digest) {
        digest.withUnsafeBytes { source in
            withUnsafeMutableBytes(of: &words) { $0.copyMemory(from: source) }
        }
    }

    /// The 32 bytes.
    package var bytes: [UInt8] { withUnsafeBytes { Array($0) } }

    /// The 64 lower-case hexadecimal digits of the bytes.
    package var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        let text = bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return String(decoding: text, as: UTF8.self)
    }

    /// Calls a closure with the 32 bytes, which must not escape from it.
    package func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try Swift.withUnsafeBytes(of: words, body)
    }

    /// Whether all 32 bytes are the same.
    package static func == (left: MerkleDigest, right: MerkleDigest) -> Bool { left.words == right.words }

    /// Orders digests by their bytes.
    package static func < (left: MerkleDigest, right: MerkleDigest) -> Bool {
        left.withUnsafeBytes { own in right.withUnsafeBytes { own.lexicographicallyPrecedes($0) } }
    }

    /// Feeds the 32 bytes to a hasher.
    package func hash(into hasher: inout Hasher) {
        withUnsafeBytes { hasher.combine(bytes: $0) }
    }

    private static func value(ofDigit digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}

extension MerkleDigest: CustomStringConvertible {
    /// The lower-case hexadecimal text.
    package var description: String { hexadecimal }
}
