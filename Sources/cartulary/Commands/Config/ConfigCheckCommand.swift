import ArgumentParser
import CommandLineInterface
import FileSystem
import Schedule
import Signing

struct ConfigCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Report every error in a configuration.",
        discussion: """
            EXAMPLE
              cartulary config check --config cartulary.yaml

            Checks only the file and the key. To see what a run would do, use cartulary run --dry-run.
            """)

    @OptionGroup var source: ConfigurationOptions
    @OptionGroup(title: "Messages") var messages: MessageOptions

    func run() throws {
        let configuration = try source.configuration()
        let key = try KeyFile.read(configuration.key.value)
        guard key.publicKey.type == .ed25519 else {
            throw CommandError(
                .notPermitted,
                "key \"\(configuration.key.value)\" has type \(key.publicKey.type.rawValue), expected Ed25519",
                hint: .command("cartulary", "keygen", "--out", "another-path"))
        }
        let console = messages.console()
        for source in configuration.sources where source.coverage == .unchecked {
            console.note(
                "note: the coverage of source \(source.name) is not checked, so a feed that stops is not detected")
        }
        console.note(
            "\(configuration.path): \(Console.count(configuration.sources.count, "source")), "
                + Console.count(configuration.archives.count, "archive"))
    }
}
