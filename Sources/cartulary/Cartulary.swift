import ArgumentParser
import Glibc

@main
struct Cartulary: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cartulary",
        abstract: "Turn records of token deployments into signed audit bundles.",
        discussion: """
            EXAMPLES
              cartulary keygen --out archive-key
              cartulary export records/ --period 2026-02 --key archive-key --out archive
              cartulary verify archive/audit-2026-02.zip --trust archive-key.allowed_signers
              cartulary validate records/*.ndjson
            """,
        version: Version.text,
        subcommands: [
            ExportCommand.self, VerifyCommand.self, ValidateCommand.self, MetricsCommand.self, IngestCommand.self,
            LedgerCommand.self, ListCommand.self, InitCommand.self, RunCommand.self, ConfigCommand.self,
            CatalogueCommand.self, PruneCommand.self, KeygenCommand.self, StateMachineCommand.self,
        ])

    static func main() async {
        // Also what a run without /proc comes to, as Swift reads its arguments there: it must not end as if all was done.
        guard CommandLine.arguments.count > 1 else {
            Console.error("no command, expected one such as export or verify", hint: "cartulary --help")
            Glibc.exit(Failure.Status.usage.rawValue)
        }
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            Failure.exit(with: error)
        }
    }
}

/// The version of the program.
enum Version {
    static let text = "0.1.0"
}
