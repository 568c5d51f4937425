/// The bytes of PROTOCOL.sshsig, section 2: magic, version, public key, namespace, an empty string that is reserved,
/// hash algorithm and signature.
extension SSHSignature {
    static let magic = Array("SSHSIG".utf8)
    private static let version: UInt32 = 1

    /// Reads a signature file exactly as `ssh-keygen -Y sign` writes it.
    ///
    /// Whatever is accepted is what `armored` gives again, byte for byte: base64 in lines of 70 columns, LF at each
    /// line end, nothing before or after. So no two files stand for the same signature.
    ///
    /// - Throws: `malformedSignature`, `unsupportedKeyType`, `unsupportedHash`, or what `PublicKey` throws.
    package init(armored file: [UInt8]) throws(SigningError) {
        guard let blob = Armor.signature.decodeExactly(file) else {
            throw SigningError(
                .malformedSignature,
                "not a signature file of OpenSSH, expected \"-----BEGIN SSH SIGNATURE-----\" and base64 in 70 columns")
        }
        try self.init(blob: blob)
    }

    private init(blob: [UInt8]) throws(SigningError) {
        var reader = WireReader(blob, code: .malformedSignature, subject: "signature")
        guard try reader.bytes(SSHSignature.magic.count) == SSHSignature.magic else {
            throw reader.failure("has wrong first bytes, expected SSHSIG")
        }
        let version = try reader.uint32()
        guard version == SSHSignature.version else {
            throw reader.failure("has unsupported version \"\(version)\", expected 1")
        }
        let publicKey = try PublicKey(sshBlob: reader.string())
        let namespace = try reader.name()
        guard SSHSignature.isNamespace(namespace) else { throw reader.failure("has an empty namespace") }
        guard try reader.string().isEmpty else { throw reader.failure("has reserved bytes, expected none") }
        let hash = try MessageHash(name: reader.name())
        let signature = try KeySignature(sshBlob: reader.string())
        try reader.finish()
        guard signature.type == publicKey.type else {
            let words = "is of type \"\(signature.type.rawValue)\", expected \(publicKey.type.rawValue) as its key"
            throw reader.failure(words)
        }
        self.init(publicKey: publicKey, namespace: namespace, hash: hash, signature: signature)
    }

    /// The bytes of the signature file, as `ssh-keygen -Y sign` writes them.
    package var armored: [UInt8] {
        var blob = SSHSignature.magic
        blob.appendWire(SSHSignature.version)
        blob.appendWire(string: publicKey.sshBlob)
        blob.appendWire(string: namespace)
        blob.appendWire(string: "")
        blob.appendWire(string: hash.rawValue)
        blob.appendWire(string: signature.sshBlob)
        return Armor.signature.encode(blob)
    }
}
