import Signing
import StrictJSON
import Testing

@Suite("Public keys")
struct PublicKeyTests {
    static let ed25519Line =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIlizSIN3DQV78VPNjVvvwjgf+P5HqbPYCYu3BOMdjAE ED25519 test key\n"
    static let ecdsaLine =
        "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBN7LnfPBVdDfBT7KWUley1qo+rjzy0WYkrHpzb"
        + "hGALXlj8g4K2bFmy81wblCbnHqWgjblv0FoBwUW641o9xEZtw= ECDSA test\n"

    @Test("lines, wire forms, fingerprints, PEM and key ids of two keys of OpenSSH's test data")
    func known() throws {
        let ed25519 = try PublicKey(openSSHLine: Self.ed25519Line)
        #expect(ed25519.type == .ed25519)
        #expect(ed25519.rawBytes == hex("8962cd220ddc3415efc54f36356fbf08e07fe3f91ea6cf60262edc138c763004"))
        #expect(try ed25519.openSSHLine(comment: "ED25519 test key") == Self.ed25519Line)
        #expect(ed25519.fingerprint == "SHA256:ZxTZQ/K7JZpz0mHqWqdmYCUcq3MAtnu9TYA66TCBkxM")
        #expect(ed25519.keyID == "b913f022ef7deec52f904b486fdb3d0a4a7ddc26828f66455c47148f7c1c0bea")
        let ecdsa = try PublicKey(openSSHLine: Self.ecdsaLine)
        #expect(ecdsa.type == .ecdsaP256)
        #expect(try ecdsa.openSSHLine(comment: "ECDSA test") == Self.ecdsaLine)
        #expect(ecdsa.fingerprint == "SHA256:YInG0FuXzFrI4twnU4WIDUE7/iFeM9DVtx6zdi61Pvg")
        #expect(ecdsa.keyID == "f2872aaa9ceb2fae6a6b3e5e6e933358d9416c39cbfbf8c41af5ac51acedb37d")
        #expect(
            ecdsa.pem == """
                -----BEGIN PUBLIC KEY-----
                MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE3sud88FV0N8FPspZSV7LWqj6uPPL
                RZiSsenNuEYAteWPyDgrZsWbLzXBuUJucepaCNuW/QWgHBRbrjWj3ERm3A==
                -----END PUBLIC KEY-----

                """)
        for key in [ed25519, ecdsa] {
            #expect(try PublicKey(sshBlob: key.sshBlob) == key)
            #expect("\(key)" == "\(key.type.rawValue) \(key.fingerprint)")
        }
    }

    /// 2^255 - 19 and numbers near it, the least significant byte first.
    static func nearPrime(_ low: UInt8, sign: UInt8) -> [UInt8] {
        [low] + [UInt8](repeating: 0xFF, count: 30) + [0x7F | sign]
    }

    @Test("each encoding of a point of small order is refused, canonical or not")
    func smallOrder() {
        let eight = [
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        ]
        let zeros = [UInt8](repeating: 0, count: 31)
        for sign: UInt8 in [0, 0x80] {
            let encodings =
                [[0] + zeros, [1] + zeros, Self.nearPrime(0xEC, sign: 0), Self.nearPrime(0xED, sign: 0)]
                + [Self.nearPrime(0xEE, sign: 0)] + eight.map(hex)
            #expect(encodings.count == 7)
            for var encoding in encodings {
                encoding[31] |= sign
                #expect(code { _ = try PublicKey(ed25519: encoding) } == .invalidPublicKey, "\(encoding)")
            }
        }
    }

    @Test("y of 2^255 - 19 and above is refused, y just below is not")
    func canonical() {
        for sign: UInt8 in [0, 0x80] {
            for low: UInt8 in 0xED...0xFF {
                let words = message { _ = try PublicKey(ed25519: Self.nearPrime(low, sign: sign)) }
                #expect(words == "Ed25519 key is not canonical, expected y below 2^255 - 19")
            }
            #expect(code { _ = try PublicKey(ed25519: Self.nearPrime(0xEB, sign: sign)) } == nil)
        }
    }

    @Test("an Ed25519 key that is no point of the curve verifies nothing")
    func notOnCurve() throws {
        let key = try PublicKey(ed25519: [2] + [UInt8](repeating: 0, count: 31))
        let signature = try Keys.ed25519().sign([1])
        #expect(!key.isValid(signature, for: [1]))
    }

    @Test("a P-256 point that is off the curve, compressed, infinite or of another size is refused")
    func points() throws {
        let good = try Keys.ecdsa().publicKey.rawBytes
        #expect(try PublicKey(ecdsaP256: good).rawBytes == good)
        var off = good
        off[64] ^= 1
        #expect(code { _ = try PublicKey(ecdsaP256: off) } == .invalidPublicKey)
        #expect(code { _ = try PublicKey(ecdsaP256: [4] + [UInt8](repeating: 0, count: 64)) } == .invalidPublicKey)
        #expect(code { _ = try PublicKey(ecdsaP256: [4] + [UInt8](repeating: 255, count: 64)) } == .invalidPublicKey)
        let wrong: [[UInt8]] = [[], [0], Array(good.dropLast()), good + [0], [2] + good[1...32], [6] + good[1...]]
        for point in wrong { #expect(code { _ = try PublicKey(ecdsaP256: point) } == .malformedPublicKey) }
        for count in [0, 31, 33] {
            #expect(
                code { _ = try PublicKey(ed25519: [UInt8](repeating: 9, count: count)) } == .malformedPublicKey)
        }
    }

    @Test("wire forms with anything missing, added or changed in kind are refused", arguments: KeyType.allCases)
    func blobs(type: KeyType) throws {
        let blob = try Keys.of(type).publicKey.sshBlob
        for count in blob.indices {
            #expect(code { _ = try PublicKey(sshBlob: Array(blob.prefix(count))) } == .malformedPublicKey)
        }
        #expect(code { _ = try PublicKey(sshBlob: blob + [0]) } == .malformedPublicKey)
        #expect(code { _ = try PublicKey(sshBlob: [255] + blob.dropFirst()) } == .malformedPublicKey)
        let point = try Keys.ecdsa().publicKey.rawBytes
        let curve = wire("ecdsa-sha2-nistp256") + wire("nistp384") + wire(point)
        #expect(code { _ = try PublicKey(sshBlob: curve) } == .malformedPublicKey)
    }

    @Test(
        "other key types are named in the error",
        arguments: ["ssh-rsa", "sk-ssh-ed25519@openssh.com", "ssh-ed25519-cert-v01@openssh.com"])
    func unsupported(name: String) {
        let line = "\(name) \(Base64.encode(wire(name) + wire([1, 2, 3])))"
        let words = message { _ = try PublicKey(openSSHLine: line) }
        #expect(words == "unsupported key type \"\(name)\", expected ssh-ed25519 or ecdsa-sha2-nistp256")
        #expect(code { _ = try PublicKey(openSSHLine: line) } == .unsupportedKeyType)
    }

    @Test("a line is one line, of a type that is also the one inside the key")
    func lines() throws {
        let key = try PublicKey(openSSHLine: Self.ed25519Line)
        let fields = Self.ed25519Line.split(separator: " ")
        let name = fields[0]
        let base64 = fields[1]
        for line in ["\(name) \(base64)", "  \(name)\t\t\(base64)\t a \r\n", "\(name) \(base64) “ü”\n"] {
            #expect(try PublicKey(openSSHLine: line) == key)
        }
        let wrong = [
            "", "\n", "\(name)", "\(base64)", "\(name)\(base64)", "ecdsa-sha2-nistp256 \(base64)", "\(name) \(base64)=",
            "\(name) \(base64)\n\n", "\(name) \(base64) a\nb", "\(name) \(base64.dropLast(4))", "# \(name) \(base64)",
            "namespaces=\"x\" \(name) \(base64)",
        ]
        for line in wrong { #expect(code { _ = try PublicKey(openSSHLine: line) } == .malformedPublicKey, "\(line)") }
        for comment in ["a\nssh-ed25519 x", "a\rb", "\0"] {
            #expect(code { _ = try key.openSSHLine(comment: comment) } == .invalidText)
        }
        #expect(try key.openSSHLine() == "\(name) \(base64)\n")
    }

    @Test("what is quoted in a message is short and in ASCII")
    func quoting() {
        let name = "ssh-" + String(repeating: "x", count: 100)
        let words = message { _ = try PublicKey(sshBlob: wire(name)) }
        #expect(words?.contains("\"ssh-" + String(repeating: "x", count: 60) + "…\"") == true)
        let bell = message { _ = try PublicKey(openSSHLine: "ssh-\u{202E}a\" AAAA") }
        #expect(bell == #"malformed key type "ssh-\u{202E}a\"""#)
    }
}
