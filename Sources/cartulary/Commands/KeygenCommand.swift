import ArgumentParser
import CommandAnswers
import CommandLineInterface
import FileSystem
import Installation
import Signing

struct KeygenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keygen",
        abstract: "Generate a key pair for signing bundles.",
        discussion: """
            EXAMPLES
              cartulary keygen --out archive-key
              cartulary keygen --out archive-key --identity archive@example.org

            Writes four files: PATH, the private key in OpenSSH form, readable only by its owner; PATH.pub, the public key; \
            PATH.pem, the public key for openssl; and PATH.allowed_signers, the trust file for ssh-keygen and cartulary \
            verify. Existing files are not overwritten.
            """)

    @Option(
        help: ArgumentHelp("The file for the private key; the other files are created beside it.", valueName: "path"),
        completion: .file())
    var out: String

    @Option(
        help: ArgumentHelp(
            "The owner of the key: the comment in the public key, and the principal in the trust file.",
            valueName: "name"))
    var identity = "cartulary"

    @Option(
        help:
            "The type of the key. With ecdsa-p256, for X.509 or CMS, the signatures of bundles differ from run to run.")
    var algorithm = KeyPairFiles.Algorithm.ed25519

    @Flag(help: "Print the result as JSON.")
    var json = false

    @Flag(name: [.short, .long], help: "Print only results and errors.")
    var quiet = false

    mutating func validate() throws {
        guard KeyPairFiles.isIdentity(identity) else {
            throw ValidationError("--identity \"\(identity)\", expected a name such as archive@example.org")
        }
    }

    func run() throws {
        let files = KeyPairFiles(out)
        let key = try files.make(identity: identity, algorithm: algorithm)
        if json { return Console.answer(.keygen(key.publicKey, files: files)) }
        Console.result(out)
        Console(isQuiet: quiet).note(
            """
            key \(key.publicKey.fingerprint)
            keep \(out) secret; give \(out).allowed_signers and \(out).pem to the verifiers, through a channel separate from the bundles
            next: \(ShellCommand("cartulary", "export", "--help"))
            """)
    }
}

extension KeyPairFiles.Algorithm: ExpressibleByArgument {}
