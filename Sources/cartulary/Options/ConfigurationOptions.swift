import ArgumentParser
import CommandLineInterface
import Glibc

/// Which configuration, and what takes the place of its settings.
struct ConfigurationOptions: ParsableArguments {
    @Option(
        name: .customLong("config"), help: ArgumentHelp("The configuration.", valueName: "file"), completion: .file())
    var path = "cartulary.yaml"

    @Option(help: ArgumentHelp("Tasks side by side; bundles do not depend on it.", valueName: "n"))
    var threads: Int?

    @Option(help: ArgumentHelp("Seconds to wait for another run.", valueName: "seconds"))
    var wait: Int?

    mutating func validate() throws {
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("--threads \(threads), expected 1 to 1024")
        }
        if let wait, !(0...86_400).contains(wait) { throw ValidationError("--wait \(wait), expected 0 to 86400") }
    }

    /// Reads the configuration.
    func configuration() throws -> Configuration {
        var overrides = Configuration.Overrides(threads: threads, wait: wait)
        for name in [
            "CARTULARY_LEDGER", "CARTULARY_KEY", "CARTULARY_THREADS", "CARTULARY_WAIT", "CREDENTIALS_DIRECTORY",
        ] {
            overrides.environment[name] = getenv(name).map { String(cString: $0) }
        }
        let bytes = try SmallFile.contents(path)
        return try Configuration.read(
            bytes, path: path, overrides, cores: Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    }
}
