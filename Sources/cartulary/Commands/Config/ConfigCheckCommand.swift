import ArgumentParser
import AuditModel
import BundleFormat
import CommandLineInterface
import FileSystem
import RunConfiguration
import Schedule
import Signing

struct ConfigCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Report every error in a configuration.",
        discussion: """
            EXAMPLE
              cartulary config check --config cartulary.yaml

            Checks the file, the key, and whether the ledger and the archives belong together and to these settings. Names the \
            key that will sign, with the time until which the trust file lets it. To see what a run would do, use cartulary \
            run --dry-run.
            """)

    @OptionGroup var source: ConfigurationOptions

    @Option(
        help: ArgumentHelp(
            "The trust file that verifiers have (default: the key's path with .allowed_signers, if it exists).",
            valueName: "file"), completion: .file())
    var trust: String?

    @OptionGroup(title: "Messages") var messages: MessageOptions

    func run() throws {
        let configuration = try source.configuration()
        let key = try configuration.privateKey()
        guard key.publicKey.type == .ed25519 else {
            throw CommandError(
                .notPermitted,
                "key \"\(configuration.key.value)\" has type \(key.publicKey.type.rawValue), expected Ed25519",
                hint: .command("cartulary", "keygen", "--out", "another-path"))
        }
        let console = messages.console()
        try checkPlan(configuration, key)
        console.note(
            "key \(key.publicKey.fingerprint) signs: \(Console.safe(configuration.key.value)) (\(configuration.key.origin.text(configuration.path)))"
        )
        try checkTrust(key.publicKey, configuration, console: console)
        for source in configuration.sources where source.coverage == .unchecked {
            console.note(
                "note: the coverage of source \(source.name) is not checked, so a feed that stops is not detected")
        }
        console.note(
            "\(configuration.path): \(Console.count(configuration.sources.count, "source")), "
                + Console.count(configuration.archives.count, "archive"))
    }

    /// What keeps a run from beginning, or an archive from being sealed.
    private func checkPlan(_ configuration: Configuration, _ key: PrivateKey) throws {
        var options = ScheduleOptions(key: key, now: .now, toolVersion: Version.text)
        options.keyPath = configuration.key.value
        options.configurationPath = configuration.path
        let problems = ScheduleRun.problems(configuration.plan, options)
        guard let first = problems.first else { return }
        throw CommandError(
            ExitStatus(first.kind), messages: problems.map(\.message), hint: first.hint)
    }

    /// Says until when the trust file lets the key sign.
    ///
    /// Throws a ``CommandError`` if it does not: nobody would accept what the key signs.
    private func checkTrust(_ key: PublicKey, _ configuration: Configuration, console: Console) throws {
        let path = trust ?? configuration.configuredKey + ".allowed_signers"
        guard trust != nil || FileStatus.exists(path) else {
            return console.note("note: no trust file \"\(Console.safe(path))\", so the key's validity is not checked")
        }
        let signers = try TrustFile.read(path)
        let now = Timestamp.now
        let match = signers.match(key: key, namespace: SignatureNames.bundleNamespace, at: now.unixSeconds)
        guard case .trusted(_, let line) = match else {
            throw CommandError(
                .notPermitted,
                "key \(key.fingerprint) may not sign by trust file \"\(path)\": \(ConfigCheckCommand.reason(match))",
                hint: .command("cartulary", "config", "show", "--config", .file(configuration.path), "--origin"))
        }
        let end = signers.entries.first { $0.line == line }?.validBefore.map {
            "until \(Timestamp(unixSeconds: $0).text)"
        }
        console.note("trust file \(Console.safe(path)):\(line) lets it sign \(end ?? "without an end")")
    }

    private static func reason(_ match: AllowedSigners.Match) -> String {
        switch match {
        case .notListed: "it is not listed"
        case .wrongNamespace(let line): "line \(line) lists it for other signatures than those of bundles"
        case .notYetValid(let line, let time): "line \(line) begins at \(Timestamp(unixSeconds: time).text)"
        case .expired(let line, let time): "line \(line) ended at \(Timestamp(unixSeconds: time).text)"
        case .trusted(_, let line): "line \(line) lists it"
        }
    }
}
