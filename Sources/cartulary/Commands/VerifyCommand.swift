import ArgumentParser
import AuditModel
import BundleVerifier
import Glibc
import Signing

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Verify audit bundles against keys that are held separately.",
        discussion: """
            EXAMPLES
              cartulary verify archive/audit-2026-02.zip --trust archive-key.allowed_signers
              cartulary verify archive/*.zip --trust archive-key.pub --json
              cartulary verify old.zip --trust signers --verify-time 2026-03-01T00:00:00Z

            Exit status: 0 valid, 10 tampered, 11 incomplete, 12 untrusted, 13 broken chain, 14 nothing verified.
            """)

    @Argument(help: "Bundles to verify; nothing is extracted.", completion: .file(extensions: ["zip"]))
    var bundles: [String]

    @Option(
        help: ArgumentHelp("The keys that may sign: an allowed_signers file, or a .pub file.", valueName: "file"),
        completion: .file())
    var trust: String

    @Option(
        name: .customLong("verify-time"),
        help: ArgumentHelp("When keys must be valid, in RFC 3339; default now.", valueName: "time"))
    var verifyTime: String?

    @Option(help: ArgumentHelp("Tasks side by side.", valueName: "n"))
    var threads = Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))

    @Flag(help: "Print the result as JSON, one line a bundle.")
    var json = false

    @OptionGroup(title: "Messages") var messages: ConsoleOptions

    mutating func validate() throws {
        _ = try verifyTime.map { try TimeText.parse($0, option: "verify-time") }
        if threads < 1 || threads > 1024 { throw ValidationError("--threads \(threads), expected 1 to 1024") }
    }

    func run() async throws {
        let seconds =
            try verifyTime.map { try TimeText.parse($0, option: "verify-time").unixSeconds } ?? Int64(time(nil))
        let verifier = Verifier(trust: try KeyFile.trust(trust), time: seconds, threads: threads)
        let console = messages.console(STDOUT_FILENO)
        var run = VerificationRun(verifier: verifier) { line in Console.result(VerdictColor.paint(line, console)) }
        (run.isQuiet, run.isVerbose, run.printsJSON) = (messages.quiet, messages.verbose, json)
        let status = try await run.run(bundles)
        if status != 0 { throw ExitCode(status) }
    }
}

/// Colours for the lines of a verification.
private enum VerdictColor {
    static func paint(_ line: String, _ console: Console) -> String {
        if line.hasPrefix("Seal: intact") { return console.colored(line, .green) }
        if line.hasPrefix("Seal:") || line.hasPrefix("  failed") { return console.colored(line, .red) }
        if line.hasPrefix("  skipped") { return console.colored(line, .yellow) }
        return line
    }
}
