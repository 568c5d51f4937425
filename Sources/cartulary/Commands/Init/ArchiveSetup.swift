import CommandLineInterface
import FileSystem
import Glibc
import Signing

/// Makes the folders, the key and the files of a new archive.
struct ArchiveSetup {
    let files: InitialFiles

    var configurationPath: String { "\(files.folder)/cartulary.yaml" }
    var servicePath: String { "\(files.folder)/cartulary.service" }
    var timerPath: String { "\(files.folder)/cartulary.timer" }
    var cronPath: String { "\(files.folder)/cartulary.cron" }
    var keys: KeyPairFiles { KeyPairFiles("\(files.folder)/archive-key") }

    /// Makes everything, and returns the key.
    ///
    /// Throws before anything is written if a file exists already, or if the answers give no valid configuration.
    func make() throws -> PrivateKey {
        let texts = [
            (configurationPath, files.configuration), (servicePath, files.service), (timerPath, files.timer),
            (cronPath, files.cronLine),
        ]
        try NewFile.requireAbsent(texts.map(\.0) + keys.paths, hint: .command("cartulary", "init", "another-folder"))
        _ = try Configuration.read(
            Array(files.configuration.utf8), path: configurationPath, overrides: Configuration.Overrides(), cores: 1)
        for folder in files.folders { try FileName.makeDirectory(folder) }
        let key = try keys.make(identity: files.name, algorithm: .ed25519)
        for (path, text) in texts { try DurableFile.create(path, holding: Array(text.utf8)) }
        return key
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
