import Archive
import ArgumentParser
import AuditModel
import CommandAnswers
import CommandLineInterface
import FileSystem
import RunConfiguration
import Schedule
import Signing

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show on one screen how the ledger, the sources and the archives of a configuration stand.",
        discussion: """
            EXAMPLES
              cartulary status --config cartulary.yaml
              cartulary status --config cartulary.yaml --json

            Changes nothing and reads no record, and needs no key. Exit status: 0 if nothing needs looking after, else 15.
            """)

    @OptionGroup(title: "Configuration") var source: ConfigurationOptions

    @Option(
        help: ArgumentHelp("The current time, in RFC 3339 (default: the machine's clock).", valueName: "time"),
        transform: TimeText.parse)
    var now: Timestamp?

    @Flag(help: "Print the status as JSON.")
    var json = false

    func run() throws {
        let configuration = try source.configuration()
        let key = SigningKey(configuration)
        var options = ScheduleOptions(key: try key.keyOrStranger(), now: now ?? .now, toolVersion: Version.text)
        options.keyPath = configuration.key.value
        options.configurationPath = configuration.path
        options.isTimeConfirmed = now != nil
        let status = try ScheduleStatus(configuration.plan, options)
        let isWell = status.isWell && key.problem == nil
        if json {
            Console.answer(.status(status, configuration, key: key, isWell: isWell))
        } else {
            status.show(configuration, key)
        }
        if !isWell { throw ExitCode(ExitStatus.notCovered.rawValue) }
    }
}

extension ScheduleStatus {
    fileprivate func show(_ configuration: Configuration, _ key: SigningKey) {
        Console.row("last run", lastRun.map { "\($0.time.text), status \($0.status)" } ?? "none yet")
        if let lastRun, lastRun.status != 0 {
            for line in lastRun.message.split(separator: "\n") { Console.row("", Console.safe(String(line))) }
        }
        Console.row("ledger", "\(configuration.plan.ledger), last written \(lastReceived?.text ?? "never")")
        Console.row("open disputes", "\(disputes)")
        let fingerprint = key.key?.publicKey.fingerprint ?? "cannot be used"
        Console.row("key", "\(Console.safe(key.path)), \(fingerprint)")
        if key.problem == nil { Console.row("", key.validityText ?? key.untoldText(configuration)) }
        for source in sources { show(source) }
        for archive in archives { show(archive) }
        if let warning = key.warning { Console.warning(warning.message, hint: warning.hint) }
        for message in key.problem?.messages ?? [] { Console.error(message, hint: key.problem?.hint) }
        if let problem { Console.error(problem.message, hint: problem.hint) }
    }

    private func show(_ source: Source) {
        var parts = ["covers up to \(source.covers?.text ?? "nothing known")"]
        if source.freshFiles > 0 { parts.append("\(Console.count(source.freshFiles, "file")) to take in") }
        if source.failedFiles > 0 { parts.append("\(Console.count(source.failedFiles, "file")) in failed/") }
        if let problem = source.problem { parts.append(Console.safe(problem)) }
        Console.row("source \(source.name)", parts.joined(separator: "; "))
    }

    private func show(_ archive: Archive) {
        var parts = [Console.count(archive.bundles, "bundle")]
        if let end = archive.end { parts.append("sealed up to \(end.text)") }
        parts.append("next \(archive.next.label ?? archive.next.from.text), due \(archive.due.text)")
        if archive.overdue > 0 { parts.append("\(Console.count(archive.overdue, "period")) due and not sealed") }
        if let time = archive.fixity.time {
            let complete = archive.fixity.complete.map { ", all of them since \($0.text)" } ?? ""
            parts.append("\(Console.count(archive.fixity.bundles, "bundle")) checked at \(time.text)\(complete)")
        }
        if !archive.fixity.damaged.isEmpty {
            parts.append("damaged at position \(archive.fixity.damaged.map(String.init).joined(separator: ", "))")
        }
        if let available = archive.available { parts.append("\(available >> 20) MiB left") }
        Console.row("archive \(archive.name)", parts.joined(separator: "; "))
        for problem in archive.problems {
            Console.error("archive \(archive.name): \(problem.message)", hint: problem.hint)
        }
    }
}
