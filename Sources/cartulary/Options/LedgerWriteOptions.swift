import ArgumentParser
import AuditModel
import CommandLineInterface
import Glibc
import Signing

/// Who signs what a command enters into a ledger, and when.
struct LedgerSignerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The Ed25519 key that signs the ledger's checkpoint.", valueName: "file"),
        completion: .file())
    var key: String

    @Option(help: ArgumentHelp("The time of acceptance, in RFC 3339; default now.", valueName: "time"))
    var received: String?

    mutating func validate() throws { _ = try received.map { try TimeText.parse($0) } }

    func privateKey() throws -> PrivateKey { try KeyFile.read(key) }

    func time() throws -> Timestamp {
        try received.map { try TimeText.parse($0) }
            ?? .now
    }
}

/// How long a command waits for another one that writes.
struct WaitOptions: ParsableArguments {
    @Option(
        name: .customLong("wait"),
        help: ArgumentHelp("Seconds to wait for another run that writes.", valueName: "seconds"))
    var seconds = 0

    mutating func validate() throws {
        if seconds < 0 || seconds > 86_400 { throw ValidationError("--wait \(seconds), expected 0 to 86400") }
    }
}
