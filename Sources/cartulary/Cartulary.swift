import ArgumentParser
import CommandLineInterface
import FileSystem

@main
struct Cartulary: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cartulary",
        abstract: "Turn records of token deployments into signed audit bundles.",
        discussion: """
            EXAMPLES
              cartulary keygen --out archive-key
              cartulary export records/ --period 2026-02 --key archive-key --out archive
              cartulary verify archive/audit-2026-02.zip --trust archive-key.pub
              cartulary validate records/*.ndjson
            """,
        version: Version.text,
        subcommands: [
            ExportCommand.self, VerifyCommand.self, ValidateCommand.self, MetricsCommand.self, IngestCommand.self,
            LedgerCommand.self, ListCommand.self, InitCommand.self, RunCommand.self, StatusCommand.self,
            ConfigCommand.self, CatalogueCommand.self, PruneCommand.self, RepairCommand.self, KeygenCommand.self,
            KeyCommand.self, StateMachineCommand.self, TemplateCommand.self,
        ])

    static let program = Program("cartulary")

    static func main() async {
        // Without /proc Swift reads no arguments either: such a run must not end as if all was done.
        guard CommandLine.arguments.count > 1 else {
            program.end(
                with: CommandError(
                    .usage, "no command, expected one such as export or verify", hint: .command("cartulary", "--help")))
        }
        await program.run(Cartulary.self, describing: Failure.describe)
    }
}
