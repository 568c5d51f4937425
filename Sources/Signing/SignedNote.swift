import Crypto
import StrictJSON

/// A text with signatures below it, as the C2SP specification signed-note has it; Ed25519 only (type 0x01).
package struct SignedNote: Hashable, Sendable {
    /// A line of signature: who signed, by name, and the signature with the first bytes of the key's identifier.
    package struct Signature: Hashable, Sendable {
        package var name: String
        /// 4 bytes of key identifier, then 64 of signature.
        package var bytes: [UInt8]
    }

    /// The signed bytes; they end with a line end.
    package let text: [UInt8]
    package let signatures: [Signature]

    private static let ed25519: UInt8 = 0x01
    private static let dash = Array("\u{2014} ".utf8)
    /// More signatures than any log has; bounds the work on a hostile file.
    private static let maximumSignatures = 64

    /// Signs a text under a key name.
    ///
    /// - Parameters:
    ///   - text: lines of UTF-8 without control characters, the last one ended.
    ///   - name: the key's name, without white space and `+`.
    ///   - key: an Ed25519 key.
    /// - Throws: `unsupportedKeyType` for another kind of key, `invalidText` for a text or name that is no note's.
    package init(signing text: [UInt8], name: String, with key: PrivateKey) throws(SigningError) {
        guard key.publicKey.type == .ed25519 else {
            throw SigningError(.unsupportedKeyType, "\(key.publicKey.type.rawValue) key, expected an Ed25519 key")
        }
        guard SignedNote.isText(text), SignedNote.isName(name) else {
            throw SigningError(.invalidText, "text or key name is not one of a signed note")
        }
        let signature = try key.sign(text)
        self.text = text
        signatures = [
            Signature(name: name, bytes: SignedNote.keyID(name, key.publicKey) + signature.rawBytes)
        ]
    }

    /// Reads a note; nothing is verified.
    ///
    /// - Throws: `malformedSignature` if the bytes are not in the form of the specification.
    package init(parsing bytes: [UInt8]) throws(SigningError) {
        guard let split = SignedNote.lastBlankLine(bytes) else {
            throw SigningError(.malformedSignature, "signed note without a blank line before its signatures")
        }
        text = Array(bytes[..<split])
        let lines = bytes[(split + 1)...].split(separator: 0x0A, omittingEmptySubsequences: false)
        guard SignedNote.isText(text), lines.last?.isEmpty == true, lines.count > 1,
            lines.count <= SignedNote.maximumSignatures + 1
        else {
            throw SigningError(.malformedSignature, "signed note without text or signatures, or not of whole lines")
        }
        var signatures: [Signature] = []
        for line in lines.dropLast() {
            guard let signature = SignedNote.signature(line) else {
                throw SigningError(.malformedSignature, "signed note with a line that is no signature")
            }
            signatures.append(signature)
        }
        self.signatures = signatures
    }

    private static func lastBlankLine(_ bytes: [UInt8]) -> Int? {
        bytes.indices.dropFirst().last { bytes[$0] == 0x0A && bytes[$0 - 1] == 0x0A }
    }

    private static func signature(_ line: ArraySlice<UInt8>) -> Signature? {
        guard line.starts(with: dash) else { return nil }
        let parts = line.dropFirst(dash.count).split(separator: 0x20, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        let name = String(decoding: parts[0], as: UTF8.self)
        guard isName(name), let bytes = Base64.decode(parts[1]), bytes.count > 4 else { return nil }
        return Signature(name: name, bytes: bytes)
    }

    private static func isText(_ text: [UInt8]) -> Bool {
        guard text.last == 0x0A, text.allSatisfy({ $0 >= 0x20 || $0 == 0x0A }) else { return false }
        return String(validating: text, as: UTF8.self) != nil
    }

    private static func isName(_ name: String) -> Bool {
        !name.isEmpty && !name.unicodeScalars.contains { $0 == "+" || $0.properties.isWhitespace || $0.value < 0x20 }
    }

    /// The first four bytes of SHA-256 over name, line end, type and public key.
    static func keyID(_ name: String, _ key: PublicKey) -> [UInt8] {
        var hasher = SHA256()
        hasher.update(data: Array(name.utf8) + [0x0A, ed25519] + key.rawBytes)
        return Array(hasher.finalize().prefix(4))
    }

    /// Whether a key of that name signed the text.
    ///
    /// Signatures by unknown keys are passed over; one under the key's own identifier that does not fit makes the whole
    /// note invalid.
    package func isSigned(by key: PublicKey, name: String) -> Bool {
        guard key.type == .ed25519 else { return false }
        let identifier = SignedNote.keyID(name, key)
        let own = signatures.filter { $0.name == name && $0.bytes.starts(with: identifier) }
        guard !own.isEmpty else { return false }
        return own.allSatisfy { signature in
            let raw = Array(signature.bytes.dropFirst(4))
            return raw.count == 64 && key.isValid(KeySignature(type: .ed25519, rawBytes: raw), for: text)
        }
    }

    /// The note's bytes.
    package var bytes: [UInt8] {
        text + [0x0A]
            + signatures.flatMap { SignedNote.dash + Array("\($0.name) \(Base64.encode($0.bytes))\n".utf8) }
    }
}
