import Foundation
import Testing

@Suite("cartulary keygen")
struct KeygenTests {
    @Test(
        "a key pair is four files, and the path of the first is the only result", arguments: ["ed25519", "ecdsa-p256"])
    func files(_ algorithm: String) throws {
        let place = try CommandFolder()
        let ran = try place.run("keygen", "--out", "k", "--algorithm", algorithm, "--identity", "me@example.org")
        #expect(ran.status == 0)
        #expect(ran.output == "k\n")
        #expect(ran.messages.contains("SHA256:"))
        let names = try FileManager.default.contentsOfDirectory(atPath: place.path).sorted()
        #expect(names == ["k", "k.allowed_signers", "k.pem", "k.pub"])
        let mode = try FileManager.default.attributesOfItem(atPath: "\(place.path)/k")[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(try place.read("k.pub").hasSuffix(" me@example.org\n"))
        #expect(try place.read("k.allowed_signers").hasPrefix("me@example.org namespaces=\""))
        #expect(try place.read("k.pem").hasPrefix("-----BEGIN PUBLIC KEY-----"))
        #expect(try !ran.messages.contains(place.read("k").split(separator: "\n")[1]))
    }

    @Test("no file is ever overwritten", arguments: ["k", "k.pub", "k.pem", "k.allowed_signers"])
    func neverOverwritten(_ name: String) throws {
        let place = try CommandFolder()
        _ = try place.write("precious", to: name)
        let ran = try place.run("keygen", "--out", "k")
        #expect(ran.status == 73)
        #expect(ran.output == "")
        #expect(ran.messages.hasPrefix("cartulary: error: "))
        #expect(try place.read(name) == "precious")
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.path) == [name])
    }

    @Test("-q leaves out everything but the result")
    func quiet() throws {
        let place = try CommandFolder()
        let ran = try place.run("keygen", "--out", "k", "-q")
        #expect(ran.output == "k\n")
        #expect(ran.messages == "")
    }

    @Test("two keys differ")
    func different() throws {
        let place = try CommandFolder()
        _ = try place.run("keygen", "--out", "a", "-q")
        _ = try place.run("keygen", "--out", "b", "-q")
        #expect(try place.read("a.pub") != place.read("b.pub"))
    }

    @Test(
        "an identity that a trust file cannot hold is refused",
        arguments: ["", "a b", "a,b", "a\"b", "*", "!x", "a\nb", "\u{E9}"])
    func identities(_ identity: String) throws {
        let place = try CommandFolder()
        #expect(try place.run("keygen", "--out", "k", "--identity", identity).status == 64)
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.path) == [])
    }

    @Test("a place where nothing can be made is told")
    func noPlace() throws {
        #expect(try CommandFolder().run("keygen", "--out", "missing/k").status == 73)
    }
}
