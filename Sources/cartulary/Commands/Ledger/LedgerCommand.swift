import ArgumentParser

struct LedgerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger",
        abstract: "Inspect, check, back up and repair a ledger.",
        discussion: """
            EXAMPLES
              cartulary ledger status --ledger records.ledger
              cartulary ledger check --ledger records.ledger --full
              cartulary ledger quarantine --ledger records.ledger
              cartulary ledger backup --ledger records.ledger --to backup/records.ledger
            """,
        subcommands: [
            LedgerStatusCommand.self, LedgerCheckCommand.self, LedgerQuarantineCommand.self,
            LedgerResolveCommand.self, LedgerBackupCommand.self, LedgerRestoreDrillCommand.self,
            LedgerRecoverCommand.self,
            LedgerDeclareBreakCommand.self,
        ])
}
