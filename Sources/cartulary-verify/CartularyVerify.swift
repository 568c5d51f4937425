import ArgumentParser
import CommandLineInterface

/// The program that can only verify: it is built without any code that writes bundles.
@main
struct CartularyVerify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cartulary-verify",
        abstract: "Verify audit bundles against keys that are held separately.",
        discussion: VerifyOptions.discussion(command: "cartulary-verify"),
        version: Version.text)

    @OptionGroup var options: VerifyOptions

    static func main() async { await Program("cartulary-verify").run(CartularyVerify.self) }

    func run() async throws { try await options.run() }
}
