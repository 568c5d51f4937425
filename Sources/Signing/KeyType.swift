/// The kinds of keys that sign and verify here, under their names in OpenSSH.
package enum KeyType: String, Hashable, Sendable, CaseIterable {
    /// Ed25519 (RFC 8032, section 5.1; RFC 8709).
    case ed25519 = "ssh-ed25519"
    /// ECDSA on the curve P-256 with SHA-256 (FIPS 186-5; RFC 5656).
    case ecdsaP256 = "ecdsa-sha2-nistp256"

    /// The name of the curve in the wire form of ECDSA keys (RFC 5656, section 10.1).
    static let p256CurveName = "nistp256"

    /// Whether a word can only be the name of a key type, as no option of an allowed signers line starts like one.
    static func isName(_ word: String) -> Bool {
        let isPrefixed = ["ssh-", "ecdsa-", "sk-"].contains { word.hasPrefix($0) }
        return isPrefixed && PlainText.isPrintableASCII(word) && !word.contains { "=\",".contains($0) }
    }

    /// The key type of a name.
    init(name: String) throws(SigningError) {
        guard let type = KeyType(rawValue: name) else { throw .unsupportedKeyType(name) }
        self = type
    }
}
