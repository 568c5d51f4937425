import ArgumentParser
import BundleFormat
import CommandLineInterface
import FileSystem
import Signing

struct KeygenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keygen",
        abstract: "Make a key pair to sign bundles with.",
        discussion: """
            EXAMPLES
              cartulary keygen --out archive-key
              cartulary keygen --out archive-key --identity archive@example.org

            Writes PATH (the private key, OpenSSH form, for its owner only), PATH.pub, PATH.pem (the public key for
            openssl) and PATH.allowed_signers (the trust file for ssh-keygen and for cartulary verify). No file is ever
            overwritten.
            """)

    @Option(
        help: ArgumentHelp("Where the private key goes; the other files stand beside it.", valueName: "path"),
        completion: .file())
    var out: String

    @Option(help: ArgumentHelp("Who the key belongs to: the comment and the principal.", valueName: "name"))
    var identity = "cartulary"

    @Option(help: "ed25519, or ecdsa-p256 where X.509 or CMS is wanted; bundles signed with it differ from run to run.")
    var algorithm = Algorithm.ed25519

    @Flag(name: [.short, .long], help: "Say nothing but results and errors.")
    var quiet = false

    enum Algorithm: String, ExpressibleByArgument, CaseIterable {
        case ed25519
        case ecdsaP256 = "ecdsa-p256"
    }

    mutating func validate() throws {
        let isAllowed = { (byte: UInt8) in byte > 0x20 && byte < 0x7F && !"\",*?!#".utf8.contains(byte) }
        guard (1...200).contains(identity.utf8.count), identity.utf8.allSatisfy(isAllowed) else {
            throw ValidationError("--identity \"\(identity)\", expected a name such as archive@example.org")
        }
    }

    func run() throws {
        let key = try KeyPairFiles(out).make(identity: identity, algorithm: algorithm)
        Console.result(out)
        Console(isQuiet: quiet).note(
            """
            key \(key.publicKey.fingerprint)
            keep \(out) secret; give \(out).allowed_signers to those who verify, by a way that bundles do not take
            next: cartulary export RECORDS --key \(out) --out DIRECTORY
            """)
    }
}

/// A private key, and the files that stand beside it.
struct KeyPairFiles {
    let path: String

    init(_ path: String) { self.path = path }

    var paths: [String] { [path, path + ".pub", path + ".pem", path + ".allowed_signers"] }

    /// Makes a key pair; nothing is overwritten.
    func make(identity: String, algorithm: KeygenCommand.Algorithm) throws -> PrivateKey {
        try NewFile.checkFree(paths, hint: "--out another-path")
        let key = try KeyPairFiles.key(identity, algorithm)
        let line = try key.publicKey.openSSHLine(comment: identity)
        let words = line.split(separator: " ").prefix(2).joined(separator: " ")
        let namespaces = "\(SignatureNames.bundleNamespace),\(SignatureNames.approvalNamespace)"
        let signers = "\(identity) namespaces=\"\(namespaces)\" \(words)\n"
        try DurableFile.create(
            paths[0], holding: key.openSSHFile(checkInt: UInt32.random(in: 0 ... .max)), isSecret: true)
        try DurableFile.create(paths[1], holding: Array(line.utf8))
        try DurableFile.create(paths[2], holding: Array(key.publicKey.pem.utf8))
        try DurableFile.create(paths[3], holding: Array(signers.utf8))
        return key
    }

    private static func key(_ identity: String, _ algorithm: KeygenCommand.Algorithm) throws -> PrivateKey {
        switch algorithm {
        case .ecdsaP256: return try PrivateKey.generateECDSAP256(comment: identity)
        case .ed25519:
            var generator = SystemRandomNumberGenerator()
            let seed = (0..<32).map { _ in UInt8.random(in: 0 ... .max, using: &generator) }
            return try PrivateKey(ed25519Seed: seed, comment: identity)
        }
    }
}

/// A small file that must not be there yet.
enum NewFile {
    /// Refuses, before anything is written, to write over files that are there.
    static func checkFree(_ paths: [String], hint: String) throws {
        for path in paths where (try? FileName.isTaken(path)) == true {
            throw EnvironmentError(
                .cannotCreate, "\"\(path)\" is there already and is never overwritten", hint: hint)
        }
    }
}
