import Foundation
import Signing
import TestSupport
import Testing

@Suite("The stock openssl agrees", .enabled(if: Tool.isInstalled("openssl"), "openssl is not installed"))
struct OpenSSLInteropTests {
    /// Options of `pkeyutl` for a key type.
    static func digestOptions(_ type: KeyType) -> [String] {
        switch type {
        case .ed25519: []
        case .ecdsaP256: ["-digest", "sha256"]
        }
    }

    @Test("it verifies an envelope's signature over the encoding, with the PEM of the key", arguments: KeyType.allCases)
    func verifies(type: KeyType) throws {
        let directory = try TemporaryDirectory()
        let key = try Keys.of(type)
        let payload = Array("{\"a\":1}\n".utf8)
        let envelope = try DSSE.Envelope(signing: payload, payloadType: "application/json", with: [key])
        let encoded = DSSE.preAuthenticationEncoding(type: "application/json", body: payload)
        try directory.write(try #require(envelope.signatures.first).bytes, to: "signature")
        try directory.write(encoded, to: "good")
        try directory.write(encoded + [0], to: "bad")
        try directory.write(key.publicKey.pem, to: "key.pem")
        func verify(_ file: String) throws -> (status: Int32, output: String) {
            let options = Self.digestOptions(type).joined(separator: " ")
            let command = "openssl pkeyutl -verify -pubin -inkey key.pem -rawin -sigfile signature \(options) -in"
            return try directory.run("sh", "-c", "\(command) \(file)")
        }
        #expect(try verify("good") == (0, "Signature Verified Successfully\n"))
        #expect(try verify("bad").status != 0)
    }

    @Test("it writes the same PEM and DER for the key", arguments: KeyType.allCases)
    func encodings(type: KeyType) throws {
        let directory = try TemporaryDirectory()
        let key = try Keys.of(type).publicKey
        try directory.write(key.pem, to: "key.pem")
        #expect(try directory.run("openssl", "pkey", "-pubin", "-in", "key.pem") == (0, key.pem))
        try directory.run("openssl", "pkey", "-pubin", "-in", "key.pem", "-outform", "DER", "-out", "key.der")
        #expect(try directory.read("key.der") == key.subjectPublicKeyInfo)
    }
}

@Suite(
    "The Python library securesystemslib agrees",
    .enabled(
        if: Tool.hasModule("securesystemslib"),
        "the Python module securesystemslib is absent; scripts/test installs it into .venv"))
struct SecureSystemsLibInteropTests {
    @Test("it derives the same key ids and verifies an envelope with two signatures")
    func verifies() throws {
        let directory = try TemporaryDirectory()
        let keys = [try Keys.ed25519(), try Keys.ecdsa()]
        let envelope = try DSSE.Envelope(signing: Array("{}".utf8), payloadType: "application/json", with: keys)
        try directory.write(envelope.encoded(), to: "envelope.json")
        for (index, key) in keys.enumerated() { try directory.write(key.publicKey.pem, to: "\(index).pem") }
        let script = """
            import json
            from cryptography.hazmat.primitives.serialization import load_pem_public_key
            from securesystemslib.dsse import Envelope
            from securesystemslib.signer import SSlibKey
            keys = [SSlibKey.from_crypto(load_pem_public_key(open(f"{i}.pem", "rb").read())) for i in range(2)]
            envelope = Envelope.from_dict(json.load(open("envelope.json")))
            accepted = envelope.verify(keys, 2)
            print(len(accepted), *[key.keyid for key in keys])
            """
        let run = try directory.run(Repository.python, "-c", script)
        #expect(run == (0, "2 \(keys[0].publicKey.keyID) \(keys[1].publicKey.keyID)\n"))
    }
}
