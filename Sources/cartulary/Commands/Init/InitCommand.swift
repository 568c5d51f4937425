import ArgumentParser
import AuditModel
import BundleFormat
import CommandAnswers
import CommandLineInterface
import FileSystem
import Installation
import Signing

struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Set up an archive: configuration, key, systemd units and lines for cron.",
        discussion: """
            EXAMPLES
              cartulary init .
              cartulary init /etc/cartulary --data /var/lib/cartulary --begin 2026-01

            On a terminal, asks for the settings that no option gives. Existing files are not overwritten.
            """)

    @Argument(
        help: "The folder for the configuration and the key. It is created if it does not exist.",
        completion: .directory)
    var folder: String

    @Option(
        help: ArgumentHelp(
            "The folder for ledger, spool and bundles (default: the same). Below /var/lib, the service runs as user "
                + "cartulary.",
            valueName: "dir"), completion: .directory)
    var data: String?

    @Option(help: ArgumentHelp("The archive's name. Bundles are named after it.", valueName: "name"))
    var name: String?

    @Option(help: "The length of the archive's periods.")
    var period: PeriodLength?

    @Option(help: ArgumentHelp("The first period to seal (default: the current one).", valueName: "period"))
    var begin: String?

    @Option(
        name: .customLong("due-after"),
        help: ArgumentHelp("How long after its end a period is sealed, such as 3d.", valueName: "time"))
    var dueAfter = "3d"

    @Option(
        help: ArgumentHelp(
            "Read records from this file, folder or pattern instead of a spool folder.", valueName: "pattern"))
    var files: String?

    @Option(
        name: .customLong("covers-until"),
        help: ArgumentHelp("What shows that all records up to a time have arrived.", valueName: "source"))
    var coverage: CoverageKind?

    @Option(help: ArgumentHelp("The legal entity that the records belong to.", valueName: "name"))
    var entity: String?

    @Option(help: ArgumentHelp("The Legal Entity Identifier of the entity.", valueName: "lei"))
    var lei: String?

    @Flag(help: "Print the result as JSON, and ask nothing.")
    var json = false

    @OptionGroup(title: "Messages") var messages: MessageOptions

    mutating func validate() throws {
        for (option, value) in [("entity", entity), ("lei", lei)] {
            if let value, let problem = Declared.problem(option, value) {
                throw ValidationError("--\(option) \(problem)")
            }
        }
    }

    func run() throws {
        let setup = ArchiveSetup(files: try answers())
        let key = try setup.make()
        if json {
            return Console.answer(
                .setup(
                    configuration: setup.configurationPath, key: key.publicKey, files: setup.filePaths,
                    keyFiles: setup.keys, next: setup.trial.map(\.description)))
        }
        Console.result(setup.configurationPath)
        let path = setup.keys.path
        messages.console().note(
            """
            key \(key.publicKey.fingerprint)
            keep \(Console.safe(path)) secret; give \(Console.safe(path)).allowed_signers and \(Console.safe(path)).pem to the verifiers
            \(setup.nextSteps)
            """)
    }

    /// The settings from the options and, on a terminal, from its user.
    private func answers() throws -> InitialFiles {
        let questions = Questions(areAsked: !json)
        let folder = try Location.absolute(folder)
        let name = try questions.ask("name of the archive", name, default: "audit")
        let length = try questions.ask("length of its periods", period, default: .month)
        let begin = try questions.ask(
            "first period", begin, default: length.period(containing: .now).label ?? "")
        let coverage = try questions.ask(
            "what shows that all records up to a time have arrived", coverage, default: .marker)
        let owner = try questions.ask("legal entity, if any", entity, default: "")
        if !owner.isEmpty, let problem = Declared.problem("entity", owner) {
            throw CommandError(.usage, "entity \(problem)")
        }
        var files = InitialFiles()
        files.folder = folder
        files.data = try data.map(Location.absolute) ?? folder
        files.program = try Location.absolute("/proc/self/exe")
        files.user = Location.userName
        files.name = name
        files.period = length
        files.begin = begin
        files.dueAfter = dueAfter
        files.coverage = coverage
        files.files = self.files
        files.entity = owner.isEmpty ? nil : owner
        files.lei = lei
        return files
    }
}

extension PeriodLength: ExpressibleByArgument {}
extension CoverageKind: ExpressibleByArgument {}
