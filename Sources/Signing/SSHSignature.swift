/// A detached signature of `ssh-keygen -Y sign`, as OpenSSH's PROTOCOL.sshsig describes it.
///
/// It names its own public key. That `verify` ends well says nothing about whether that key is trusted; ask
/// `AllowedSigners` with the key that `verify` returns.
package struct SSHSignature: Hashable, Sendable {
    /// The public key that the signature names.
    package let publicKey: PublicKey

    /// What the signature is for, in printable ASCII and never empty.
    ///
    /// A signature for another purpose must not be accepted.
    package let namespace: String

    /// The algorithm of the message digest that is signed.
    package let hash: MessageHash

    /// The signature over the namespace and the digest of the message.
    package let signature: KeySignature

    /// Signs a message.
    ///
    /// - Parameters:
    ///   - message: The bytes of the message.
    ///   - namespace: What the signature is for, such as `file` or `audit-bundle@example.org`.
    ///   - key: The key to sign with.
    ///   - hash: The algorithm of the message digest.
    /// - Throws: `invalidText` for a namespace that is empty or not printable ASCII; `signingFailed`.
    package init(
        signing message: [UInt8], namespace: String, with key: PrivateKey, hash: MessageHash = .sha512
    ) throws(SigningError) {
        try self.init(signingDigest: hash.digest(of: message), namespace: namespace, with: key, hash: hash)
    }

    /// Signs a message of which only the digest is known.
    ///
    /// - Parameters:
    ///   - digest: The digest of the message.
    ///   - namespace: What the signature is for.
    ///   - key: The key to sign with.
    ///   - hash: The algorithm that made the digest.
    /// - Throws: `wrongDigestSize`; `invalidText` for a namespace that is empty or not printable ASCII;
    ///   `signingFailed`.
    package init(
        signingDigest digest: [UInt8], namespace: String, with key: PrivateKey, hash: MessageHash = .sha512
    ) throws(SigningError) {
        guard SSHSignature.isNamespace(namespace) else {
            let words = "unusable namespace \(SigningError.quote(namespace)), expected printable ASCII"
            throw SigningError(.invalidText, words)
        }
        let signed = try SSHSignature.signedBytes(digest: digest, namespace: namespace, hash: hash)
        self.init(publicKey: key.publicKey, namespace: namespace, hash: hash, signature: try key.sign(signed))
    }

    /// Requires a namespace that is not empty and a signature of the type of the key.
    init(publicKey: PublicKey, namespace: String, hash: MessageHash, signature: KeySignature) {
        self.publicKey = publicKey
        self.namespace = namespace
        self.hash = hash
        self.signature = signature
    }

    /// Checks that the signature was made over a message for a namespace, by the key that it names.
    ///
    /// - Parameters:
    ///   - message: The bytes of the message.
    ///   - namespace: The namespace that the signature must have.
    /// - Returns: The key that signed.
    /// - Throws: `wrongNamespace` or `badSignature`.
    @discardableResult
    package func verify(message: [UInt8], namespace: String) throws(SigningError) -> PublicKey {
        try verify(digest: hash.digest(of: message), namespace: namespace)
    }

    /// Checks that the signature was made over the message with a digest for a namespace, by the key that it names.
    ///
    /// - Parameters:
    ///   - digest: The digest of the message, made with the algorithm `hash`.
    ///   - expected: The namespace that the signature must have.
    /// - Returns: The key that signed.
    /// - Throws: `wrongNamespace`, `wrongDigestSize` or `badSignature`.
    @discardableResult
    package func verify(digest: [UInt8], namespace expected: String) throws(SigningError) -> PublicKey {
        guard PlainText.areIdentical(namespace, expected) else {
            let words = "wrong namespace \(SigningError.quote(namespace)), expected \(SigningError.quote(expected))"
            throw SigningError(.wrongNamespace, words)
        }
        let signed = try SSHSignature.signedBytes(digest: digest, namespace: namespace, hash: hash)
        guard publicKey.isValid(signature, for: signed) else {
            throw SigningError(.badSignature, "signature does not belong to message and key \(publicKey.fingerprint)")
        }
        return publicKey
    }

    static func isNamespace(_ text: String) -> Bool { !text.isEmpty && PlainText.isPrintableASCII(text) }

    /// The bytes that the key signs (PROTOCOL.sshsig, section 3).
    private static func signedBytes(
        digest: [UInt8], namespace: String, hash: MessageHash
    ) throws(SigningError) -> [UInt8] {
        guard digest.count == hash.byteCount else {
            let words = "wrong size of digest \"\(digest.count)\", expected \(hash.byteCount) bytes of \(hash.rawValue)"
            throw SigningError(.wrongDigestSize, words)
        }
        var bytes = SSHSignature.magic
        bytes.appendWire(string: namespace)
        bytes.appendWire(string: "")
        bytes.appendWire(string: hash.rawValue)
        bytes.appendWire(string: digest)
        return bytes
    }
}
