import Crypto

/// A public key that is safe to verify with: a point of its curve, and for Ed25519 none of small order.
package struct PublicKey: Hashable, Sendable {
    /// The kind of key.
    package let type: KeyType

    /// The key's own bytes: 32 for Ed25519, 65 (4, then x and y) for P-256.
    package let rawBytes: [UInt8]

    /// Takes the 32 bytes of an Ed25519 key (RFC 8032, section 5.1.5).
    ///
    /// An encoding that is canonical but no point of the curve is let through; no signature verifies with it.
    ///
    /// - Throws: `malformedPublicKey` for another size; `invalidPublicKey` for a point of small order, for which one
    ///   signature can fit many messages, and for an encoding that is not canonical.
    package init(ed25519 bytes: [UInt8]) throws(SigningError) {
        guard bytes.count == Ed25519Encoding.byteCount else {
            throw SigningError(.malformedPublicKey, "wrong size of Ed25519 key \"\(bytes.count)\", expected 32 bytes")
        }
        guard Ed25519Encoding.isCanonical(bytes) else {
            throw SigningError(.invalidPublicKey, "Ed25519 key is not canonical, expected y below 2^255 - 19")
        }
        guard !Ed25519Encoding.hasSmallOrder(bytes) else {
            throw SigningError(.invalidPublicKey, "Ed25519 key has small order, expected a key made by a key generator")
        }
        type = .ed25519
        rawBytes = bytes
    }

    /// Takes the uncompressed point of a P-256 key (SEC 1, section 2.3.3).
    ///
    /// - Throws: `malformedPublicKey` for anything but a byte 4 and 64 more; `invalidPublicKey` for a point that is
    ///   not on the curve.
    package init(ecdsaP256 point: [UInt8]) throws(SigningError) {
        guard point.count == 65, point.first == 4 else {
            throw SigningError(.malformedPublicKey, "wrong form of P-256 point, expected 65 bytes that start with 4")
        }
        do {
            _ = try P256.Signing.PublicKey(x963Representation: point)
        } catch {
            throw SigningError(.invalidPublicKey, "P-256 point is not on the curve")
        }
        type = .ecdsaP256
        rawBytes = point
    }

    /// Whether a signature belongs to the bytes and to this key.
    ///
    /// False for a signature of another key type. Ed25519 follows RFC 8032, section 5.1.7, with the range of S
    /// checked; ECDSA follows FIPS 186-5, section 6.4.2, over SHA-256 of the bytes.
    package func isValid(_ signature: KeySignature, for bytes: [UInt8]) -> Bool {
        guard signature.type == type else { return false }
        do {
            switch type {
            case .ed25519:
                return try Curve25519.Signing.PublicKey(rawRepresentation: rawBytes)
                    .isValidSignature(signature.rawBytes, for: bytes)
            case .ecdsaP256:
                let parsed = try P256.Signing.ECDSASignature(rawRepresentation: signature.rawBytes)
                return try P256.Signing.PublicKey(x963Representation: rawBytes).isValidSignature(parsed, for: bytes)
            }
        } catch {
            return false
        }
    }
}

extension PublicKey: CustomStringConvertible {
    /// The key type and the fingerprint.
    package var description: String { "\(type.rawValue) \(fingerprint)" }
}
