import ArgumentParser
import AuditModel
import CommandAnswers
import CommandLineInterface
import FileSystem
import Ledger
import LedgerFiles
import LedgerUpkeep
import RunConfiguration
import Schedule
import Signing

struct LedgerRestoreDrillCommand: AsyncParsableCommand {
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

    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() async throws {
        let drill = try await result()
        if json { Console.answer(.restoreDrill(drill)) } else { show(drill) }
        if let status = drill.status { throw ExitCode(status.rawValue) }
    }

    /// Looks at everything that the configuration names.
    private func result() async throws -> RestoreDrill {
        let configuration = try source.configuration()
        var options = ScheduleOptions(
            key: try configuration.privateKey(), now: .now, toolVersion: Version.text)
        options.keyPath = configuration.key.value
        options.configurationPath = configuration.path
        // Nothing is written, so whether the clock can be right is for the run that follows.
        options.isTimeConfirmed = true
        // Nor does it matter here where the folders are.
        options.isCopyConfirmed = true
        options.temporaryFolder = TemporaryFolder.path
        var drill = RestoreDrill(ledger: configuration.plan.ledger)
        try check(&drill)
        guard drill.problems.isEmpty else {
            drill.ways = waysOn(configuration)
            return drill
        }
        let (problems, isOfLedger) = ScheduleRun.problems(configuration.plan, options)
        for archive in configuration.plan.archives {
            let sealed =
                drill.isThere ? try SealedSeries(drill.ledger, series: archive.series).seals(from: 1).count : 0
            drill.archives.append(RestoreDrill.Archive(name: archive.name, sealed: sealed))
        }
        if let first = problems.first {
            drill.problems = problems.map(\.message)
            drill.status = ExitStatus(first.kind)
            if isOfLedger { drill.ways = waysOn(configuration, first) } else { drill.hint = first.hint }
        } else if drill.isThere {
            drill.unread = try await UnreadFiles.find(configuration.plan, options).map { found in
                RestoreDrill.Unread(source: found.source, folder: found.folder, spool: found.spool, paths: found.paths)
            }
            if !drill.unread.isEmpty { drill.status = .findings }
        }
        return drill
    }

    /// Reads the ledger and computes it again.
    private func check(_ drill: inout RestoreDrill) throws {
        drill.isThere = FileStatus.exists(drill.ledger)
        guard drill.isThere else { return }
        do {
            let report = try LedgerCheck.run(drill.ledger, isFull: true)
            drill.problems = report.problems.map { "ledger \"\(drill.ledger)\": \($0)" }
            drill.lastWritten = try LedgerView.lastReceived(drill.ledger)
        } catch let error as EnvironmentError where error.kind == .brokenChain {
            drill.problems = [error.message]
        }
        if !drill.problems.isEmpty { drill.status = .brokenChain }
    }

    private func show(_ drill: RestoreDrill) {
        let written = drill.problems.isEmpty ? drill.lastWritten?.text ?? "never" : drill.lastWritten?.text
        let text = written.map { ", last written \($0)" } ?? ""
        Console.row("ledger", drill.ledger + (drill.isThere ? text : " is not there"))
        if drill.isThere, drill.problems.isEmpty || !drill.archives.isEmpty { Console.row("entries", "sound") }
        for archive in drill.archives {
            Console.row(
                "archive \(archive.name)", "\(Console.count(archive.sealed, "bundle")) sealed by this ledger")
        }
        for problem in drill.problems.dropLast() { Console.error(problem, hint: nil) }
        if let last = drill.problems.last {
            Console.error(last, hint: drill.hint)
        } else {
            Console.result("the ledger and the archives belong together; cartulary run goes on with them")
        }
        for line in drill.lines { Console.result(line) }
    }

    /// What can be done about a problem, the best way first.
    private func waysOn(_ configuration: Configuration, _ problem: EnvironmentError? = nil) -> [RestoreDrill.Way] {
        let ledger = configuration.plan.ledger
        func isLeft(_ path: String) -> Bool { FileStatus.size(ofRegularFile: path) ?? 0 > 0 }
        let journal = LedgerJournal.path(of: ledger)
        let checkpoint = CheckpointFile.path(of: ledger)
        let taking = problem.map { ScheduleRun.takingAnew(configuration.plan, after: $0) } ?? []
        let isWithoutCheckpoint = FileStatus.exists(ledger) && !isLeft(checkpoint)
        return [
            RestoreDrill.Way(
                isWithoutCheckpoint
                    ? "put back its checkpoint, \"\(checkpoint)\", from any copy; or a newer copy of all its files"
                    : "put back a newer copy of the ledger, with its checkpoint, journal and coverage file"),
            isLeft(journal)
                ? RestoreDrill.Way(
                    "make it again from its newest journal and its source files, and give it the ledger's name:",
                    recover(configuration, journal))
                : RestoreDrill.Way(
                    "its journal, \"\(journal)\", is gone too: put back a copy of it, and this command says how to make the ledger again:",
                    ShellCommand("cartulary", "ledger", "restore-drill", "--config", .file(configuration.path))),
        ]
            + taking.map { RestoreDrill.Way($0.text, $0.command) } + [
                RestoreDrill.Way(
                    "if both are lost, begin a ledger that declares the break; beside such a ledger, give the archives other names and folders"
                        + (isLeft(checkpoint)
                            ? ":" : "; the last checkpoint is in data/bundle.json of the newest bundle:"),
                    ShellCommand("cartulary", "ledger", "declare-break", "--help"))
            ]
    }

    private func recover(_ configuration: Configuration, _ journal: String) -> ShellCommand {
        let ledger = configuration.plan.ledger
        let kept: [String] = configuration.plan.sources.flatMap(\.kept)
        let sources: [ShellCommand.Part] = kept.flatMap { ["--sources", .file($0)] }
        let recover = ShellCommand(
            ["cartulary", "ledger", "recover", "--journal", .file(journal)] + sources
                + [
                    "--ledger", .file(ledger + ".new"), "--key",
                    .file(configuration.keyFile(of: LedgerJournal.lastKey(journal))),
                ])
        return ["", ".checkpoint", ".journal"].map { suffix in
            ShellCommand("mv", "--backup=numbered", .file(ledger + ".new" + suffix), .file(ledger + suffix))
        }.reduce(recover) { $0.then($1) }
    }
}
