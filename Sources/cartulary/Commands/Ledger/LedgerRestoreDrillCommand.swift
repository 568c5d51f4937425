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
            backup, and now and then on a copy. Exit status: 0 all fits, 13 the ledger is damaged, older, or another one.
            """)

    @OptionGroup(title: "Configuration") var source: ConfigurationOptions

    func run() throws {
        let configuration = try source.configuration()
        var options = ScheduleOptions(
            key: try configuration.privateKey(), now: .now, toolVersion: Version.text)
        options.keyPath = configuration.key.value
        options.configurationPath = configuration.path
        // A copy may be old: what is asked is whether it fits the archives.
        options.isTimeConfirmed = true
        let ledger = configuration.plan.ledger
        do {
            try check(ledger)
        } catch let error as CommandError where error.status == .brokenChain {
            throw CommandError(.brokenChain, messages: error.messages + waysOn(configuration))
        }
        let (problems, isOfLedger) = ScheduleRun.problems(configuration.plan, options)
        for archive in configuration.plan.archives {
            let sealed =
                FileStatus.exists(ledger) ? try SealedSeries(ledger, series: archive.series).seals(from: 1) : []
            Console.row("archive \(archive.name)", "\(sealed.count) bundles sealed by this ledger")
        }
        guard let first = problems.first else {
            return Console.result("the ledger and the archives belong together; cartulary run goes on with them")
        }
        throw CommandError(
            ExitStatus(first.kind), messages: problems.map(\.message) + (isOfLedger ? waysOn(configuration) : []),
            hint: isOfLedger ? nil : first.hint)
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
        let recover = ShellCommand(
            "cartulary", "ledger", "recover", "--journal", .file(LedgerJournal.path(of: ledger)), "--sources",
            .placeholder("INCOMING"), "--ledger", .file(ledger + ".new"), "--key", .file(key))
        let declare = ShellCommand(
            "cartulary", "ledger", "declare-break", "--checkpoint", .file(CheckpointFile.path(of: ledger)), "--reason",
            .placeholder("WHY"), "--by", .placeholder("WHO"), "--ledger", .file(ledger + ".new"), "--key", .file(key))
        return [
            "what to do, the best way first; until then nothing is sealed, and no file has to be renamed or removed for it",
            "1. put back a newer copy of the ledger, with its checkpoint and journal",
            "2. make it again from the journal of the lost one and its source files, and give it the ledger's name: \(recover)",
            "3. if both are lost, begin another log that names the break, give it the ledger's name, and the archives other names and "
                + "folders: \(declare)",
        ]
    }
}
