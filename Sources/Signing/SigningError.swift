/// A reason why a key, a signature or a list of signers cannot be read, made or trusted.
///
/// Messages name types, namespaces and line numbers of what was read. They never hold bytes of a private key.
package struct SigningError: Error, Hashable, Sendable {
    /// What is wrong.
    package enum Code: Hashable, Sendable, CaseIterable {
        /// A key or signature of a kind that is not read here, such as RSA or a security key.
        case unsupportedKeyType
        /// A signature over a message digest other than SHA-256 or SHA-512.
        case unsupportedHash
        /// A private key file with a passphrase.
        case encryptedKey
        /// A public key that is not a point of its curve, or one that any signature could fit.
        case invalidPublicKey
        /// The bytes of a private key are not a key of its curve.
        case invalidPrivateKey
        /// The public and the private half of a key file do not belong together.
        case keyMismatch
        /// A public key, in a line or in wire form, that cannot be read.
        case malformedPublicKey
        /// A private key file that cannot be read.
        case malformedPrivateKey
        /// A signature, in armor, wire form or DER, that cannot be read.
        case malformedSignature
        /// A DSSE envelope that cannot be read or written.
        case malformedEnvelope
        /// A line of a list of allowed signers that cannot be read.
        case malformedSigners
        /// A namespace or a comment with characters that cannot be written.
        case invalidText
        /// A digest of a size other than that of its algorithm.
        case wrongDigestSize
        /// A signature made for another namespace.
        case wrongNamespace
        /// A signature that does not belong to the message and the key.
        case badSignature
        /// The cryptographic library could not make a signature.
        case signingFailed
    }

    /// What is wrong; tests and callers look at this and not at the message.
    package let code: Code

    /// A sentence without capital and full stop.
    package let message: String

    /// The line of the file, from 1, where a file of lines was read.
    package let line: Int?

    init(_ code: Code, _ message: String, line: Int? = nil) {
        self.code = code
        self.message = message
        self.line = line
    }

    /// The same error, found on a line counted from 1.
    func at(line: Int) -> SigningError { SigningError(code, message, line: line) }

    static func unsupportedKeyType(_ name: String) -> SigningError {
        let known = KeyType.allCases.map(\.rawValue).joined(separator: " or ")
        return SigningError(.unsupportedKeyType, "unsupported key type \(quote(name)), expected \(known)")
    }

    /// Puts text of unknown origin between quotes, in ASCII and at most 64 characters of it.
    static func quote(_ text: String) -> String {
        let scalars = text.unicodeScalars
        let shown = scalars.prefix(64).map { $0.escaped(asASCII: true) }.joined()
        return scalars.count > 64 ? "\"\(shown)…\"" : "\"\(shown)\""
    }
}

extension SigningError: CustomStringConvertible {
    /// The message, after the line number if there is one.
    package var description: String { line.map { "line \($0): \(message)" } ?? message }
}
