import Crypto

/// The hash algorithms that SSHSIG allows for messages (PROTOCOL.sshsig, section 2).
package enum MessageHash: String, Hashable, Sendable, CaseIterable {
    /// SHA-256.
    case sha256
    /// SHA-512, which OpenSSH uses unless told otherwise.
    case sha512

    /// The size of a digest, in bytes.
    package var byteCount: Int {
        switch self {
        case .sha256: SHA256.byteCount
        case .sha512: SHA512.byteCount
        }
    }

    /// The digest of bytes.
    package func digest(of bytes: [UInt8]) -> [UInt8] {
        switch self {
        case .sha256: Array(SHA256.hash(data: bytes))
        case .sha512: Array(SHA512.hash(data: bytes))
        }
    }

    init(name: String) throws(SigningError) {
        guard let hash = MessageHash(rawValue: name) else {
            throw SigningError(
                .unsupportedHash, "unsupported hash algorithm \(SigningError.quote(name)), expected sha512 or sha256")
        }
        self = hash
    }
}
