extension DSSE {
    /// A payload with the signatures over it.
    ///
    /// Every envelope can be written, and `encoded()` and `init(parsing:)` are the inverse of each other.
    package struct Envelope: Hashable, Sendable {
        /// One signature, with the id of the key that is said to have made it.
        package struct Signature: Hashable, Sendable {
            /// The id of the key, as `PublicKey.keyID` gives it; not signed.
            package let keyID: String

            /// The signature: 64 bytes for Ed25519, DER for ECDSA.
            package let bytes: [UInt8]

            /// Takes a signature as it was received.
            package init(keyID: String, bytes: [UInt8]) {
                self.keyID = keyID
                self.bytes = bytes
            }
        }

        /// The most signatures of one envelope: far more than there are people who sign, few enough to check all.
        package static let maximumSignatures = 16

        /// What the payload is, such as `application/vnd.in-toto+json`.
        package let payloadType: String

        /// The bytes that are signed along with the type.
        package let payload: [UInt8]

        /// The signatures, in the order of the file.
        package let signatures: [Signature]

        /// Takes the parts of an envelope; no signature is checked.
        ///
        /// - Throws: `malformedEnvelope` unless the type is printable ASCII without `"` and `\` and not empty, there
        ///   are 1 to 16 signatures, their key ids are different and of such text too, and no signature is empty.
        package init(payloadType: String, payload: [UInt8], signatures: [Signature]) throws(SigningError) {
            guard !payloadType.isEmpty, Envelope.isPlain(payloadType) else {
                throw Envelope.failure("unusable payload type \(SigningError.quote(payloadType))")
            }
            guard (1...Envelope.maximumSignatures).contains(signatures.count) else {
                let expected = "expected 1 to \(Envelope.maximumSignatures)"
                throw Envelope.failure("wrong number of signatures \"\(signatures.count)\", \(expected)")
            }
            for (index, signature) in signatures.enumerated() {
                guard Envelope.isPlain(signature.keyID), !signature.bytes.isEmpty else {
                    throw Envelope.failure("unusable signature of key \(SigningError.quote(signature.keyID))")
                }
                guard !signatures[..<index].contains(where: { $0.keyID == signature.keyID }) else {
                    throw Envelope.failure("repeated key id \(SigningError.quote(signature.keyID))")
                }
            }
            self.payloadType = payloadType
            self.payload = payload
            self.signatures = signatures
        }

        /// Signs a payload.
        ///
        /// - Parameters:
        ///   - payload: The bytes to sign.
        ///   - payloadType: What the payload is; printable ASCII without `"` and `\`.
        ///   - keys: 1 to 16 different keys.
        /// - Throws: `malformedEnvelope` or `signingFailed`.
        package init(
            signing payload: [UInt8], payloadType: String, with keys: [PrivateKey]
        ) throws(SigningError) {
            let signed = DSSE.preAuthenticationEncoding(type: payloadType, body: payload)
            var signatures: [Signature] = []
            for key in keys {
                signatures.append(Signature(keyID: key.publicKey.keyID, bytes: try key.sign(signed).openSSLForm))
            }
            try self.init(payloadType: payloadType, payload: payload, signatures: signatures)
        }

        /// The keys, out of those that are trusted, that signed the payload.
        ///
        /// A signature counts only under the id of its key, so the ids cannot be changed unnoticed either. An envelope
        /// is to be accepted if enough keys are returned; the payload must then be read from this value.
        ///
        /// - Parameter trusted: The trusted keys.
        /// - Returns: Each key that signed, once, in the order of `trusted`.
        package func signers(among trusted: [PublicKey]) -> [PublicKey] {
            let signed = DSSE.preAuthenticationEncoding(type: payloadType, body: payload)
            var signers: [PublicKey] = []
            for key in trusted where !signers.contains(key) && isSigned(signed, by: key) { signers.append(key) }
            return signers
        }

        private func isSigned(_ signed: [UInt8], by key: PublicKey) -> Bool {
            let id = key.keyID
            guard let signature = signatures.first(where: { $0.keyID == id }) else { return false }
            do {
                return key.isValid(try KeySignature(type: key.type, openSSLForm: signature.bytes), for: signed)
            } catch {
                return false
            }
        }

        static func failure(_ message: String) -> SigningError { SigningError(.malformedEnvelope, message) }

        /// Whether text stands in JSON as it is, and in one way only.
        private static func isPlain(_ text: String) -> Bool {
            let special = [UInt8(ascii: "\""), UInt8(ascii: "\\")]
            return PlainText.isPrintableASCII(text) && !text.utf8.contains { special.contains($0) }
        }
    }
}
