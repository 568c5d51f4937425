import Archive
import ArchiveFormat
import ArgumentParser
import AuditModel
import BundleFormat
import CommandAnswers
import CommandLineInterface
import RunConfiguration
import Schedule

struct PruneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Remove the bundles whose retention has expired.",
        discussion: """
            EXAMPLES
              cartulary prune --dry-run
              cartulary prune --config /etc/cartulary/cartulary.yaml --archive audit

            Prints each bundle with the reason why it is kept or may be removed. A signed tombstone replaces each removed \
            bundle, so that cartulary verify --archive can still show that no bundle is missing. The ledger keeps its \
            records. No option removes a bundle under a hold, or one younger than the configuration allows. See \
            docs/schedule.md.
            """)

    @OptionGroup(title: "Configuration") var source: ConfigurationOptions

    @Option(help: ArgumentHelp("Only this archive (default: every archive with a retention).", valueName: "name"))
    var archive: String?

    @Flag(name: .customLong("dry-run"), help: "Print what would be removed and why, and remove nothing.")
    var isDryRun = false

    @Flag(help: "Print the result as JSON.")
    var json = false

    @OptionGroup(title: "Messages") var messages: MessageOptions

    func run() throws {
        let configuration = try source.configuration()
        var options = ScheduleOptions(
            key: try configuration.privateKey(), now: .now, toolVersion: Version.text)
        options.wait = configuration.wait.value
        options.isDryRun = isDryRun
        options.keyPath = configuration.key.value
        options.configurationPath = configuration.path
        let console = messages.console()
        var outcomes: [ScheduledPruning.Outcome] = []
        try ScheduledPruning.run(configuration.plan, options, archive: archive) { outcome in
            if json { outcomes.append(outcome) } else { show(outcome, console) }
        }
        if json { Console.answer(.prune(outcomes, isDryRun: isDryRun)) }
    }

    private func show(_ outcome: ScheduledPruning.Outcome, _ console: Console) {
        for decision in outcome.decisions {
            let state = outcome.removed.contains(decision.entry.path) ? "removed" : decision.state.rawValue
            let path = Console.safe("\(outcome.directory)/\(decision.entry.path)")
            Console.result("\(state.padded(to: 8)) \(path)  \(Console.safe(decision.reason))")
        }
        let kept = Console.count(outcome.decisions.count { $0.state == .keep }, "bundle")
        let expired = outcome.decisions.count { $0.state == .mayGo }
        console.note(
            "archive \(outcome.archive): \(kept) kept, "
                + (isDryRun ? "\(expired) may be removed, nothing was changed" : "\(outcome.removed.count) removed"))
    }
}
