import Foundation
import Signing
import StrictJSON
import Testing

@Suite(
    "The stock ssh-keygen agrees", .enabled(if: Tool.isInstalled("ssh-keygen"), "ssh-keygen is not installed"))
struct OpenSSHInteropTests {
    static let text = "an audited line\n"

    @Test("it verifies what is signed here, and nothing else", arguments: KeyType.allCases, MessageHash.allCases)
    func verifies(type: KeyType, hash: MessageHash) throws {
        let directory = try TemporaryDirectory()
        let key = try Keys.of(type)
        let signature = try SSHSignature(signing: Array(Self.text.utf8), namespace: "file", with: key, hash: hash)
        try directory.write(signature.armored, to: "message.sig")
        try directory.write(Self.text, to: "message")
        try directory.write("other", to: "other")
        try directory.write("ops@example.org \(key.publicKey.openSSHLine())", to: "signers")
        func verify(_ namespace: String, _ input: String) throws -> Int32 {
            try directory.run(
                "ssh-keygen", "-Y", "verify", "-f", "signers", "-I", "ops@example.org", "-n", namespace, "-s",
                "message.sig", input: input
            ).status
        }
        #expect(try verify("file", "message") == 0)
        #expect(try verify("git", "message") != 0)
        #expect(try verify("file", "other") != 0)
        let found = try directory.run("ssh-keygen", "-Y", "find-principals", "-s", "message.sig", "-f", "signers")
        #expect(found == (0, "ops@example.org\n"))
        let check = try directory.run(
            "ssh-keygen", "-Y", "check-novalidate", "-n", "file", "-s", "message.sig", input: "message")
        #expect(check.status == 0 && check.output.contains(key.publicKey.fingerprint))
    }

    @Test("it signs with a key file written here, and the signature verifies here", arguments: KeyType.allCases)
    func signs(type: KeyType) throws {
        let directory = try TemporaryDirectory()
        let key = try Keys.of(type)
        try directory.write(key.openSSHFile(checkInt: 77), to: "key")
        for hash in MessageHash.allCases {
            try directory.write(Self.text, to: "message-\(hash)")
            let run = try directory.run(
                "ssh-keygen", "-Y", "sign", "-f", "key", "-n", "audit@example.org", "-O", "hashalg=\(hash.rawValue)",
                "message-\(hash)")
            #expect(run.status == 0, "\(run.output)")
            let file = try directory.read("message-\(hash).sig")
            let signature = try SSHSignature(armored: file)
            #expect(signature.hash == hash && signature.armored == file)
            let signer = try signature.verify(message: Array(Self.text.utf8), namespace: "audit@example.org")
            #expect(signer == key.publicKey)
            if type == .ed25519 {
                let own = try SSHSignature(
                    signing: Array(Self.text.utf8), namespace: "audit@example.org", with: key, hash: hash)
                #expect(own.armored == file)
            }
        }
        let line = try directory.run("ssh-keygen", "-y", "-f", "key")
        #expect(line == (0, try key.publicKey.openSSHLine(comment: key.comment)))
        try directory.write(line.output, to: "line.pub")
        let listed = try directory.run("ssh-keygen", "-l", "-f", "line.pub")
        #expect(listed.output.split(separator: " ")[1] == key.publicKey.fingerprint)
    }

    @Test("the key files that it makes are read, and written again to the byte", arguments: ["ed25519", "ecdsa"])
    func readsKeyFiles(type: String) throws {
        let directory = try TemporaryDirectory()
        for comment in ["", "a", "ab cd", "ü@example.org"] {
            let name = "key-\(comment.utf8.count)"
            let run = try directory.run("ssh-keygen", "-q", "-t", type, "-N", "", "-C", comment, "-f", name)
            try #require(run.status == 0, "\(run.output)")
            let file = try directory.read(name)
            let key = try PrivateKey(openSSH: file)
            #expect(key.comment == comment)
            // It writes a space where an empty comment would follow.
            let line = try directory.readText("\(name).pub").replacing(" \n", with: "\n")
            #expect(try key.publicKey.openSSHLine(comment: comment) == line)
            #expect(key.openSSHFile(checkInt: try Self.checkInt(file, key.publicKey)) == file)
        }
    }

    /// The check number of a key file, which stands after the public key.
    static func checkInt(_ file: [UInt8], _ key: PublicKey) throws -> UInt32 {
        let lines = String(decoding: file, as: UTF8.self).split(separator: "\n").dropFirst().dropLast()
        let bytes = try #require(Base64.decode(lines.joined()))
        let offset = 15 + 8 + 8 + 4 + 4 + 4 + key.sshBlob.count + 4
        return bytes[offset..<(offset + 4)].reduce(0) { $0 << 8 | UInt32($1) }
    }

    @Test("its other key files are refused by name, and encrypted ones as such")
    func refusesKeyFiles() throws {
        let directory = try TemporaryDirectory()
        func make(_ name: String, _ options: String...) throws {
            var command = ["ssh-keygen", "-q", "-f", name] + options
            if !options.contains("-N") { command += ["-N", ""] }
            let line = command.map { "'\($0)'" }.joined(separator: " ")
            try #require(directory.run("sh", "-c", line).status == 0)
        }
        try make("rsa", "-t", "rsa", "-b", "1024")
        try make("p384", "-t", "ecdsa", "-b", "384")
        try make("locked", "-t", "ed25519", "-N", "passphrase")
        try make("pem", "-t", "ecdsa", "-m", "PEM")
        func refusal(_ name: String) throws -> String? {
            let file = try directory.read(name)
            return message { _ = try PrivateKey(openSSH: file) }
        }
        let known = "expected ssh-ed25519 or ecdsa-sha2-nistp256"
        #expect(try refusal("rsa") == "unsupported key type \"ssh-rsa\", \(known)")
        #expect(try refusal("p384") == "unsupported key type \"ecdsa-sha2-nistp384\", \(known)")
        let locked = "encrypted private key \"aes256-ctr\", expected a key file without passphrase"
        #expect(try refusal("locked") == locked)
        #expect(try refusal("pem")?.hasPrefix("not a private key file of OpenSSH") == true)
    }
}
