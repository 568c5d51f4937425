import ArgumentParser
import CommandAnswers
import CommandLineInterface
import FileSystem
import Installation
import RunConfiguration
import Schedule
import Signing

struct RepairCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "repair",
        abstract: "Put back the bundles and catalogues of archives that are gone or damaged.",
        discussion: """
            EXAMPLES
              cartulary repair --config cartulary.yaml --dry-run
              cartulary repair --config cartulary.yaml --archive audit
              cartulary repair --config cartulary.yaml --from /backup/archive --dry-run

            Makes every bundle again, from the ledger, that was sealed and is not in its archive's folder or has another length; \
            the bytes are those that were sealed. With --from a bundle is first looked for in copies of the archive, and taken if \
            all of it is what was sealed; without a ledger, what the signed checkpoint vouches for. A bundle from before a key \
            rotation is made with the key that the rotation kept. A damaged file is renamed first, to NAME.damaged. A bundle that \
            retention removed does not come back. --dry-run makes every bundle too, and gives it no name: it takes as long, and \
            ends as the repair would. Exit status: 0 all is there, 13 or 66 something cannot be put back.
            """)

    @OptionGroup(title: "Configuration") var source: ConfigurationOptions

    @Option(help: ArgumentHelp("Only this archive (default: all).", valueName: "name"))
    var archive: String?

    @Option(
        help: ArgumentHelp("A copy of the archive's folder to take lost bundles from. Repeatable.", valueName: "dir"),
        completion: .directory)
    var from: [String] = []

    @Flag(help: "Read every bundle and compare it with what was sealed, not only names and lengths.")
    var full = false

    @Flag(
        help:
            "Make bundles again whose retention has expired, if no tombstone is left of them, so that prune removes them again."
    )
    var expired = false

    @Flag(name: .customLong("dry-run"), help: "Print what would be put back, and change nothing.")
    var isDryRun = false

    @Flag(help: "Print the result as JSON.")
    var json = false

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
        var outcomes: [(archive: String, outcome: ArchiveRepair.Outcome)] = []
        var request = ArchiveRepair.Request()
        request.archive = archive
        request.copies = from
        request.isFull = full
        request.includesExpired = expired
        options.formerKeys = KeyFile.former(configuration.key.value) { problem in
            for message in problem.messages { Console.warning("\(message): it is left out") }
        }
        request.trustedKeys = trustedKeys(configuration.key.value)
        try await ArchiveRepair.run(configuration.plan, options, request: request) { archive, outcome in
            outcomes.append((archive, outcome))
            if !json { show(archive, outcome) }
        }
        if json {
            Console.answer(.repair(outcomes, isDryRun: isDryRun))
        } else if outcomes.isEmpty {
            console.note("nothing is missing")
        }
        for case .failed(_, let error) in outcomes.map(\.outcome) {
            throw ExitCode(ExitStatus(error.kind).rawValue)
        }
    }

    /// The keys that the trust file beside the key lists.
    private func trustedKeys(_ path: String) -> [PublicKey] {
        guard let bytes = try? SmallFile.contents(path + ".allowed_signers"),
            let signers = try? AllowedSigners(parsing: bytes)
        else { return [] }
        return signers.entries.compactMap(\.key)
    }

    private func show(_ archive: String, _ outcome: ArchiveRepair.Outcome) {
        let would = isDryRun ? "would " : ""
        switch outcome {
        case .made(let path): Console.result("archive \(archive): \(would)\(isDryRun ? "make" : "made") \(path) again")
        case .copied(let path, let copy):
            Console.result(
                "archive \(archive): \(would)\(isDryRun ? "copy" : "copied") \(path) from \(Console.safe(copy))")
        case .rejectedCopy(let path, let reason):
            Console.warning("archive \(archive): \"\(path)\" is not taken: \(reason)")
        case .movedAside(let path, let aside):
            Console.result("archive \(archive): \(would)\(isDryRun ? "rename" : "renamed") \(path) to \(aside)")
        case .failed(let path, let error):
            Console.error("archive \(archive): \(path) cannot be put back: \(error.message)", hint: error.hint)
        }
    }
}
