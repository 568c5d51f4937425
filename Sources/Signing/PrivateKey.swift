import Crypto

/// A private key with the comment of its file.
///
/// Printing or reflecting on it shows the public key only. Its memory is not wiped.
package struct PrivateKey: Sendable {
    private enum Secret: Sendable {
        case ed25519(Curve25519.Signing.PrivateKey)
        case ecdsaP256(P256.Signing.PrivateKey)
    }

    private let secret: Secret

    /// The public key that verifies what this key signs.
    package let publicKey: PublicKey

    /// The comment of the key file, without meaning for signatures.
    package let comment: String

    /// Makes an Ed25519 key from its 32 secret bytes (RFC 8032, section 5.1.5).
    ///
    /// - Parameters:
    ///   - seed: 32 bytes from a source of randomness that is fit for keys.
    ///   - comment: Text of one line for the key file.
    /// - Throws: `invalidPrivateKey` for another size; `invalidText` for a comment with control characters.
    package init(ed25519Seed seed: [UInt8], comment: String = "") throws(SigningError) {
        do {
            let key = try Curve25519.Signing.PrivateKey(rawRepresentation: seed)
            try self.init(.ed25519(key), PublicKey(ed25519: Array(key.publicKey.rawRepresentation)), comment: comment)
        } catch let error as SigningError {
            throw error
        } catch {
            throw SigningError(.invalidPrivateKey, "wrong size of Ed25519 seed \"\(seed.count)\", expected 32 bytes")
        }
    }

    /// Makes a P-256 key from its secret number (SEC 1, section 3.2.1).
    ///
    /// - Parameters:
    ///   - scalar: The 32 bytes of a number above 0 and below the order of the curve, most significant first.
    ///   - comment: Text of one line for the key file.
    /// - Throws: `invalidPrivateKey` for any other number; `invalidText` for a comment with control characters.
    package init(ecdsaP256Scalar scalar: [UInt8], comment: String = "") throws(SigningError) {
        do {
            let key = try P256.Signing.PrivateKey(rawRepresentation: scalar)
            try self.init(
                .ecdsaP256(key), PublicKey(ecdsaP256: Array(key.publicKey.x963Representation)), comment: comment)
        } catch let error as SigningError {
            throw error
        } catch {
            throw SigningError(.invalidPrivateKey, "P-256 private key is out of range, expected 32 bytes below n")
        }
    }

    /// Generates a P-256 key with the randomness of the cryptographic library.
    ///
    /// - Throws: `invalidText` for a comment with control characters.
    package static func generateECDSAP256(comment: String = "") throws(SigningError) -> PrivateKey {
        try PrivateKey(ecdsaP256Scalar: Array(P256.Signing.PrivateKey().rawRepresentation), comment: comment)
    }

    private init(_ secret: Secret, _ publicKey: PublicKey, comment: String) throws(SigningError) {
        guard PlainText.isLine(comment) else {
            throw SigningError(.invalidText, "comment has control characters, expected one line of text")
        }
        self.secret = secret
        self.publicKey = publicKey
        self.comment = comment
    }

    /// The 32 secret bytes: the seed of Ed25519 or the number of P-256.
    var secretBytes: [UInt8] {
        switch secret {
        case .ed25519(let key): Array(key.rawRepresentation)
        case .ecdsaP256(let key): Array(key.rawRepresentation)
        }
    }

    /// Signs bytes: with Ed25519 always the same way, with ECDSA over their SHA-256 and with a fresh random number.
    ///
    /// - Throws: `signingFailed` if the cryptographic library fails.
    package func sign(_ bytes: [UInt8]) throws(SigningError) -> KeySignature {
        do {
            switch secret {
            case .ed25519(let key):
                return KeySignature(type: .ed25519, rawBytes: Array(try key.signature(for: bytes)))
            case .ecdsaP256(let key):
                return KeySignature(type: .ecdsaP256, rawBytes: Array(try key.signature(for: bytes).rawRepresentation))
            }
        } catch {
            throw SigningError(.signingFailed, "cryptographic library could not sign with \(publicKey.fingerprint)")
        }
    }
}

extension PrivateKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The type and the fingerprint of the public key.
    package var description: String { "private key of \(publicKey)" }

    /// The type and the fingerprint of the public key.
    package var debugDescription: String { description }

    /// The public key and the comment.
    package var customMirror: Mirror {
        Mirror(self, children: ["publicKey": publicKey, "comment": comment])
    }
}
