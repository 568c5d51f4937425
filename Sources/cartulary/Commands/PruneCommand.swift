import Archive
import ArchiveFormat
import ArgumentParser
import AuditModel
import BundleFormat
import CommandLineInterface
import Schedule

struct PruneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Remove the bundles whose time is over, as the archive's retention has it.",
        discussion: """
            EXAMPLES
              cartulary prune --dry-run
              cartulary prune --config /etc/cartulary/cartulary.yaml --archive audit

            Prints each bundle with the reason for which it stays, or may go. A signed tombstone stands for each bundle that
            is removed, so that cartulary verify --archive can still tell that none is missing. The ledger keeps its records.
            No option removes what is under a hold or younger than the configuration says. See docs/operator.md.
            """)

    @OptionGroup(title: "Configuration") var source: ConfigurationOptions

    @Option(help: ArgumentHelp("Only this archive; default all that have a retention.", valueName: "name"))
    var archive: String?

    @Flag(name: .customLong("dry-run"), help: "Say what would be removed and why, and remove nothing.")
    var isDryRun = false

    @OptionGroup(title: "Messages") var messages: MessageOptions

    func run() throws {
        let configuration = try source.configuration()
        var options = ScheduleOptions(
            key: try KeyFile.read(configuration.key.value), now: Timestamp.now, toolVersion: Version.text)
        (options.wait, options.isDryRun) = (configuration.wait.value, isDryRun)
        let console = messages.console()
        try ScheduledPruning.run(configuration.plan, options, archive: archive) { outcome in
            for decision in outcome.decisions { print(decision, in: outcome) }
            let count = outcome.decisions.count { $0.state == .mayGo }
            console.note(
                "archive \(outcome.archive): \(outcome.decisions.count { $0.state == .keep }) bundles stay, "
                    + (isDryRun ? "\(count) may go, nothing was removed" : "\(outcome.removed.count) removed"))
        }
    }

    private func print(_ decision: RetentionPolicy.Decision, in outcome: ScheduledPruning.Outcome) {
        let word = outcome.removed.contains(decision.entry.path) ? "removed" : decision.state.rawValue
        let path = Console.safe("\(outcome.directory)/\(decision.entry.path)")
        Console.result(
            word + String(repeating: " ", count: max(1, 9 - word.count)) + "\(path)  \(Console.safe(decision.reason))")
    }
}
