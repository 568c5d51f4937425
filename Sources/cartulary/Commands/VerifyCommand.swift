import ArgumentParser
import CommandLineInterface

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Verify audit bundles against keys that are held separately.",
        discussion: VerifyOptions.discussion(command: "cartulary verify"))

    @OptionGroup var options: VerifyOptions

    func run() async throws { try await options.run() }
}
