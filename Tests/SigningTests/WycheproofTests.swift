import Foundation
import Signing
import TestSupport
import Testing

/// All vectors have an expected result of valid or invalid, none of acceptable; so whatever they are flagged with,
/// the outcome here must be the same.
@Suite(
    "Vectors of Wycheproof",
    .enabled(if: PublicSuite.wycheproof.isPresent, "\(PublicSuite.wycheproof.absence)"))
struct WycheproofTests {
    struct File: Decodable {
        var numberOfTests: Int
        var testGroups: [Group]
    }

    struct Group: Decodable {
        struct Key: Decodable {
            var pk: String?
            var uncompressed: String?
        }

        var publicKey: Key
        var publicKeyDer: String
        var publicKeyPem: String
        var tests: [Vector]
    }

    struct Vector: Decodable {
        var tcId: Int
        var comment: String
        var flags: [String]
        var msg: String
        var sig: String
        var result: String
    }

    /// Checks each vector with the key of its group, and returns how many are valid and invalid.
    static func check(_ name: String, key: (Group) throws -> PublicKey) throws -> [String: Int] {
        let file = try JSONDecoder().decode(File.self, from: Data(PublicSuite.wycheproof.bytes("\(name).json")))
        var counts: [String: Int] = [:]
        for group in file.testGroups {
            let key = try key(group)
            #expect(key.subjectPublicKeyInfo == hex(group.publicKeyDer))
            #expect(key.pem == group.publicKeyPem)
            for vector in group.tests {
                counts[vector.result, default: 0] += 1
                let isValid =
                    if let signature = try? KeySignature(type: key.type, openSSLForm: hex(vector.sig)) {
                        key.isValid(signature, for: hex(vector.msg))
                    } else { false }
                #expect(isValid == (vector.result == "valid"), "\(vector.tcId) \(vector.comment) \(vector.flags)")
            }
        }
        #expect(counts.values.reduce(0, +) == file.numberOfTests)
        return counts
    }

    @Test("all 151 Ed25519 vectors end as they say")
    func ed25519() throws {
        let counts = try Self.check("ed25519_test") { try PublicKey(ed25519: hex($0.publicKey.pk ?? "")) }
        #expect(counts == ["valid": 88, "invalid": 63])
    }

    @Test("all 484 vectors of ECDSA on P-256 with SHA-256 end as they say")
    func ecdsa() throws {
        let counts = try Self.check("ecdsa_secp256r1_sha256_test") {
            try PublicKey(ecdsaP256: hex($0.publicKey.uncompressed ?? ""))
        }
        #expect(counts == ["valid": 174, "invalid": 310])
    }
}
