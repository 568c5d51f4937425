import StrictJSON
import Testing

@testable import Signing

@Suite("Signed notes and checkpoints")
struct SignedNoteTests {
    @Test("the identifier of a key is that of the specification's example")
    func keyIdentifier() throws {
        // example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k, of the C2SP specification signed-note
        let encoded = try #require(Base64.decode(Array("AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k".utf8)))
        let key = try PublicKey(ed25519: Array(encoded.dropFirst()))
        #expect(SignedNote.keyID("example.com/foo", key) == [0x53, 0x0D, 0x90, 0x3A])
    }

    @Test("a checkpoint is signed, read back and bound to its name and key")
    func roundTrip() throws {
        let checkpoint = Checkpoint(origin: "example.org/ledger", size: 7, root: Array(0..<32))
        let note = try SignedNote(signing: checkpoint.text, name: checkpoint.origin, with: Keys.ed25519())
        let read = try SignedNote(parsing: note.bytes)
        #expect(try Checkpoint(text: read.text) == checkpoint)
        #expect(try read.isSigned(by: Keys.ed25519().publicKey, name: "example.org/ledger"))
        #expect(try !read.isSigned(by: Keys.ed25519().publicKey, name: "example.org/other"))
        #expect(try !read.isSigned(by: Keys.ed25519(2).publicKey, name: "example.org/ledger"))
    }

    @Test("every changed bit of a note is noticed")
    func bitFlips() throws {
        let checkpoint = Checkpoint(origin: "example.org/ledger", size: 7, root: Array(0..<32))
        let bytes = try SignedNote(signing: checkpoint.text, name: checkpoint.origin, with: Keys.ed25519()).bytes
        let key = try Keys.ed25519().publicKey
        for bit in 0..<bytes.count * 8 {
            var changed = bytes
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            let note = try? SignedNote(parsing: changed)
            let isAccepted = note?.isSigned(by: key, name: "example.org/ledger") ?? false
            #expect(!isAccepted || note?.text == checkpoint.text, "bit \(bit)")
        }
    }

    @Test(
        "other spellings of a checkpoint are refused",
        arguments: ["o\n07\n", "o\n+7\n", "o\n7\nx\n", "o\n\n", "o\n7", "o\n18446744073709551616\n"])
    func spellings(start: String) {
        let root = Base64.encode([UInt8](repeating: 1, count: 32))
        #expect(throws: SigningError.self) { try Checkpoint(text: Array("\(start)\(root)\n".utf8)) }
    }
}
