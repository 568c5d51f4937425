import ArgumentParser
import AuditModel
import BundleExport
import BundleFormat
import CommandAnswers
import CommandLineInterface
import FileSystem
import Glibc
import Ledger
import RunConfiguration
import Schedule
import Signing

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Ingest new records from the configured sources and seal every period that is due.",
        discussion: """
            EXAMPLES
              cartulary run --config /etc/cartulary/cartulary.yaml
              cartulary run --config cartulary.yaml --dry-run
              cartulary run --uncovered audit/2026-02 --reason "feed was off, ticket 4711"

            Made for a timer or cron. Without a terminal a run prints nothing when all is well. It does what earlier runs \
            missed; another run then finds nothing to do. A period is sealed when it is due and its sources cover it. If a period is due and not \
            covered, the exit status is 15. See docs/operator.md and docs/exit-codes.md.
            """)

    @OptionGroup(title: "Configuration") var source: ConfigurationOptions

    @Flag(name: .customLong("dry-run"), help: "Print what the run would do and why, and change nothing.")
    var isDryRun = false

    @Option(
        help: ArgumentHelp(
            "Seal this period of an archive although a source does not cover it; repeat it for several. Needs --reason.",
            valueName: "archive/period"),
        transform: ArchivePeriod.init)
    var uncovered: [ArchivePeriod] = []

    @Option(help: ArgumentHelp("The reason for --uncovered. The bundle shows it.", valueName: "text"))
    var reason: String?

    @Option(
        help: ArgumentHelp("The current time, in RFC 3339 (default: the machine's clock).", valueName: "time"),
        transform: TimeText.parse)
    var now: Timestamp?

    @Flag(name: .customLong("confirm-time"), help: TimeConfirmation.help)
    var isTimeConfirmed = false

    @Flag(
        name: .customLong("confirm-copy"),
        help: "State that the archives were moved here, or copied and the original is not used any more.")
    var isCopyConfirmed = false

    @Option(
        name: .customLong("confirm-spool"),
        help: ArgumentHelp(
            "State that the spool of this source is the folder that files come to, though its mark is gone or older; repeat it for several.",
            valueName: "source"))
    var confirmedSpools: [String] = []

    @OptionGroup var inspection: InspectionOptions

    @Flag(name: .customLong("log-json"), help: "Print all messages as JSON on standard error, one event per line.")
    var logsJSON = false

    @Flag(help: "With --dry-run: print the steps, and what stands in the way of others, as JSON.")
    var json = false

    @OptionGroup(title: "Messages") var messages: MessageOptions

    mutating func validate() throws {
        if json, !isDryRun {
            throw ValidationError("--json goes with --dry-run; the log of a run is printed as JSON by --log-json")
        }
        guard uncovered.isEmpty == (reason == nil) else {
            throw ValidationError("--uncovered and --reason go together")
        }
        if let reason, let problem = Declared.problem("uncovered", reason) {
            throw ValidationError("--reason \(problem)")
        }
    }

    func run() async throws {
        let configuration = try source.configuration()
        var log = ScheduleLog(console: console, isJSON: logsJSON, isDryRun: isDryRun, configuration: configuration)
        log.printsSteps = !json
        let notices = isDryRun ? nil : RunNotices(configuration.notices, log)
        await notices?.announceStart()
        let result: ScheduleResult
        do {
            let options = try options(configuration)
            let key = SigningKey(configuration)
            if let problem = key.problem { throw problem }
            if let warning = key.warning { log.warn(warning) }
            result = try await run(configuration.plan, options, log: log)
        } catch {
            let failure = Failure.summary(error)
            let message = failure.messages.joined(separator: "\n")
            if json { Console.answer(.stoppedPlan(failure)) }
            leaveWord(configuration, status: failure.status.rawValue, message: message)
            await notices?.reportEnd(nil, status: failure.status.rawValue, message: message)
            throw log.finish(failure) ? ExitCode(failure.status.rawValue) : error
        }
        let status = result.exitStatus
        if json { Console.answer(result.plan(status: status)) }
        leaveWord(configuration, status: status?.rawValue ?? 0, message: log.summary(result))
        await notices?.reportEnd(result, status: status?.rawValue ?? 0, message: log.summary(result))
        log.finish(result, status)
        if let status { throw ExitCode(status.rawValue) }
    }

    /// Tells `cartulary status` how the run ended.
    private func leaveWord(_ configuration: Configuration, status: Int32, message: String) {
        guard !isDryRun, status != ExitStatus.locked.rawValue else { return }
        var word = ScheduleStatus.LastRun(time: now ?? .now, status: Int(status), message: message)
        word.configuration = FileName.resolved(configuration.path)
        word.write(ledger: configuration.plan.ledger)
    }

    private func options(_ configuration: Configuration) throws -> ScheduleOptions {
        var options = ScheduleOptions(
            key: try configuration.privateKey(), now: now ?? .now, toolVersion: Version.text)
        options.clock = .now
        options.keyPath = configuration.key.value
        options.formerKeys = configuration.formerKeys
        options.configurationPath = configuration.path
        options.isTimeConfirmed = isTimeConfirmed
        options.isCopyConfirmed = isCopyConfirmed
        options.confirmedSpools = try configuration.spools(named: confirmedSpools)
        options.identity = try NewLedger.identity()
        options.wait = configuration.wait.value
        options.isDryRun = isDryRun
        options.temporaryFolder = TemporaryFolder.path
        options.inspect = inspection(of: configuration, options.key.publicKey)
        for period in uncovered {
            try period.requireArchive(in: configuration)
            options.uncovered.append(.init(period.archive, period.period, reason: reason ?? ""))
        }
        return options
    }

    /// What judges a bundle before it is sealed; nil if the option or the configuration leaves it out.
    func inspection(of configuration: Configuration, _ key: PublicKey) -> BundleInspection? {
        guard configuration.sealVerification.value == .always else { return nil }
        return inspection.inspection(key, threads: configuration.plan.threads)
    }

    private func run(_ plan: SchedulePlan, _ options: ScheduleOptions, log: ScheduleLog) async throws -> ScheduleResult
    {
        let line = logsJSON ? nil : ProgressLine(log.console)
        defer { line?.clear() }
        var options = options
        if let line { options.progress = { line.show($0) } }
        options.report = { event in
            line?.clear()
            log.write(event)
        }
        return try await ScheduleRun.run(plan, options)
    }

    /// Quiet where nobody watches, so that cron has nothing to send unless something is wrong.
    private var console: Console {
        var console = messages.console()
        if isatty(STDERR_FILENO) == 0, !messages.verbose, !isDryRun { console.isQuiet = true }
        return console
    }
}

/// A period of an archive, as `archive/period`.
struct ArchivePeriod: Sendable {
    let archive: String
    /// The period's label.
    let period: String

    init(_ text: String) throws {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, !parts[0].isEmpty, Period(label: parts[1]) != nil else {
            throw ValidationError("expected an archive and a period, such as audit/2026-02")
        }
        archive = parts[0]
        period = parts[1]
    }

    /// Refuses an archive that the configuration does not have.
    func requireArchive(in configuration: Configuration) throws(CommandError) {
        let names = configuration.archives.map(\.name)
        guard !names.contains(archive) else { return }
        throw CommandError(
            .usage, "--uncovered names archive \"\(archive)\", expected one of \(names.joined(separator: ", "))")
    }
}
