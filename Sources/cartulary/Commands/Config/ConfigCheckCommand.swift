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
        try TrustCheck.run(key.publicKey, configuration, trust: trust) { console.note($0) }
        for source in configuration.sources where source.coverage == .unchecked {
            console.note(
                "note: the coverage of source \(source.name) is not checked, so a feed that stops is not detected")
        }
        for archive in configuration.archives where archive.expects.isEmpty {
            console.note(
                "note: archive \(archive.name) expects no source, so its periods are sealed whatever has come")
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
        let problems = ScheduleRun.problems(configuration.plan, options).all
        guard let first = problems.first else { return }
        throw CommandError(
            ExitStatus(first.kind), messages: problems.map(\.message), hint: first.hint)
    }
}
