import ArgumentParser
import AuditModel
import BundleFormat
import CommandAnswers
import CommandLineInterface
import FileSystem
import RunConfiguration
import Schedule
import Signing

struct ConfigCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Report every error in a configuration.",
        discussion: """
            EXAMPLES
              cartulary config check --config cartulary.yaml
              cartulary config check --config cartulary.yaml --json

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

    @Flag(help: "Print the result as JSON, also of a configuration that is wrong.")
    var json = false

    @OptionGroup(title: "Messages") var messages: MessageOptions

    func run() async throws {
        guard json else {
            let (_, key) = try await check { messages.console().note($0) }
            if let warning = key.warning { Console.warning(warning.message, hint: warning.hint) }
            return
        }
        var notes: [String] = []
        do {
            let (configuration, key) = try await check { notes.append($0) }
            Console.answer(.check(configuration, key, notes: notes))
        } catch {
            let problem = Failure.summary(error)
            Console.answer(.check(source.path, problem: problem))
            throw ExitCode(problem.status.rawValue)
        }
    }

    @discardableResult
    private func check(
        _ note: (String) -> Void
    ) async throws -> (configuration: Configuration, key: SigningKey) {
        let configuration = try source.configuration()
        let key = try configuration.privateKey()
        try await checkPlan(configuration, key)
        let signer = SigningKey(configuration, trust: trust)
        note("key \(key.publicKey.fingerprint) signs: \(Console.safe(signer.path)) (\(signer.origin))")
        if let problem = signer.problem { throw problem }
        note(signer.validityText ?? "note: \(signer.untoldText(configuration))")
        for source in configuration.sources where source.coverage == .unchecked {
            note("note: the coverage of source \(source.name) is not checked, so a feed that stops is not detected")
        }
        for archive in configuration.archives where archive.expects.isEmpty {
            note("note: archive \(archive.name) expects no source, so its periods are sealed whatever has come")
        }
        note(
            "\(configuration.path): \(Console.count(configuration.sources.count, "source")), "
                + Console.count(configuration.archives.count, "archive"))
        return (configuration, signer)
    }

    /// What keeps a run from beginning, or an archive from being sealed.
    private func checkPlan(_ configuration: Configuration, _ key: PrivateKey) async throws {
        var options = ScheduleOptions(key: key, now: .now, toolVersion: Version.text)
        options.keyPath = configuration.key.value
        options.configurationPath = configuration.path
        options.temporaryFolder = TemporaryFolder.path
        let problems = ScheduleRun.problems(configuration.plan, options).all
        guard let first = problems.first else { return try await UnreadFiles.requireNone(configuration.plan, options) }
        throw CommandError(
            ExitStatus(first.kind), messages: problems.map(\.message), hint: first.hint)
    }
}

extension SigningKey {
    /// Until when which trust file lets the key sign; nil if none says it.
    var validityText: String? {
        guard let trustFile, let line else { return nil }
        let end = until.map { "until \($0)" } ?? "without an end"
        return "trust file \(Console.safe(trustFile)):\(line) lets it sign \(end)"
    }

    /// That no trust file says anything.
    func untoldText(_ configuration: Configuration) -> String {
        "no trust file \"\(Console.safe(SigningKey.trustFile(of: configuration)))\", so the key's validity is not checked"
    }
}
