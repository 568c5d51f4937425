import Signing
import StrictJSON
import Testing

@Suite("DSSE envelopes")
struct EnvelopeTests {
    static let payload = Array(#"{"subject":[]}"#.utf8)
    static let type = "application/vnd.in-toto+json"

    static func envelope() throws -> DSSE.Envelope {
        try DSSE.Envelope(signing: payload, payloadType: type, with: [Keys.ed25519(), Keys.ecdsa()])
    }

    @Test("the vector of the DSSE protocol: encoding and ECDSA signature")
    func protocolVector() throws {
        let bytes = DSSE.preAuthenticationEncoding(
            type: "http://example.com/HelloWorld", body: Array("hello world".utf8))
        #expect(bytes == Array("DSSEv1 29 http://example.com/HelloWorld 11 hello world".utf8))
        let key = try PrivateKey(
            ecdsaP256Scalar: hex("d73ec437fd6346e3619c5ebfdfff0f6916804955ad32ac9ac492b0ede1f6ffb7"))
        let point = hex(
            "67cd390f77aa359cb08c2235f652270493a9ed832b0abcc01f70954c0390d238"
                + "0c782bd54e269125a44f4433aff1432ce94e12bca73aa67ac80cea12608ddf74")
        #expect(key.publicKey.rawBytes == [4] + point)
        let raw = hex(
            "03726ab101ad56c2763b6c6aac8e487275e2a79193a09dc5f859d9f8ef3c4a3b"
                + "51eab0c06a369b64a7222537d4887a893dc200ae21060074d57825235b624864")
        let der = [0x30, 0x44, 2, 0x20] + raw[..<32] + [2, 0x20] + raw[32...]
        #expect(key.publicKey.isValid(try KeySignature(type: .ecdsaP256, openSSLForm: der), for: bytes))
    }

    @Test("sizes in the encoding count bytes, not characters")
    func encoding() {
        #expect(DSSE.preAuthenticationEncoding(type: "", body: []) == Array("DSSEv1 0  0 ".utf8))
        #expect(DSSE.preAuthenticationEncoding(type: "é", body: [0, 10]) == Array("DSSEv1 2 é 2 \0\n".utf8))
    }

    @Test("the JSON is the canonical one")
    func json() throws {
        let key = try Keys.ed25519()
        let envelope = try DSSE.Envelope(signing: Array("hi".utf8), payloadType: "text/plain", with: [key])
        let signature = Base64.encode(try key.sign(Array("DSSEv1 10 text/plain 2 hi".utf8)).rawBytes)
        let id = key.publicKey.keyID
        let expected =
            #"{"payload":"aGk=","payloadType":"text/plain","signatures":[{"keyid":"\#(id)","sig":"\#(signature)"}]}"#
        #expect(String(decoding: envelope.encoded(), as: UTF8.self) == expected + "\n")
    }

    @Test("an envelope that is read is the one that was written")
    func roundTrip() throws {
        let envelope = try Self.envelope()
        let read = try DSSE.Envelope(parsing: envelope.encoded())
        #expect(read == envelope)
        #expect(read.encoded() == envelope.encoded())
        #expect(read.payload == Self.payload && read.payloadType == Self.type && read.signatures.count == 2)
        let empty = try DSSE.Envelope(signing: [], payloadType: "a", with: [Keys.ed25519()])
        #expect(try DSSE.Envelope(parsing: empty.encoded()) == empty)
    }

    @Test("the signers are those trusted keys that signed, each once")
    func signers() throws {
        let envelope = try Self.envelope()
        let one = try Keys.ed25519().publicKey
        let two = try Keys.ecdsa().publicKey
        let other = try Keys.ed25519(9).publicKey
        #expect(envelope.signers(among: [two, other, one, two]) == [two, one])
        #expect(envelope.signers(among: [other]) == [])
        #expect(envelope.signers(among: []) == [])
    }

    @Test("a signature under the id of another key, or over another payload or type, counts for nobody")
    func moved() throws {
        let envelope = try Self.envelope()
        let keys = [try Keys.ed25519().publicKey, try Keys.ecdsa().publicKey]
        let swapped = zip(envelope.signatures, envelope.signatures.reversed()).map {
            DSSE.Envelope.Signature(keyID: $0.keyID, bytes: $1.bytes)
        }
        let variants = [
            try DSSE.Envelope(payloadType: Self.type, payload: Self.payload, signatures: swapped),
            try DSSE.Envelope(payloadType: Self.type, payload: [], signatures: envelope.signatures),
            try DSSE.Envelope(payloadType: "a", payload: Self.payload, signatures: envelope.signatures),
        ]
        for variant in variants { #expect(variant.signers(among: keys) == []) }
    }

    @Test("each single flipped bit is refused or loses a signer", arguments: KeyType.allCases)
    func bitFlipsOfFile(type: KeyType) throws {
        let key = try Keys.of(type)
        let file = try DSSE.Envelope(signing: Self.payload, payloadType: Self.type, with: [key]).encoded()
        var accepted = 0
        for flipped in bitFlips(file) {
            guard let envelope = try? DSSE.Envelope(parsing: flipped) else { continue }
            accepted += 1
            #expect(envelope.encoded() == flipped)
            #expect(envelope.signers(among: [key.publicKey]) == [])
        }
        #expect(accepted > 500)
    }

    @Test("other JSON for the same envelope is refused")
    func notCanonical() throws {
        let file = try Self.envelope().encoded()
        let text = String(decoding: file, as: UTF8.self)
        let variants = [
            "", "{}", "{}\n", String(text.dropLast()), text + "\n", text + " ", " " + text, "\u{FEFF}" + text,
            text.replacing("\n", with: "\r\n"), text.replacing(":", with: ": "), text.replacing(",", with: ", "),
            text.replacing("=", with: ""), text.replacing("application/", with: #"application\/"#),
            text.replacing("vnd", with: #"\u0076nd"#), text.replacing("payloadType", with: "payloadtype"),
            text.replacing(#""signatures":["#, with: #""signatures":[],"signatures":["#),
            text.replacing("]}\n", with: #"],"extra":1}"# + "\n"), text.replacing("]}\n", with: ",]}\n"),
            text.replacing(#""sig""#, with: #""Sig""#), text + text,
        ]
        for variant in variants {
            #expect(variant != text)
            let refusal = code { _ = try DSSE.Envelope(parsing: Array(variant.utf8)) }
            #expect(refusal == .malformedEnvelope, "\(variant)")
        }
        for count in file.indices {
            #expect(code { _ = try DSSE.Envelope(parsing: Array(file.prefix(count))) } == .malformedEnvelope)
        }
        #expect(code { _ = try DSSE.Envelope(parsing: Array(text.replacing("vnd", with: "v d").utf8)) } == nil)
    }

    @Test("parts that could not be written in one way only are refused")
    func parts() {
        func code(_ type: String, _ signatures: [(String, [UInt8])]) -> SigningError.Code? {
            SigningTests.code {
                let signatures = signatures.map { DSSE.Envelope.Signature(keyID: $0, bytes: $1) }
                _ = try DSSE.Envelope(payloadType: type, payload: [1], signatures: signatures)
            }
        }
        #expect(code("a", [("b", [1])]) == nil)
        #expect(code("a", [("", [1])]) == nil)
        for type in ["", "a\"b", "a\\b", "a\nb", "ä", "\u{7F}"] {
            #expect(code(type, [("b", [1])]) == .malformedEnvelope)
        }
        #expect(code("a", []) == .malformedEnvelope)
        #expect(code("a", [("b", [])]) == .malformedEnvelope)
        #expect(code("a", [("b\"", [1])]) == .malformedEnvelope)
        #expect(code("a", [("b", [1]), ("b", [2])]) == .malformedEnvelope)
        #expect(code("a", (0..<16).map { ("\($0)", [1]) }) == nil)
        #expect(code("a", (0..<17).map { ("\($0)", [1]) }) == .malformedEnvelope)
        #expect(
            SigningTests.code { _ = try DSSE.Envelope(signing: [], payloadType: "a", with: []) } == .malformedEnvelope)
    }
}
