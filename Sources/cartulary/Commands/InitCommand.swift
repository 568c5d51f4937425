import ArgumentParser
import AuditModel
import BundleExport
import CommandLineInterface
import FileSystem
import Glibc
import Signing

struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Set up an archive: configuration, key, systemd units and a line for cron.",
        discussion: """
            EXAMPLES
              cartulary init .
              cartulary init /etc/cartulary --data /var/lib/cartulary --begin 2026-01 --entity "Example Ltd"

            Asks on a terminal for what no option says. Overwrites nothing.
            """)

    @Argument(help: "The folder for the configuration and the key; made if it is not there.", completion: .directory)
    var folder: String

    @Option(
        help: ArgumentHelp(
            "The folder for ledger, spool and bundles; default the same. Below /var/lib the service gets a user of its own.",
            valueName: "dir"), completion: .directory)
    var data: String?

    @Option(help: ArgumentHelp("The archive's name, which bundles are named from.", valueName: "name"))
    var name: String?

    @Option(help: "The length of its periods: day, week, month, quarter or year.")
    var period: PeriodLength?

    @Option(help: ArgumentHelp("The first period that is sealed; default the one of today.", valueName: "period"))
    var begin: String?

    @Option(
        name: .customLong("due-after"),
        help: ArgumentHelp("How long after its end a period is sealed, such as 3d.", valueName: "time"))
    var dueAfter = "3d"

    @Option(
        help: ArgumentHelp(
            "Take records from this file, folder or pattern, instead of a spool folder.", valueName: "pattern"))
    var files: String?

    @Option(
        name: .customLong("covers-until"),
        help: "What tells up to when records have come: generated-at, marker or unchecked.")
    var coverage: Coverage?

    @Option(help: ArgumentHelp("The legal entity that the records belong to.", valueName: "name"))
    var entity: String?

    @Option(help: ArgumentHelp("Its Legal Entity Identifier.", valueName: "lei"))
    var lei: String?

    @OptionGroup(title: "Messages") var messages: MessageOptions

    enum Coverage: String, ExpressibleByArgument, CaseIterable {
        case generatedAt = "generated-at"
        case marker, unchecked
    }

    mutating func validate() throws {
        for (option, value) in [("entity", entity), ("lei", lei)] {
            if let value, let problem = Declared.problem(option, value) {
                throw ValidationError("--\(option) \(problem)")
            }
        }
    }

    func run() throws {
        let files = try answers()
        let paths = ["cartulary.yaml", "cartulary.service", "cartulary.timer", "cartulary.cron"].map {
            "\(files.folder)/\($0)"
        }
        let keys = KeyPairFiles("\(files.folder)/archive-key")
        try NewFile.checkFree(paths + keys.paths, hint: "cartulary init another-folder")
        // Before anything is written: what it says has to be a configuration.
        _ = try Configuration.read(
            Array(files.configuration.utf8), path: paths[0], Configuration.Overrides(), cores: 1)
        for folder in [files.folder, files.data, files.data + "/archive"]
            + (self.files == nil ? [files.data + "/spool"] : [])
        {
            try FileName.makeDirectory(folder)
        }
        let key = try keys.make(identity: files.name, algorithm: .ed25519)
        let texts = [files.configuration, files.service, files.timer, files.cronLine]
        for (path, text) in zip(paths, texts) { try DurableFile.create(path, holding: Array(text.utf8)) }
        Console.result(paths[0])
        messages.console().note(
            """
            key \(key.publicKey.fingerprint)
            keep \(keys.path) secret; give \(keys.path).allowed_signers to those who verify
            next: cartulary config check --config \(paths[0])
                  cartulary run --config \(paths[0]) --dry-run
            then: sudo cp \(paths[1]) \(paths[2]) /etc/systemd/system/ && sudo systemctl enable --now cartulary.timer
              or: crontab - < \(paths[3])
            """)
    }

    /// What options, and a person at a terminal, say.
    private func answers() throws -> InitialFiles {
        let place = try Self.absolute(folder)
        var files = InitialFiles(
            folder: place, data: try data.map(Self.absolute) ?? place, program: try Self.absolute("/proc/self/exe"),
            user: Self.userName())
        let questions = Questions()
        files.name = try questions.ask("name of the archive", name, default: "audit")
        let length = try questions.ask("length of its periods", period?.rawValue, default: "month")
        guard let length = PeriodLength(rawValue: length) else {
            throw EnvironmentError(.usage, "period \"\(length)\", expected day, week, month, quarter or year")
        }
        files.period = length.rawValue
        let today = length.period(containing: Timestamp.now).label ?? ""
        files.begin = try questions.ask("first period", begin, default: today)
        files.coverage = try questions.ask(
            "what tells up to when records have come (generated-at, marker, unchecked)", coverage?.rawValue,
            default: "marker")
        let owner = try questions.ask("legal entity, if any", entity, default: "")
        if !owner.isEmpty, let problem = Declared.problem("entity", owner) {
            throw EnvironmentError(.usage, "entity \(problem)")
        }
        (files.entity, files.lei) = (owner.isEmpty ? nil : owner, lei)
        (files.dueAfter, files.files) = (dueAfter, self.files)
        return files
    }

    /// The path from the root; of one that is there without links.
    private static func absolute(_ path: String) throws -> String {
        if let real = FileName.resolved(path) { return real }
        guard !path.hasPrefix("/") else { return path }
        guard let here = getcwd(nil, 0) else { throw EnvironmentError(.io, "cannot tell the current folder") }
        defer { free(here) }
        return "\(String(cString: here))/\(path)"
    }

    private static func userName() -> String {
        getpwuid(getuid()).map { String(cString: $0.pointee.pw_name) } ?? "\(getuid())"
    }
}

extension PeriodLength: ExpressibleByArgument {}

/// Asks on a terminal; elsewhere the default counts.
private struct Questions {
    private let asks = isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1

    func ask(_ question: String, _ option: String?, default standard: String) throws -> String {
        if let option { return option }
        guard asks else { return standard }
        Console.write("\(question) [\(standard)]: ", to: STDERR_FILENO)
        guard let line = readLine() else {
            throw EnvironmentError(.usage, "no answer to \"\(question)\"; nothing was written")
        }
        return line.isEmpty ? standard : line
    }
}
