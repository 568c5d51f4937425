import Archive
import ArgumentParser
import AuditModel
import CommandLineInterface
import FileSystem
import RunConfiguration
import Schedule
import Signing
import StrictJSON

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show on one screen how the ledger, the sources and the archives of a configuration stand.",
        discussion: """
            EXAMPLES
              cartulary status --config cartulary.yaml
              cartulary status --config cartulary.yaml --json

            Changes nothing and reads no record. Exit status: 0 if nothing needs looking after, else 15.
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
        let key = try configuration.privateKey()
        var options = ScheduleOptions(key: key, now: now ?? .now, toolVersion: Version.text)
        options.keyPath = configuration.key.value
        options.configurationPath = configuration.path
        options.isTimeConfirmed = now != nil
        let status = try ScheduleStatus(configuration.plan, options)
        if json {
            Console.result(status.value(configuration, key))
        } else {
            status.show(configuration, key)
        }
        if !status.isWell { throw ExitCode(ExitStatus.notCovered.rawValue) }
    }
}

extension ScheduleStatus {
    fileprivate func show(_ configuration: Configuration, _ key: PrivateKey) {
        Console.row("last run", lastRun.map { "\($0.time.text), status \($0.status)" } ?? "none yet")
        if let lastRun, lastRun.status != 0 {
            for line in lastRun.message.split(separator: "\n") { Console.row("", Console.safe(String(line))) }
        }
        Console.row("ledger", "\(configuration.plan.ledger), last written \(lastReceived?.text ?? "never")")
        Console.row("open disputes", "\(disputes)")
        Console.row("key", "\(configuration.key.value), \(key.publicKey.fingerprint)")
        for source in sources { show(source) }
        for archive in archives { show(archive) }
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

    fileprivate func value(_ configuration: Configuration, _ key: PrivateKey) -> JSONValue {
        .object([
            "archives": .array(archives.map(\.value)), "disputes": .integer(Int64(disputes)), "isWell": .bool(isWell),
            "key": .object([
                "fingerprint": .string(key.publicKey.fingerprint), "path": .string(configuration.key.value),
            ]),
            "lastRun": lastRun.map { run in
                .object([
                    "message": .string(run.message), "status": .integer(Int64(run.status)),
                    "time": .string(run.time.text),
                ])
            } ?? .null,
            "ledger": .object([
                "lastWritten": lastReceived.map { .string($0.text) } ?? .null,
                "path": .string(configuration.plan.ledger),
            ]),
            "problem": problem.map { .string($0.message) } ?? .null, "sources": .array(sources.map(\.value)),
        ])
    }
}

extension ScheduleStatus.Source {
    fileprivate var value: JSONValue {
        .object([
            "covers": covers.map { .string($0.text) } ?? .null, "failedFiles": .integer(Int64(failedFiles)),
            "freshFiles": .integer(Int64(freshFiles)), "name": .string(name),
            "problem": problem.map(JSONValue.string) ?? .null,
        ])
    }
}

extension ScheduleStatus.Archive {
    fileprivate var value: JSONValue {
        .object([
            "availableBytes": available.map { .integer(Int64($0)) } ?? .null, "bundles": .integer(Int64(bundles)),
            "damaged": .array(fixity.damaged.map { .integer(Int64($0)) }), "directory": .string(directory),
            "fixity": .object([
                "bundles": .integer(Int64(fixity.bundles)),
                "complete": fixity.complete.map { .string($0.text) } ?? .null,
                "time": fixity.time.map { .string($0.text) } ?? .null,
            ]), "due": .string(due.text), "end": end.map { .string($0.text) } ?? .null,
            "name": .string(name), "next": .string(next.label ?? next.from.text), "overdue": .integer(Int64(overdue)),
            "problems": .array(problems.map { .string($0.message) }),
        ])
    }
}
