import Foundation
import Signing
import TestSupport
import Testing

@Suite("SSH signatures")
struct SSHSignatureTests {
    static let text = Array("the message\n".utf8)

    @Test("a signature verifies for its message and namespace only", arguments: KeyType.allCases)
    func signsAndVerifies(type: KeyType) throws {
        let key = try Keys.of(type)
        for hash in MessageHash.allCases {
            let made = try SSHSignature(signing: Self.text, namespace: "audit@example.org", with: key, hash: hash)
            let signature = try SSHSignature(armored: made.armored)
            #expect(signature == made)
            #expect(try signature.verify(message: Self.text, namespace: "audit@example.org") == key.publicKey)
            let digest = hash.digest(of: Self.text)
            #expect(try signature.verify(digest: digest, namespace: "audit@example.org") == key.publicKey)
            #expect(code { try signature.verify(message: [], namespace: "audit@example.org") } == .badSignature)
            #expect(code { try signature.verify(message: Self.text, namespace: "file") } == .wrongNamespace)
            #expect(code { try signature.verify(message: Self.text, namespace: "") } == .wrongNamespace)
            let short = Array(digest.dropLast())
            #expect(code { try signature.verify(digest: short, namespace: "audit@example.org") } == .wrongDigestSize)
        }
    }

    @Test("signing a digest is signing its message")
    func digests() throws {
        let key = try Keys.ed25519()
        let digest = MessageHash.sha512.digest(of: Self.text)
        let signature = try SSHSignature(signingDigest: digest, namespace: "file", with: key)
        #expect(try signature.armored == SSHSignature(signing: Self.text, namespace: "file", with: key).armored)
        #expect(
            code { _ = try SSHSignature(signingDigest: [1], namespace: "file", with: key) } == .wrongDigestSize)
    }

    @Test("namespaces that cannot be told apart in a terminal are refused", arguments: ["", "a\nb", "ü", "\u{212A}"])
    func namespaces(namespace: String) throws {
        let key = try Keys.ed25519()
        #expect(code { _ = try SSHSignature(signing: [], namespace: namespace, with: key) } == .invalidText)
        let file = try SignatureParts(namespace: wire(namespace)).file
        #expect(code { _ = try SSHSignature(armored: file) } == .malformedSignature)
    }

    @Test("an armored file is 70 columns wide")
    func columns() throws {
        let file = try SSHSignature(signing: Self.text, namespace: "file", with: Keys.ed25519()).armored
        let lines = String(decoding: file, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.first == "-----BEGIN SSH SIGNATURE-----")
        #expect(lines.suffix(2) == ["-----END SSH SIGNATURE-----", ""])
        #expect(lines[1..<(lines.count - 3)].allSatisfy { $0.count == 70 })
    }

    @Test("each single flipped bit is refused or fails to verify", arguments: KeyType.allCases)
    func bitFlipsOfFile(type: KeyType) throws {
        let key = try Keys.of(type)
        let file = try SSHSignature(signing: Self.text, namespace: "file", with: key).armored
        var accepted = 0
        for flipped in bitFlips(file) {
            guard let signature = try? SSHSignature(armored: flipped) else { continue }
            accepted += 1
            #expect(signature.armored == flipped)
            let signer = try? signature.verify(message: Self.text, namespace: "file")
            #expect(signer == nil)
        }
        #expect(accepted > 100, "bits of key and signature can be read")
    }

    @Test("other ways to write the same armor are refused")
    func layouts() throws {
        let file = try SSHSignature(signing: Self.text, namespace: "file", with: Keys.ed25519()).armored
        let text = String(decoding: file, as: UTF8.self)
        let lines = text.split(separator: "\n").map(String.init)
        let body = lines.dropFirst().dropLast()
        let wide = [lines[0], body.joined(), lines[lines.count - 1], ""].joined(separator: "\n")
        let layouts = [
            "", text + "\n", "\n" + text, String(text.dropLast()), text.replacing("\n", with: "\r\n"), wide,
            text + text,
            text.replacing("\n-----END", with: "\n\n-----END"), text.replacing("SSH SIG", with: "SSH  SIG"),
            text.replacing("=\n", with: "\n"), "x" + text, lines[0] + "\n" + lines[lines.count - 1] + "\n",
        ]
        for layout in layouts where layout != text {
            #expect(code { _ = try SSHSignature(armored: Array(layout.utf8)) } == .malformedSignature, "\(layout)")
        }
    }
}

/// The parts of a signature file, to be changed one at a time.
struct SignatureParts {
    var magic = Array("SSHSIG".utf8)
    var version: [UInt8] = [0, 0, 0, 1]
    var publicKey: [UInt8]
    var namespace = wire("file")
    var reserved = wire("")
    var hash = wire("sha512")
    var signature: [UInt8]
    var trailing: [UInt8] = []

    init(namespace: [UInt8] = wire("file")) throws {
        let key = try Keys.ed25519()
        publicKey = wire(key.publicKey.sshBlob)
        signature = wire(try SSHSignature(signing: [1], namespace: "file", with: key).signature.sshBlob)
        self.namespace = namespace
    }

    var file: [UInt8] {
        let bytes = magic + version + publicKey + namespace + reserved + hash + signature + trailing
        let text = Array(Data(bytes).base64EncodedString())
        let lines = stride(from: 0, to: text.count, by: 70).map { String(text[$0..<min($0 + 70, text.count)]) + "\n" }
        return Array("-----BEGIN SSH SIGNATURE-----\n\(lines.joined())-----END SSH SIGNATURE-----\n".utf8)
    }
}

@Suite("SSH signatures with one defect")
struct SSHSignatureDefectTests {
    static func code(_ change: (inout SignatureParts) throws -> Void) throws -> SigningError.Code? {
        var parts = try SignatureParts()
        try change(&parts)
        return SigningTests.code { try SSHSignature(armored: parts.file).verify(message: [1], namespace: "file") }
    }

    @Test("each part that is wrong is refused as such")
    func parts() throws {
        #expect(try Self.code { _ in } == nil)
        #expect(try Self.code { $0.magic = Array("SSHSIH".utf8) } == .malformedSignature)
        #expect(try Self.code { $0.version = [0, 0, 0, 2] } == .malformedSignature)
        #expect(try Self.code { $0.version = [0, 0, 0, 0] } == .malformedSignature)
        #expect(try Self.code { $0.namespace = wire("") } == .malformedSignature)
        #expect(try Self.code { $0.namespace = wire("git") } == .wrongNamespace)
        #expect(try Self.code { $0.namespace = wire("fi\0le") } == .malformedSignature)
        #expect(try Self.code { $0.reserved = wire([0]) } == .malformedSignature)
        #expect(try Self.code { $0.hash = wire("sha256") } == .badSignature)
        #expect(try Self.code { $0.hash = wire("sha1") } == .unsupportedHash)
        #expect(try Self.code { $0.hash = wire("SHA512") } == .unsupportedHash)
        #expect(try Self.code { $0.trailing = [0] } == .malformedSignature)
    }

    @Test("keys and signatures that do not fit each other are refused")
    func keys() throws {
        let other = try SSHSignature(signing: [1], namespace: "file", with: Keys.ecdsa())
        #expect(try Self.code { $0.publicKey = wire(other.publicKey.sshBlob) } == .malformedSignature)
        #expect(try Self.code { $0.signature = wire(other.signature.sshBlob) } == .malformedSignature)
        #expect(
            try Self.code { $0.publicKey = wire(try Keys.ed25519(9).publicKey.sshBlob) } == .badSignature)
        #expect(try Self.code { $0.publicKey = wire(wire("ssh-rsa") + wire([3])) } == .unsupportedKeyType)
        #expect(try Self.code { $0.signature = wire(wire("rsa-sha2-512") + wire([3])) } == .unsupportedKeyType)
        let small = wire("ssh-ed25519") + wire([1] + [UInt8](repeating: 0, count: 31))
        #expect(try Self.code { $0.publicKey = wire(small) } == .invalidPublicKey)
    }
}

@Suite(
    "SSH signatures of OpenSSH's test data",
    .enabled(if: PublicSuite.sshSignatures.isPresent, "\(PublicSuite.sshSignatures.absence)"))
struct SSHSignatureVectorTests {
    @Test("signatures of supported keys verify with the key beside them", arguments: ["ed25519", "ecdsa"])
    func supported(name: String) throws {
        let file = try PublicSuite.sshSignatures.bytes("\(name).sig")
        let namespace = String(decoding: try PublicSuite.sshSignatures.bytes("namespace"), as: UTF8.self)
        let line = String(decoding: try PublicSuite.sshSignatures.bytes("\(name).pub"), as: UTF8.self)
        let signature = try SSHSignature(armored: file)
        let text = try PublicSuite.sshSignatures.bytes("signed-data")
        #expect(try signature.verify(message: text, namespace: namespace) == PublicKey(openSSHLine: line))
        #expect(code { try signature.verify(message: text + [0], namespace: namespace) } == .badSignature)
        #expect(signature.armored == file)
    }

    @Test(
        "other types are refused by name",
        arguments: [
            ("rsa", "ssh-rsa"), ("ed25519_sk", "sk-ssh-ed25519@openssh.com"),
            ("ecdsa_sk", "sk-ecdsa-sha2-nistp256@openssh.com"),
            ("ecdsa_sk_webauthn", "sk-ecdsa-sha2-nistp256@openssh.com"),
            ("mldsa44-ed25519", "ssh-mldsa44-ed25519@openssh.com"),
        ])
    func unsupported(name: String, type: String) throws {
        let expected = "unsupported key type \"\(type)\", expected ssh-ed25519 or ecdsa-sha2-nistp256"
        let file = try PublicSuite.sshSignatures.bytes("\(name).sig")
        #expect(code { _ = try SSHSignature(armored: file) } == .unsupportedKeyType)
        #expect(message { _ = try SSHSignature(armored: file) } == expected)
        let line = String(decoding: try PublicSuite.sshSignatures.bytes("\(name).pub"), as: UTF8.self)
        #expect(message { _ = try PublicKey(openSSHLine: line) } == expected)
    }
}
