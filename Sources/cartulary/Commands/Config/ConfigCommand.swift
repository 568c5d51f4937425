import ArgumentParser

struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Check a configuration, or show its effective settings.",
        subcommands: [ConfigCheckCommand.self, ConfigShowCommand.self])
}
