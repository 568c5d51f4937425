import ArgumentParser
import AuditModel
import CommandAnswers
import CommandLineInterface
import FileSystem
import Installation
import Signing

struct KeyRotateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Put a new key in the place of the one that signs, and update its trust file.",
        discussion: """
            EXAMPLES
              cartulary key rotate --key archive-key
              cartulary key rotate --key archive-key --old-until 2027-12-31

            The new key has the path of the old one, so the configuration and the units stay as they are. PATH.allowed_signers \
            then lists both keys with their times. The old key and its public key are kept as PATH.1 and PATH.1.pub (then .2 \
            and so on), and PATH.1.rotation is a statement that both keys have signed.

            The old key must stay valid until the new one has sealed a bundle, which then vouches for the earlier ones. If a \
            rotation is interrupted, the same command completes it.
            """)

    /// Longer than the longest period, a year, with the time in which it is due.
    private static let overlapDays: Int64 = 400

    @Option(help: ArgumentHelp("The private key that signs now.", valueName: "file"), completion: .file())
    var key: String

    @Option(
        name: .customLong("old-until"),
        help: ArgumentHelp(
            "Until when the old key stays valid, in RFC 3339 (default: 400 days from now).", valueName: "time"),
        transform: TimeText.parse)
    var oldUntil: Timestamp?

    @Flag(help: "Print the result as JSON.")
    var json = false

    @Flag(name: [.short, .long], help: "Print only results and errors.")
    var quiet = false

    func run() throws {
        let now = Timestamp.now
        let end = oldUntil ?? Timestamp(unixSeconds: now.unixSeconds + KeyRotateCommand.overlapDays * 86_400)
        guard end > now else {
            throw CommandError(.usage, "--old-until \(end.text) is not after now, \(now.text)")
        }
        let outcome = try KeyRotation(KeyPairFiles(key), at: now, oldUntil: end).run()
        if json { return Console.answer(.rotation(outcome, path: key)) }
        let path = { Console.safe($0) }
        Console.result(key)
        Console(isQuiet: quiet).note(
            """
            new key \(outcome.new.fingerprint)
            old key \(outcome.old.fingerprint), valid until \(outcome.end.text), kept as \(path(outcome.kept))
            give \(path(outcome.trustFile)), \(path(key + ".pem")) and \(path(outcome.statement)) with its signatures to the verifiers
            next: \(nextStep)
            """)
    }

    /// The configuration that stands beside the key, as `init` writes it, is checked; else the trust file is shown.
    private var nextStep: ShellCommand {
        let configuration = FileName.directory(of: key) + "/cartulary.yaml"
        return FileStatus.exists(configuration)
            ? ShellCommand("cartulary", "config", "check", "--config", .file(configuration))
            : ShellCommand("cat", .file(key + ".allowed_signers"))
    }
}
