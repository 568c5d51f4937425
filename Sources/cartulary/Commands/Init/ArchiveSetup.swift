import CommandLineInterface
import FileSystem
import Glibc
import Installation
import RunConfiguration
import Signing

/// Makes the folders, the key and the files of a new archive.
struct ArchiveSetup {
    let files: InitialFiles

    var configurationPath: String { "\(files.folder)/cartulary.yaml" }
    var servicePath: String { "\(files.folder)/\(files.unitName).service" }
    var timerPath: String { "\(files.folder)/\(files.unitName).timer" }
    var cronPath: String { "\(files.folder)/cartulary.cron" }
    var crontabPath: String { "\(files.folder)/cartulary.crontab" }
    var preparationPath: String { "\(files.folder)/prepare.sh" }
    var keys: KeyPairFiles { KeyPairFiles("\(files.folder)/archive-key") }

    /// What is written beside the key, by path.
    private var texts: [(path: String, text: String)] {
        [
            (configurationPath, files.configuration), (servicePath, files.service), (timerPath, files.timer),
            (cronPath, files.cronLine), (crontabPath, files.crontabLine),
        ] + (files.isSystemService ? [(preparationPath, files.preparation)] : [])
    }

    /// Every file that is made.
    var filePaths: [String] { texts.map(\.path) + keys.paths }

    /// Makes everything, and returns the key.
    ///
    /// Throws before anything is written if a file exists already, or if the answers give no valid configuration.
    func make() throws -> PrivateKey {
        if let problem = files.problem {
            throw CommandError(.usage, problem, hint: .command("cartulary", "init", .file(files.folder + "-2")))
        }
        try NewFile.requireAbsent(filePaths, hint: .command("cartulary", "init", .file(files.folder + "-2")))
        _ = try Configuration.read(
            Array(files.configuration.utf8), path: configurationPath, overrides: Configuration.Overrides(), cores: 1)
        for folder in files.folders { try FileName.makeDirectory(folder) }
        let key = try keys.make(identity: files.name, algorithm: .ed25519)
        for (path, text) in texts { try DurableFile.create(path, holding: Array(text.utf8)) }
        return key
    }
}

extension ArchiveSetup {
    /// What to do with the files, one command a line.
    var nextSteps: String {
        """
        next: \(trial.map(\.description).joined(separator: "\n      "))
        then: \(start)
          or: \(cron)\(crontab)
        """
    }

    /// What prepares, checks and tries the set-up, in this order.
    var trial: [ShellCommand] {
        let file = ShellCommand.Part.file(configurationPath)
        let check = ShellCommand("cartulary", "config", "check", "--config", file)
        let trial: [ShellCommand.Part] = ["cartulary", "run", "--config", file, "--dry-run"]
        return files.isSystemService
            ? [ShellCommand("sudo", "sh", .file(preparationPath)), check, ShellCommand(["sudo"] + trial)]
            : [check, ShellCommand(trial)]
    }

    private var start: ShellCommand {
        ShellCommand("sudo", "cp", .file(servicePath), .file(timerPath), "/etc/systemd/system/")
            .then(ShellCommand("sudo", "systemctl", "daemon-reload"))
            .then(ShellCommand("sudo", "systemctl", "enable", "--now", .text("\(files.unitName).timer")))
    }

    /// Cron starts as the user of the service, who has to read the key then.
    private var cron: ShellCommand {
        let line = ShellCommand(
            "sudo", "install", "-m", "644", .file(cronPath), .file("/etc/cron.d/\(files.cronName)"))
        guard files.isSystemService else { return line }
        return ShellCommand("sudo", "chown", .text(files.owner), .file(keys.path)).then(line)
    }

    /// A user's crontab is read, and written with one line more: `crontab FILE` would leave nothing else in it.
    private var crontab: String {
        if files.isSystemService { return "" }
        return "\n  or: (crontab -l 2>/dev/null; \(ShellCommand("cat", .file(crontabPath)))) | crontab -"
    }
}

/// Paths and the user of this process.
enum Location {
    /// The path from the root; without links if it exists.
    static func absolute(_ path: String) throws(CommandError) -> String {
        if let real = FileName.resolved(path) { return real }
        guard !path.hasPrefix("/") else { return path }
        guard let here = getcwd(nil, 0) else { throw CommandError(.io, "cannot read the current folder") }
        defer { free(here) }
        return "\(String(cString: here))/\(path)"
    }

    static var userName: String { getpwuid(getuid()).map { String(cString: $0.pointee.pw_name) } ?? "\(getuid())" }
}
