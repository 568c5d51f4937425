import Signing
import Testing

@Suite("Signatures in their two forms")
struct KeySignatureTests {
    /// Signatures whose ECDSA integers have all lengths that occur.
    static func signatures() throws -> [KeySignature] {
        let scalars: [[UInt8]] = [[1], [0x7F], [0x80], [1, 0], [UInt8](repeating: 0xFF, count: 32)]
        var signatures = [try Keys.ed25519().sign([1]), try Keys.ecdsa().sign([1])]
        for r in scalars {
            for s in scalars {
                let integers = [r, s].map { ($0[0] & 0x80 == 0 ? [] : [0]) + $0 }
                let blob = wire("ecdsa-sha2-nistp256") + wire(integers.flatMap { wire($0) })
                signatures.append(try KeySignature(sshBlob: blob))
                #expect(signatures.last?.sshBlob == blob)
            }
        }
        return signatures
    }

    @Test("both forms lead back to the signature")
    func roundTrip() throws {
        for signature in try Self.signatures() {
            #expect(signature.rawBytes.count == KeySignature.byteCount)
            #expect(try KeySignature(sshBlob: signature.sshBlob) == signature)
            #expect(try KeySignature(type: signature.type, openSSLForm: signature.openSSLForm) == signature)
        }
    }

    @Test("DER and wire form have the shortest integers")
    func forms() throws {
        let blob = wire("ecdsa-sha2-nistp256") + wire(wire([0, 0x80]) + wire([1]))
        #expect(try KeySignature(sshBlob: blob).openSSLForm == [0x30, 7, 2, 2, 0, 0x80, 2, 1, 1])
    }

    @Test("no byte can be cut off, added or changed without another outcome", arguments: KeyType.allCases)
    func strict(type: KeyType) throws {
        let signature = try Keys.of(type).sign([1])
        let blob = signature.sshBlob
        let form = signature.openSSLForm
        for flipped in bitFlips(blob) where (try? KeySignature(sshBlob: flipped)) != nil {
            #expect(try KeySignature(sshBlob: flipped) != signature)
            #expect(try KeySignature(sshBlob: flipped).sshBlob == flipped)
        }
        for flipped in bitFlips(form) where (try? KeySignature(type: type, openSSLForm: flipped)) != nil {
            #expect(try KeySignature(type: type, openSSLForm: flipped) != signature)
            #expect(try KeySignature(type: type, openSSLForm: flipped).openSSLForm == flipped)
        }
        for bytes in form.indices.map({ Array(form.prefix($0)) }) + [form + [0]] {
            #expect(code { _ = try KeySignature(type: type, openSSLForm: bytes) } == .malformedSignature)
        }
        for bytes in blob.indices.map({ Array(blob.prefix($0)) }) + [blob + [0]] {
            #expect(code { _ = try KeySignature(sshBlob: bytes) } == .malformedSignature)
        }
    }

    @Test("integers that are zero, negative, too long or not the shortest are refused")
    func integers() {
        let long = [1] + [UInt8](repeating: 0, count: 32)
        for wrong: [UInt8] in [[], [0], [0x80], [0xFF, 1], [0, 1], [0, 0, 0x80], long] {
            for pair in [[wrong, [1]], [[1], wrong]] {
                let blob = wire("ecdsa-sha2-nistp256") + wire(wire(pair[0]) + wire(pair[1]))
                #expect(code { _ = try KeySignature(sshBlob: blob) } == .malformedSignature)
                let body = pair.reduce([UInt8]()) { $0 + [2, UInt8($1.count)] + $1 }
                let der = [0x30, UInt8(body.count)] + body
                #expect(code { _ = try KeySignature(type: .ecdsaP256, openSSLForm: der) } == .malformedSignature)
            }
        }
    }

    @Test("a signature is not valid for another message, key or key type")
    func validity() throws {
        let keys = [try Keys.ed25519(), try Keys.ed25519(7), try Keys.ecdsa(), try Keys.ecdsa(8)]
        for signer in keys {
            let signature = try signer.sign(Array("message".utf8))
            for key in keys {
                let isValid = key.publicKey.isValid(signature, for: Array("message".utf8))
                #expect(isValid == (key.publicKey == signer.publicKey))
                #expect(!key.publicKey.isValid(signature, for: Array("Message".utf8)))
            }
        }
    }
}
