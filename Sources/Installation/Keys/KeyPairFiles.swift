import BundleFormat
import CommandLineInterface
import FileSystem
package import Signing

/// A private key, and the files that stand beside it.
package struct KeyPairFiles {
    /// What the key is of.
    package enum Algorithm: String, CaseIterable, Sendable {
        case ed25519
        case ecdsaP256 = "ecdsa-p256"
    }

    /// The private key's file.
    package let path: String

    /// The files of a key at a path.
    package init(_ path: String) { self.path = path }

    var publicPath: String { path + ".pub" }
    var pemPath: String { path + ".pem" }
    /// The trust file.
    package var trustPath: String { path + ".allowed_signers" }

    /// All of the files.
    package var paths: [String] { [path, publicPath, pemPath, trustPath] }

    /// Makes a key pair; nothing is overwritten.
    package func make(identity: String, algorithm: Algorithm) throws -> PrivateKey {
        try NewFile.requireAbsent(paths, hint: "take another name: \(.option("--out", path + "-2"))")
        let key = try KeyPairFiles.key(identity, algorithm)
        let line = try key.publicKey.openSSHLine(comment: identity)
        let file = key.openSSHFile(checkInt: UInt32.random(in: 0 ... .max))
        try DurableFile.create(path, holding: file, isSecret: true)
        try DurableFile.create(publicPath, holding: Array(line.utf8))
        try DurableFile.create(pemPath, holding: Array(key.publicKey.pem.utf8))
        try DurableFile.create(trustPath, holding: Array(KeyPairFiles.trustLine(identity, publicLine: line).utf8))
        return key
    }

    /// Whether a text names an owner in a trust file.
    package static func isIdentity(_ text: String) -> Bool {
        let isAllowed = { (byte: UInt8) in byte > 0x20 && byte < 0x7F && !"\",*?!#".utf8.contains(byte) }
        return (1...200).contains(text.utf8.count) && text.utf8.allSatisfy(isAllowed)
    }

    /// The line of a trust file for a key, with its line end.
    package static func trustLine(_ identity: String, publicLine: String) -> String {
        let key = publicLine.split(whereSeparator: \.isWhitespace).prefix(2).joined(separator: " ")
        let namespaces = "\(SignatureNames.bundleNamespace),\(SignatureNames.approvalNamespace)"
        return "\(identity) namespaces=\"\(namespaces)\" \(key)\n"
    }

    /// Generates a key; it is in no file yet.
    static func key(_ identity: String, _ algorithm: Algorithm) throws -> PrivateKey {
        switch algorithm {
        case .ecdsaP256: return try PrivateKey.generateECDSAP256(comment: identity)
        case .ed25519:
            var generator = SystemRandomNumberGenerator()
            let seed = (0..<32).map { _ in UInt8.random(in: 0 ... .max, using: &generator) }
            return try PrivateKey(ed25519Seed: seed, comment: identity)
        }
    }
}
