import Crypto
import StrictJSON

extension PublicKey {
    /// The SubjectPublicKeyInfo of the key in DER (RFC 8410, section 4; RFC 5480, section 2).
    package var subjectPublicKeyInfo: [UInt8] {
        switch type {
        case .ed25519: [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00] + rawBytes
        case .ecdsaP256:
            [
                0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01,
                0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
            ] + rawBytes
        }
    }

    /// The SubjectPublicKeyInfo in PEM, in lines of 64 characters, as OpenSSL writes it (RFC 7468, section 13).
    package var pem: String {
        let body = Armor.lines(of: Base64.encode(subjectPublicKeyInfo), columns: 64)
        return "-----BEGIN PUBLIC KEY-----\n\(body)-----END PUBLIC KEY-----\n"
    }

    /// The key id that the Python library securesystemslib gives the key: lower-case hexadecimal SHA-256 over the
    /// canonical JSON of its key type, key value and scheme.
    ///
    /// Ed25519 keys stand in that JSON as hexadecimal, ECDSA keys as PEM with its line ends as they are.
    package var keyID: String {
        let (type, value, scheme) =
            switch type {
            case .ed25519: ("ed25519", Hexadecimal.encode(rawBytes), "ed25519")
            case .ecdsaP256: ("ecdsa", pem, "ecdsa-sha2-nistp256")
            }
        let json = #"{"keytype":"\#(type)","keyval":{"public":"\#(value)"},"scheme":"\#(scheme)"}"#
        return Hexadecimal.encode(SHA256.hash(data: Array(json.utf8)))
    }
}
