import ArgumentParser
import AuditModel
import CommandLineInterface
import FileSystem
import Ledger
import LedgerUpkeep
import RunConfiguration
import Schedule
import Signing

struct LedgerRestoreDrillCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore-drill",
        abstract: "Say whether a restored ledger belongs to the archives of a configuration, and what to do if not.",
        discussion: """
            EXAMPLE
              cartulary ledger restore-drill --config cartulary.yaml

            Changes nothing. Checks every entry of the ledger, its checkpoint, and that the signed checkpoint, the names and \
            the sizes in each archive's folder fit what the ledger has sealed. Run it after a ledger was put back from a \
            backup, and now and then on a copy. Exit status: 0 all fits, 1 files that were put away are not in the ledger, 13 the ledger is damaged, older, or \
            another one.
            """)

    @OptionGroup(title: "Configuration") var source: ConfigurationOptions

    func run() throws {
        let configuration = try source.configuration()
        var options = ScheduleOptions(
            key: try configuration.privateKey(), now: .now, toolVersion: Version.text)
        options.keyPath = configuration.key.value
        options.configurationPath = configuration.path
        // Nothing is written, so whether the clock can be right is for the run that follows.
        options.isTimeConfirmed = true
        let ledger = configuration.plan.ledger
        do {
            try check(ledger)
        } catch let error as CommandError where error.status == .brokenChain {
            return try end(.brokenChain, problems: error.messages, ways: waysOn(configuration))
        }
        let (problems, isOfLedger) = ScheduleRun.problems(configuration.plan, options)
        for archive in configuration.plan.archives {
            let sealed =
                FileStatus.exists(ledger) ? try SealedSeries(ledger, series: archive.series).seals(from: 1) : []
            Console.row("archive \(archive.name)", "\(Console.count(sealed.count, "bundle")) sealed by this ledger")
        }
        guard let first = problems.first else {
            Console.result("the ledger and the archives belong together; cartulary run goes on with them")
            return try checkTaken(configuration)
        }
        guard isOfLedger else {
            throw CommandError(ExitStatus(first.kind), messages: problems.map(\.message), hint: first.hint)
        }
        try end(ExitStatus(first.kind), problems: problems.map(\.message), ways: waysOn(configuration))
    }

    /// Names files that an earlier run put away and this ledger has not read: the ledger and the archives may be of before.
    ///
    /// A file that held nothing but duplicates left no trace in the ledger; read again, it changes nothing.
    private func checkTaken(_ configuration: Configuration) throws {
        let ledger = configuration.plan.ledger
        var isComplete = true
        for source in configuration.plan.sources {
            guard let taken = try source.taken(), FileStatus.exists(ledger) else { continue }
            let unread = try taken.paths.filter { try KnownSources.countFresh([$0], in: ledger) > 0 }
            guard let first = unread.first else { continue }
            isComplete = false
            Console.result(
                "source \(source.name): \(Console.count(unread.count, "file")) in \(Console.safe(taken.folder)) are not in this ledger, such as "
                    + "\(Console.safe(FileName.last(of: first))); before the next run: "
                    + "\(ShellCommand(["mv"] + unread.prefix(20).map(ShellCommand.Part.file) + [.file(taken.spool)]))")
        }
        if !isComplete { throw ExitCode(ExitStatus.findings.rawValue) }
    }

    /// Prints what is wrong and, as the result, what can be done; the command ends with the status.
    private func end(_ status: ExitStatus, problems: [String], ways: [String]) throws {
        for problem in problems { Console.error(problem, hint: nil) }
        for way in ways { Console.result(way) }
        throw ExitCode(status.rawValue)
    }

    private func check(_ ledger: String) throws {
        guard FileStatus.exists(ledger) else { return Console.row("ledger", "\(ledger) is not there") }
        let report = try LedgerCheck.run(ledger, isFull: true)
        let last = try LedgerView.lastReceived(ledger)
        Console.row("ledger", "\(ledger), last written \(last?.text ?? "never")")
        guard report.problemCount > 0 else { return Console.row("entries", "sound") }
        throw CommandError(.brokenChain, messages: report.problems.map { "ledger \"\(ledger)\": \($0)" })
    }

    /// What can be done, the best way first.
    private func waysOn(_ configuration: Configuration) -> [String] {
        let ledger = configuration.plan.ledger
        let key = configuration.key.value
        let kept: [String] = configuration.plan.sources.flatMap(\.kept)
        let sources: [ShellCommand.Part] = kept.flatMap { ["--sources", .file($0)] }
        let recover = ShellCommand(
            ["cartulary", "ledger", "recover", "--journal", .file(LedgerJournal.path(of: ledger))] + sources
                + ["--ledger", .file(ledger + ".new"), "--key", .file(key)])
        let take = ["", ".checkpoint", ".journal"].map { suffix in
            ShellCommand("mv", "--backup=numbered", .file(ledger + ".new" + suffix), .file(ledger + suffix))
        }.reduce(recover) { $0.then($1) }
        let declare = ShellCommand("cartulary", "ledger", "declare-break", "--help")
        return [
            "What to do, the best way first. Until then nothing is sealed; no bundle has to be renamed or removed.",
            "1. put back a newer copy of the ledger, with its checkpoint, journal and coverage file",
            "2. make it again from its newest journal and its source files, and give it the ledger's name:",
            "   \(take)",
            "3. if both are lost, begin a ledger that declares the break, with other names and folders for the archives:",
            "   \(declare)",
        ]
    }
}
