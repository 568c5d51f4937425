import ArgumentParser
import AuditModel
import CommandLineInterface
import Installation
import Signing

/// Who signs what a command enters into a ledger, and when.
struct LedgerSignerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The Ed25519 key that signs the ledger's checkpoint.", valueName: "file"),
        completion: .file())
    var key: String

    @Option(
        help: ArgumentHelp("The time of acceptance, in RFC 3339 (default: now).", valueName: "time"),
        transform: TimeText.parse)
    var received: Timestamp?

    @Flag(name: .customLong("confirm-time"), help: TimeConfirmation.help)
    var isTimeConfirmed = false

    mutating func validate() throws { try TimeConfirmation.check(received, isConfirmed: isTimeConfirmed) }

    func privateKey() throws -> PrivateKey { try KeyFile.read(key) }

    var time: Timestamp { received ?? .now }
}
