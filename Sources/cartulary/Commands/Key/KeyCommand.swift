import ArgumentParser

struct KeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Replace the key that signs.", subcommands: [KeyRotateCommand.self])
}
