import ArgumentParser
import AuditModel
import BundleExport
import BundleFormat
import CommandLineInterface
import FileSystem
import Glibc
import Schedule

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Take in what the sources have, and seal every period that is due.",
        discussion: """
            EXAMPLES
              cartulary run --config /etc/cartulary/cartulary.yaml
              cartulary run --config cartulary.yaml --dry-run
              cartulary run --config cartulary.yaml --uncovered audit/2026-02 --reason "feed was off, ticket 4711"

            For a timer or cron: says nothing when all is well, catches up whatever was missed, and run again finds
            nothing to do. A period is sealed when it is due and its sources cover it; else the status is 15.
            See docs/operator.md and docs/exit-codes.md.
            """)

    @OptionGroup(title: "Configuration") var source: ConfigurationOptions

    @Flag(name: .customLong("dry-run"), help: "Say what would be done and why, and do nothing.")
    var isDryRun = false

    @Option(
        help: ArgumentHelp(
            "Seal this period of an archive though a source does not cover it; needs --reason.",
            valueName: "archive/period"))
    var uncovered: String?

    @Option(help: ArgumentHelp("Why; the bundle shows it.", valueName: "text"))
    var reason: String?

    @Option(help: ArgumentHelp("What the clock says, in RFC 3339; default now.", valueName: "time"))
    var now: String?

    @Flag(name: .customLong("log-json"), help: "Say everything as JSON, one event a line, on standard error.")
    var logsJSON = false

    @OptionGroup(title: "Messages") var messages: MessageOptions

    mutating func validate() throws {
        _ = try now.map { try TimeText.parse($0) }
        guard (uncovered == nil) == (reason == nil) else {
            throw ValidationError("--uncovered and --reason go together")
        }
        if let uncovered, Self.place(uncovered) == nil {
            throw ValidationError(
                "--uncovered \"\(uncovered)\", expected an archive and a period, such as audit/2026-02")
        }
        if let reason, let problem = Declared.problem("uncovered", reason) {
            throw ValidationError("--reason \(problem)")
        }
    }

    func run() async throws {
        let configuration = try source.configuration()
        let log = ScheduleLog(
            console: console(), isJSON: logsJSON, isDryRun: isDryRun, configuration: configuration)
        let progress = logsJSON ? nil : ProgressLine.handler(log.console)
        var options = ScheduleOptions(
            key: try KeyFile.read(configuration.key.value), now: try time(), toolVersion: Version.text)
        options.clock = Timestamp.now
        (options.wait, options.isDryRun) = (configuration.wait.value, isDryRun)
        if let (archive, period) = uncovered.flatMap(Self.place), let reason {
            try checkKnown(archive, configuration)
            options.uncovered = (archive, period, reason)
        }
        options.progress = progress?.handler
        options.report = { event in
            progress?.line.clear()
            log.write(event)
        }
        let notices = isDryRun ? nil : RunNotices(configuration.notices, log.console)
        await notices?.announceStart()
        let result: ScheduleResult
        do {
            result = try await ScheduleRun.run(configuration.plan, options)
        } catch {
            progress?.line.clear()
            let failure = Failure.summary(error)
            await notices?.reportEnd(
                nil, status: failure.status.rawValue, message: failure.messages.joined(separator: "\n"))
            throw error
        }
        progress?.line.clear()
        let status = RunStatus.of(result)
        log.finish(result, status)
        await notices?.reportEnd(result, status: status?.rawValue ?? 0, message: log.summary(result))
        if let status { throw ExitCode(status.rawValue) }
    }

    /// An archive's name and a period of it.
    private static func place(_ text: String) -> (archive: String, period: String)? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, !parts[0].isEmpty, Period(label: parts[1]) != nil else { return nil }
        return (parts[0], parts[1])
    }

    private func checkKnown(_ archive: String, _ configuration: Configuration) throws {
        let names = configuration.archives.map(\.name)
        guard !names.contains(archive) else { return }
        throw EnvironmentError(
            .usage, "--uncovered names archive \"\(archive)\", expected one of \(names.joined(separator: ", "))")
    }

    private func time() throws -> Timestamp {
        try now.map { try TimeText.parse($0) } ?? Timestamp.now
    }

    /// Quiet where nobody watches, so that cron has nothing to send unless something is wrong.
    private func console() -> Console {
        var console = messages.console()
        if isatty(STDERR_FILENO) == 0, !messages.verbose, !isDryRun { console.isQuiet = true }
        return console
    }
}

/// The status that a scheduled run ends with.
enum RunStatus {
    /// The gravest first.
    private static let order: [ExitStatus] = [
        .brokenChain, .software, .io, .cannotCreate, .notPermitted, .unreadableInput, .noInput, .usage, .locked,
        .notCovered, .findings,
    ]

    /// nil if all that was due is done.
    static func of(_ result: ScheduleResult) -> ExitStatus? {
        var statuses = Set(result.failures.map { ExitStatus($0.kind) })
        if result.notTaken > 0 { statuses.insert(.unreadableInput) }
        if result.doubtful > 0 { statuses.insert(.findings) }
        if result.waiting > 0 { statuses.insert(.notCovered) }
        return order.first(where: statuses.contains)
    }
}
