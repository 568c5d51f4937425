/// One signature without a statement of what it signs, in the forms that SSH and DSSE give it.
///
/// Each form is read strictly, so a signature has one encoding in each. ECDSA itself lets whoever holds a signature
/// make a second valid one, with n - s for s; nothing here relies on a signature being the only one.
package struct KeySignature: Hashable, Sendable {
    /// The size of `rawBytes`.
    package static let byteCount = 64

    /// The kind of key that made the signature.
    package let type: KeyType

    /// R and S of Ed25519 (RFC 8032, section 5.1.6), or r and s of ECDSA in 32 bytes each, most significant first.
    package let rawBytes: [UInt8]

    /// Requires 64 bytes.
    init(type: KeyType, rawBytes: [UInt8]) {
        precondition(rawBytes.count == KeySignature.byteCount, "a signature has 64 bytes")
        self.type = type
        self.rawBytes = rawBytes
    }

    /// Reads the wire form of SSH (RFC 8709, section 6; RFC 5656, section 3.1.2).
    ///
    /// - Throws: `unsupportedKeyType` or `malformedSignature`.
    package init(sshBlob blob: [UInt8]) throws(SigningError) {
        var reader = WireReader(blob, code: .malformedSignature, subject: "signature")
        let type = try KeyType(name: reader.name())
        let bytes = try reader.string()
        try reader.finish()
        switch type {
        case .ed25519:
            guard bytes.count == KeySignature.byteCount else {
                throw reader.failure("has wrong size \"\(bytes.count)\", expected 64 bytes")
            }
            self.init(type: type, rawBytes: bytes)
        case .ecdsaP256:
            var integers = WireReader(bytes, code: .malformedSignature, subject: "signature")
            let r = try integers.scalar()
            let s = try integers.scalar()
            try integers.finish()
            self.init(type: type, rawBytes: r + s)
        }
    }

    /// The wire form of SSH (RFC 8709, section 6; RFC 5656, section 3.1.2).
    package var sshBlob: [UInt8] {
        var blob: [UInt8] = []
        blob.appendWire(string: type.rawValue)
        switch type {
        case .ed25519: blob.appendWire(string: rawBytes)
        case .ecdsaP256:
            var integers: [UInt8] = []
            integers.appendWire(string: Scalar.encode(rawBytes.prefix(Scalar.byteCount)))
            integers.appendWire(string: Scalar.encode(rawBytes.suffix(Scalar.byteCount)))
            blob.appendWire(string: integers)
        }
        return blob
    }

    /// Reads the form in which OpenSSL and DSSE have signatures: 64 bytes for Ed25519, DER for ECDSA.
    ///
    /// - Throws: `malformedSignature`, also for BER that is not DER.
    package init(type: KeyType, openSSLForm bytes: [UInt8]) throws(SigningError) {
        switch type {
        case .ed25519:
            guard bytes.count == KeySignature.byteCount else {
                let words = "signature has wrong size \"\(bytes.count)\", expected 64 bytes"
                throw SigningError(.malformedSignature, words)
            }
            self.init(type: type, rawBytes: bytes)
        case .ecdsaP256:
            guard let scalars = ECDSASignatureValue.decode(bytes) else {
                throw SigningError(.malformedSignature, "malformed DER of ECDSA signature, expected two integers")
            }
            self.init(type: type, rawBytes: scalars)
        }
    }

    /// The form in which OpenSSL and DSSE have signatures: 64 bytes for Ed25519, DER for ECDSA.
    package var openSSLForm: [UInt8] {
        switch type {
        case .ed25519: rawBytes
        case .ecdsaP256: ECDSASignatureValue.encode(rawBytes)
        }
    }
}

/// The DER of `SEQUENCE { r INTEGER, s INTEGER }` for P-256 (RFC 5480, appendix A), always shorter than 128 bytes.
private enum ECDSASignatureValue {
    private static let sequence: UInt8 = 0x30
    private static let integer: UInt8 = 0x02

    static func encode(_ scalars: [UInt8]) -> [UInt8] {
        let r = Scalar.encode(scalars.prefix(Scalar.byteCount))
        let s = Scalar.encode(scalars.suffix(Scalar.byteCount))
        let body = [integer, UInt8(r.count)] + r + [integer, UInt8(s.count)] + s
        return [sequence, UInt8(body.count)] + body
    }

    /// The 64 bytes of r and s, if `encode` would give the same DER for them.
    static func decode(_ der: [UInt8]) -> [UInt8]? {
        guard der.count >= 4 else { return nil }
        let firstEnd = 4 + Int(der[3])
        guard firstEnd + 2 <= der.count else { return nil }
        guard let r = Scalar.decode(der[4..<firstEnd]) else { return nil }
        guard let s = Scalar.decode(der[(firstEnd + 2)...]) else { return nil }
        return encode(r + s) == der ? r + s : nil
    }
}
