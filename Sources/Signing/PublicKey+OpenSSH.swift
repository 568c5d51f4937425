import Crypto
import StrictJSON

extension PublicKey {
    /// Reads the wire form of a key (RFC 8709, section 4; RFC 5656, section 3.1).
    ///
    /// - Throws: `unsupportedKeyType`, `malformedPublicKey` or `invalidPublicKey`.
    package init(sshBlob blob: [UInt8]) throws(SigningError) {
        var reader = WireReader(blob, code: .malformedPublicKey, subject: "public key")
        switch try KeyType(name: reader.name()) {
        case .ed25519:
            let bytes = try reader.string()
            try reader.finish()
            try self.init(ed25519: bytes)
        case .ecdsaP256:
            let curve = try reader.name()
            guard curve == KeyType.p256CurveName else {
                throw reader.failure("has wrong curve \(SigningError.quote(curve)), expected nistp256")
            }
            let point = try reader.string()
            try reader.finish()
            try self.init(ecdsaP256: point)
        }
    }

    /// The wire form of the key (RFC 8709, section 4; RFC 5656, section 3.1).
    package var sshBlob: [UInt8] {
        var blob: [UInt8] = []
        blob.appendWire(string: type.rawValue)
        switch type {
        case .ed25519: break
        case .ecdsaP256: blob.appendWire(string: KeyType.p256CurveName)
        }
        blob.appendWire(string: rawBytes)
        return blob
    }

    /// Reads the one line of a `.pub` file: key type, key in base64, and a comment that is not looked at.
    ///
    /// Fields are parted by spaces or tabs. One line end, LF or CR LF, may follow.
    ///
    /// - Throws: `unsupportedKeyType`, `malformedPublicKey` or `invalidPublicKey`.
    package init(openSSHLine line: String) throws(SigningError) {
        var bytes = Array(line.utf8)
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        guard LineFields.isClean(bytes) else {
            throw SigningError(.malformedPublicKey, "public key line has control characters, expected one line")
        }
        var fields = LineFields(bytes)
        let name = fields.next()
        let blob = fields.next()
        try self.init(keyType: name, base64: blob)
    }

    /// Reads a key type and a key in base64, as they stand in `.pub` and allowed signers files.
    init(keyType name: String, base64: String) throws(SigningError) {
        let blob = try PublicKey.blob(keyType: name, base64: base64)
        try self.init(sshBlob: blob)
    }

    /// Decodes a key in base64 of any type, supported or not, and checks that it starts with the name of that type.
    static func blob(keyType name: String, base64: String) throws(SigningError) -> [UInt8] {
        guard KeyType.isName(name) else {
            throw SigningError(.malformedPublicKey, "malformed key type \(SigningError.quote(name))")
        }
        guard let blob = Base64.decode(base64) else {
            throw SigningError(.malformedPublicKey, "malformed base64 of public key \(SigningError.quote(base64))")
        }
        var reader = WireReader(blob, code: .malformedPublicKey, subject: "public key")
        let inner = try reader.name()
        guard inner == name else {
            let words = "public key has type \(SigningError.quote(inner)), expected \(SigningError.quote(name))"
            throw SigningError(.malformedPublicKey, words)
        }
        return blob
    }

    /// The line of a `.pub` file, with its line end.
    ///
    /// - Parameter comment: What follows the key; empty for nothing.
    /// - Returns: Key type, key in base64 and comment, parted by single spaces, and LF.
    /// - Throws: `invalidText` for a comment with control characters, which could start another line.
    package func openSSHLine(comment: String = "") throws(SigningError) -> String {
        guard PlainText.isLine(comment) else {
            throw SigningError(.invalidText, "comment has control characters, expected one line of text")
        }
        let key = "\(type.rawValue) \(Base64.encode(sshBlob))"
        return comment.isEmpty ? "\(key)\n" : "\(key) \(comment)\n"
    }

    /// The fingerprint that `ssh-keygen -l` shows: `SHA256:` and unpadded base64 of SHA-256 over the wire form.
    package var fingerprint: String {
        "SHA256:" + Base64.encode(Array(SHA256.hash(data: sshBlob)), padded: false)
    }
}
