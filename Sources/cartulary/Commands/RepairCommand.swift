import ArgumentParser
import CommandLineInterface
import FileSystem
import RunConfiguration
import Schedule

struct RepairCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "repair",
        abstract: "Put back the bundles and catalogues of archives that are gone or damaged.",
        discussion: """
            EXAMPLES
              cartulary repair --config cartulary.yaml --dry-run
              cartulary repair --config cartulary.yaml --archive audit

            Makes every bundle again, from the ledger, that was sealed and is not in its archive's folder or has another length; \
            the bytes are those that were sealed. A damaged file is renamed first, to NAME.damaged. A bundle that retention \
            removed does not come back. Exit status: 0 all is there, 13 something cannot be made again.
            """)

    @OptionGroup(title: "Configuration") var source: ConfigurationOptions

    @Option(help: ArgumentHelp("Only this archive (default: all).", valueName: "name"))
    var archive: String?

    @Flag(name: .customLong("dry-run"), help: "Print what would be put back, and change nothing.")
    var isDryRun = false

    @OptionGroup(title: "Messages") var messages: MessageOptions

    func run() async throws {
        let configuration = try source.configuration()
        var options = ScheduleOptions(
            key: try configuration.privateKey(), now: .now, toolVersion: Version.text)
        options.keyPath = configuration.key.value
        options.configurationPath = configuration.path
        options.wait = configuration.wait.value
        options.isDryRun = isDryRun
        // Nothing gets a time: what is made again was sealed before.
        options.isTimeConfirmed = true
        let console = messages.console()
        var failures: [EnvironmentError] = []
        var count = 0
        try await ArchiveRepair.run(configuration.plan, options, archive: archive) { archive, outcome in
            count += 1
            if case .failed(_, let error) = outcome { failures.append(error) }
            show(archive, outcome)
        }
        if count == 0 { console.note("nothing is missing") }
        if let first = failures.first { throw ExitCode(ExitStatus(first.kind).rawValue) }
    }

    private func show(_ archive: String, _ outcome: ArchiveRepair.Outcome) {
        let would = isDryRun ? "would " : ""
        switch outcome {
        case .made(let path): Console.result("archive \(archive): \(would)\(isDryRun ? "make" : "made") \(path) again")
        case .movedAside(let path, let aside):
            Console.result("archive \(archive): \(would)\(isDryRun ? "rename" : "renamed") \(path) to \(aside)")
        case .failed(let path, let error):
            Console.error("archive \(archive): \(path) cannot be made again: \(error.message)", hint: error.hint)
        }
    }
}
