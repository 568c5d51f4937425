/// The file format `openssh-key-v1` of OpenSSH's PROTOCOL.key, without encryption.
///
/// The bytes in the armor are: magic, names of cipher and key derivation, its options, the number of keys, the public
/// key, and a string with two equal check numbers, the private key, its comment and padding 1, 2, 3 and so on.
extension PrivateKey {
    private static let magic = Array("openssh-key-v1\0".utf8)
    private static let noCipher = "none"
    /// The padding makes the size of the private part a multiple of this.
    private static let blockSize = 8

    /// Reads a private key file without passphrase, as `ssh-keygen` and others write it.
    ///
    /// Lines of base64 may have any length and end in LF or CR LF, as that differs between programs.
    ///
    /// - Throws: `encryptedKey`, `unsupportedKeyType`, `malformedPrivateKey`, `keyMismatch`, or what the initializers
    ///   from secret bytes and `PublicKey` throw.
    package init(openSSH file: [UInt8]) throws(SigningError) {
        guard let bytes = Armor.privateKey.decode(file) else {
            throw SigningError(
                .malformedPrivateKey,
                "not a private key file of OpenSSH, expected \"-----BEGIN OPENSSH PRIVATE KEY-----\" and base64")
        }
        var reader = WireReader(bytes, code: .malformedPrivateKey, subject: "private key file")
        guard try reader.bytes(PrivateKey.magic.count) == PrivateKey.magic else {
            throw reader.failure("has unknown version, expected openssh-key-v1")
        }
        try PrivateKey.refuseEncryption(&reader)
        let count = try reader.uint32()
        guard count == 1 else { throw reader.failure("has wrong number of keys \"\(count)\", expected 1") }
        let publicKey = try PublicKey(sshBlob: reader.string())
        let section = try reader.string()
        try reader.finish()
        try self.init(privateSection: section, of: publicKey)
    }

    private static func refuseEncryption(_ reader: inout WireReader) throws(SigningError) {
        let cipher = try reader.name()
        let derivation = try reader.name()
        let options = try reader.string()
        guard cipher == noCipher else {
            throw SigningError(
                .encryptedKey,
                "encrypted private key \(SigningError.quote(cipher)), expected a key file without passphrase")
        }
        guard derivation == noCipher, options.isEmpty else {
            throw reader.failure("has key derivation \(SigningError.quote(derivation)), expected none")
        }
    }

    private init(privateSection section: [UInt8], of publicKey: PublicKey) throws(SigningError) {
        var reader = WireReader(section, code: .malformedPrivateKey, subject: "private key file")
        guard try reader.uint32() == reader.uint32() else {
            throw reader.failure("has check numbers that differ, expected equal ones")
        }
        let type = try KeyType(name: reader.name())
        guard type == publicKey.type else {
            throw SigningError(.keyMismatch, "public and private key of file differ in type")
        }
        let halves =
            switch type {
            case .ed25519: try PrivateKey.readEd25519(&reader)
            case .ecdsaP256: try PrivateKey.readECDSAP256(&reader)
            }
        let comment = try reader.text()
        try PrivateKey.checkPadding(&reader, sectionSize: section.count)
        let key =
            switch type {
            case .ed25519: try PrivateKey(ed25519Seed: halves.secret, comment: comment)
            case .ecdsaP256: try PrivateKey(ecdsaP256Scalar: halves.secret, comment: comment)
            }
        guard halves.publicBytes == publicKey.rawBytes, key.publicKey == publicKey else {
            throw SigningError(.keyMismatch, "public and private key of file do not belong together")
        }
        self = key
    }

    private static func readEd25519(
        _ reader: inout WireReader
    ) throws(SigningError) -> (publicBytes: [UInt8], secret: [UInt8]) {
        let publicBytes = try reader.string()
        let both = try reader.string()
        guard publicBytes.count == 32, both.count == 64 else {
            throw reader.failure("has an Ed25519 key of wrong size, expected 32 and 64 bytes")
        }
        guard both.suffix(32).elementsEqual(publicBytes) else {
            throw SigningError(.keyMismatch, "public and private key of file do not belong together")
        }
        return (publicBytes, Array(both.prefix(32)))
    }

    private static func readECDSAP256(
        _ reader: inout WireReader
    ) throws(SigningError) -> (publicBytes: [UInt8], secret: [UInt8]) {
        let curve = try reader.name()
        guard curve == KeyType.p256CurveName else {
            throw reader.failure("has wrong curve \(SigningError.quote(curve)), expected nistp256")
        }
        return (try reader.string(), try reader.scalar())
    }

    private static func checkPadding(_ reader: inout WireReader, sectionSize: Int) throws(SigningError) {
        let padding = try reader.bytes(reader.remaining)
        let isWhole = sectionSize % blockSize == 0 && padding.count < blockSize
        guard isWhole, padding == PrivateKey.padding(padding.count) else {
            throw reader.failure("has wrong padding, expected 1, 2, 3 … up to a multiple of \(blockSize) bytes")
        }
    }

    private static func padding(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 + 1) } }

    /// The bytes of a private key file without passphrase, with its line end.
    ///
    /// - Parameter checkInt: A number that `ssh-keygen` draws at random; it protects nothing in a file that is not
    ///   encrypted. The same key, comment and number give the same bytes.
    /// - Returns: The bytes that `ssh-keygen` would write for that number.
    package func openSSHFile(checkInt: UInt32) -> [UInt8] {
        var section: [UInt8] = []
        section.appendWire(checkInt)
        section.appendWire(checkInt)
        section.appendWire(string: publicKey.type.rawValue)
        switch publicKey.type {
        case .ed25519:
            section.appendWire(string: publicKey.rawBytes)
            section.appendWire(string: secretBytes + publicKey.rawBytes)
        case .ecdsaP256:
            section.appendWire(string: KeyType.p256CurveName)
            section.appendWire(string: publicKey.rawBytes)
            section.appendWire(string: Scalar.encode(secretBytes))
        }
        section.appendWire(string: comment)
        let missing = (PrivateKey.blockSize - section.count % PrivateKey.blockSize) % PrivateKey.blockSize
        section += PrivateKey.padding(missing)

        var file = PrivateKey.magic
        file.appendWire(string: PrivateKey.noCipher)
        file.appendWire(string: PrivateKey.noCipher)
        file.appendWire(string: "")
        file.appendWire(1)
        file.appendWire(string: publicKey.sshBlob)
        file.appendWire(string: section)
        return Armor.privateKey.encode(file)
    }
}
