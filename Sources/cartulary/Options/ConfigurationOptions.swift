import ArgumentParser
import CommandLineInterface
import Glibc
import RunConfiguration

/// The configuration file, and the options that override its settings.
struct ConfigurationOptions: ParsableArguments {
    @Option(
        name: .customLong("config"), help: ArgumentHelp("The configuration file.", valueName: "file"),
        completion: .file())
    var path = standardPath

    /// Where a configuration is if no option says otherwise.
    static let standardPath = "cartulary.yaml"

    @Option(help: ArgumentHelp("Number of parallel tasks; the output does not depend on it.", valueName: "n"))
    var threads: Int?

    @Option(help: ArgumentHelp("Seconds to wait for another run that writes to the ledger.", valueName: "seconds"))
    var wait: Int?

    @Option(help: MemorySize.ledgerHelp, transform: MemorySize.parse)
    var memory: MemorySize?

    mutating func validate() throws {
        if let threads { try ThreadCount.check(threads) }
        if let wait { try WaitOptions.check(wait) }
    }

    /// Reads the configuration.
    func configuration() throws -> Configuration {
        var overrides = Configuration.Overrides(threads: threads, memory: memory, wait: wait)
        for name in Configuration.variables {
            overrides.environment[name] = getenv(name).map { String(cString: $0) }
        }
        return try Configuration.read(
            try SmallFile.contents(path), path: path, overrides: overrides, cores: ThreadCount.default)
    }
}
