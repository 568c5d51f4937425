import Foundation
import Signing
import Testing

@Suite("Private keys and their files")
struct PrivateKeyTests {
    @Test("the first Ed25519 key of RFC 8032, section 7.1, signs the empty message as it says")
    func ed25519() throws {
        let key = try PrivateKey(ed25519Seed: hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"))
        #expect(key.publicKey.rawBytes == hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"))
        #expect(
            try key.sign([]).rawBytes
                == hex(
                    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
                        + "d25bf5f0595bbe24655141438e7a100b"))
    }

    @Test("a file leads back to its key, and the same key gives the same file", arguments: KeyType.allCases)
    func roundTrip(type: KeyType) throws {
        let key = try Keys.of(type)
        let file = key.openSSHFile(checkInt: 0x0102_0304)
        let read = try PrivateKey(openSSH: file)
        #expect(read.publicKey == key.publicKey && read.comment == key.comment)
        #expect(read.openSSHFile(checkInt: 0x0102_0304) == file)
        #expect(read.openSSHFile(checkInt: 5) != file)
        #expect(key.publicKey.isValid(try read.sign([1, 2]), for: [1, 2]))
    }

    @Test("comments of each length get the padding that brings them back", arguments: 0...17)
    func padding(count: Int) throws {
        for type in KeyType.allCases {
            let comment = String(repeating: "x", count: count)
            let key = try type == .ed25519 ? Keys.ed25519(comment: comment) : Keys.ecdsa(comment: comment)
            #expect(try PrivateKey(openSSH: key.openSSHFile(checkInt: 1)).comment == comment)
        }
    }

    @Test("lines of another length, CR LF and a missing last line end are read")
    func layouts() throws {
        let key = try Keys.ed25519()
        let text = String(decoding: key.openSSHFile(checkInt: 1), as: UTF8.self)
        let lines = text.split(separator: "\n")
        let oneLine = "\(lines[0])\n\(lines[1..<(lines.count - 1)].joined())\n\(lines[lines.count - 1])"
        for layout in [oneLine, text.replacing("\n", with: "\r\n"), text + "\n"] {
            #expect(try PrivateKey(openSSH: Array(layout.utf8)).publicKey == key.publicKey)
        }
        for layout in [" " + text, "\n" + text, text + "x", text.replacing("=", with: ""), "", "\n", String(lines[0])] {
            #expect(code { _ = try PrivateKey(openSSH: Array(layout.utf8)) } == .malformedPrivateKey)
        }
    }

    @Test("secrets of a wrong size or range, and comments of two lines, are refused")
    func secrets() {
        for count in [0, 31, 33, 64] {
            let secret = [UInt8](repeating: 1, count: count)
            #expect(code { _ = try PrivateKey(ed25519Seed: secret) } == .invalidPrivateKey)
            #expect(code { _ = try PrivateKey(ecdsaP256Scalar: secret) } == .invalidPrivateKey)
        }
        for byte: UInt8 in [0, 255] {
            let secret = [UInt8](repeating: byte, count: 32)
            #expect(code { _ = try PrivateKey(ecdsaP256Scalar: secret) } == .invalidPrivateKey)
        }
        #expect(code { _ = try Keys.ed25519(comment: "a\nb") } == .invalidText)
        #expect(code { _ = try PrivateKey.generateECDSAP256(comment: "a\u{7F}") } == .invalidText)
    }

    @Test("two generated keys differ and sign")
    func generated() throws {
        let one = try PrivateKey.generateECDSAP256()
        let two = try PrivateKey.generateECDSAP256(comment: "two")
        #expect(one.publicKey != two.publicKey && two.comment == "two")
        #expect(one.publicKey.isValid(try one.sign([3]), for: [3]))
    }

    @Test("nothing that prints a key shows its secret", arguments: KeyType.allCases)
    func hidden(type: KeyType) throws {
        let key = try Keys.of(type)
        var dumped = ""
        dump(key, to: &dumped)
        let texts = ["\(key)", String(reflecting: key), "\([key])", dumped]
        let secret: UInt8 = type == .ed25519 ? 1 : 2
        for text in texts {
            #expect(text.contains(key.publicKey.fingerprint))
            #expect(!text.contains(String(repeating: "0\(secret)", count: 32)))
            #expect(!text.contains("\(secret), \(secret), \(secret)"))
            #expect(!dumped.contains("secret"))
        }
    }

    @Test("one flipped bit in a key file is refused or only changes the comment")
    func bitFlipsOfFile() throws {
        let key = try Keys.ed25519()
        let file = key.openSSHFile(checkInt: 0x0102_0304)
        for flipped in bitFlips(file) {
            do {
                let read = try PrivateKey(openSSH: flipped)
                #expect(read.publicKey == key.publicKey)
                #expect(read.comment != key.comment || read.openSSHFile(checkInt: 0x0102_0304) == file)
            } catch {
                #expect(!error.message.contains(String(repeating: "01", count: 8)))
            }
        }
    }
}

/// The parts of a private key file, to be changed one at a time.
struct KeyFileParts {
    var magic = Array("openssh-key-v1\0".utf8)
    var cipher = wire("none")
    var derivation = wire("none")
    var derivationOptions = wire("")
    var count: [UInt8] = [0, 0, 0, 1]
    var publicBlob: [UInt8]
    var checks: [UInt8] = [1, 2, 3, 4, 1, 2, 3, 4]
    var type: [UInt8] = wire("ssh-ed25519")
    var halves: [UInt8]
    var comment = wire("abc")
    var padding: [UInt8]
    var trailing: [UInt8] = []

    init() throws {
        let publicKey = try Keys.ed25519().publicKey
        publicBlob = publicKey.sshBlob
        halves = wire(publicKey.rawBytes) + wire([UInt8](repeating: 1, count: 32) + publicKey.rawBytes)
        let size = checks.count + type.count + halves.count + comment.count
        padding = (0..<((8 - size % 8) % 8)).map { UInt8($0 + 1) }
    }

    var file: [UInt8] {
        let section = wire(checks + type + halves + comment + padding)
        let bytes =
            magic + cipher + derivation + derivationOptions + count + wire(publicBlob) + section + trailing
        let text = Data(bytes).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
        return Array("-----BEGIN OPENSSH PRIVATE KEY-----\n\(text)\n-----END OPENSSH PRIVATE KEY-----\n".utf8)
    }
}

@Suite("Private key files with one defect")
struct PrivateKeyDefectTests {
    static func code(_ change: (inout KeyFileParts) throws -> Void) throws -> SigningError.Code? {
        var parts = try KeyFileParts()
        try change(&parts)
        return SigningTests.code { _ = try PrivateKey(openSSH: parts.file) }
    }

    @Test("the file without a defect is read")
    func good() throws {
        #expect(try Self.code { _ in } == nil)
    }

    @Test("defects of the envelope")
    func envelope() throws {
        #expect(try Self.code { $0.magic = Array("openssh-key-v2\0".utf8) } == .malformedPrivateKey)
        #expect(try Self.code { $0.cipher = wire("aes256-ctr") } == .encryptedKey)
        #expect(try Self.code { $0.derivation = wire("bcrypt") } == .malformedPrivateKey)
        #expect(try Self.code { $0.derivationOptions = wire([1]) } == .malformedPrivateKey)
        #expect(try Self.code { $0.count = [0, 0, 0, 2] } == .malformedPrivateKey)
        #expect(try Self.code { $0.count = [0, 0, 0, 0] } == .malformedPrivateKey)
        #expect(try Self.code { $0.publicBlob = wire("ssh-rsa") + wire([1]) } == .unsupportedKeyType)
        #expect(try Self.code { $0.publicBlob += [0] } == .malformedPublicKey)
        #expect(try Self.code { $0.trailing = [0] } == .malformedPrivateKey)
    }

    @Test("defects of the private part")
    func section() throws {
        #expect(try Self.code { $0.checks[7] = 5 } == .malformedPrivateKey)
        #expect(try Self.code { $0.type = wire("ssh-rsa") } == .unsupportedKeyType)
        #expect(try Self.code { $0.type = wire("ecdsa-sha2-nistp256") } == .keyMismatch)
        #expect(try Self.code { $0.comment = wire([0xFF]) } == .malformedPrivateKey)
        #expect(try Self.code { $0.comment = wire("a\nb") } == .malformedPrivateKey)
        #expect(try Self.code { $0.comment = [0, 0, 1, 0] } == .malformedPrivateKey)
    }

    @Test("defects of the padding")
    func padding() throws {
        let full = try KeyFileParts().padding
        #expect(full.count > 1)
        #expect(try Self.code { $0.padding = [] } == .malformedPrivateKey)
        #expect(try Self.code { $0.padding = Array(full.dropLast()) } == .malformedPrivateKey)
        #expect(try Self.code { $0.padding = full.reversed() } == .malformedPrivateKey)
        #expect(try Self.code { $0.padding = full.map { _ in 0 } } == .malformedPrivateKey)
        let more = (0..<8).map { UInt8(full.count + $0 + 1) }
        #expect(try Self.code { $0.padding = full + more } == .malformedPrivateKey)
    }

    @Test("halves that do not belong together")
    func halves() throws {
        let own = try Keys.ed25519().publicKey.rawBytes
        let other = try Keys.ed25519(9).publicKey.rawBytes
        let seed = [UInt8](repeating: 1, count: 32)
        #expect(try Self.code { $0.publicBlob = try Keys.ed25519(9).publicKey.sshBlob } == .keyMismatch)
        #expect(try Self.code { $0.publicBlob = try Keys.ecdsa().publicKey.sshBlob } == .keyMismatch)
        #expect(try Self.code { $0.halves = wire(other) + wire(seed + other) } == .keyMismatch)
        #expect(try Self.code { $0.halves = wire(own) + wire(seed + other) } == .keyMismatch)
        #expect(try Self.code { $0.halves = wire(own) + wire(other + own) } == .keyMismatch)
        #expect(try Self.code { $0.halves = wire(own) + wire(seed) } == .malformedPrivateKey)
        #expect(
            try Self.code {
                $0.publicBlob = wire("ssh-ed25519") + wire(other)
                $0.halves = wire(other) + wire(seed + other)
            } == .keyMismatch)
    }

    @Test("other files of keys are told apart", arguments: ["RSA PRIVATE KEY", "PRIVATE KEY", "SSH SIGNATURE"])
    func otherFiles(label: String) {
        let file = "-----BEGIN \(label)-----\nAAAA\n-----END \(label)-----\n"
        #expect(SigningTests.code { _ = try PrivateKey(openSSH: Array(file.utf8)) } == .malformedPrivateKey)
    }
}
