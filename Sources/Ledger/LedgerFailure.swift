package import FileSystem
package import RecordStore

/// Turns errors of the ledger's file into errors of the environment, with a way on.
package enum LedgerFailure {
    /// Runs a body; `ledger` is the path for the hints.
    package static func translating<Result>(
        _ ledger: String? = nil, _ body: () throws -> Result
    ) throws -> Result {
        do { return try body() } catch let error as LedgerError { throw translated(error, ledger) }
    }

    /// The error for an exit status; `ledger` is the path for the hints.
    package static func translated(_ error: LedgerError, _ ledger: String? = nil) -> EnvironmentError {
        let path = ledger.map(ShellCommand.Part.file) ?? .placeholder("LEDGER")
        return switch error.kind {
        case .missing:
            EnvironmentError(
                .noInput, error.message,
                hint: .command(
                    "cartulary", "ingest", .placeholder("FILE"), "--ledger", path, "--key", .placeholder("KEY")))
        case .unreadable: EnvironmentError(.unreadableInput, error.message)
        case .locked: EnvironmentError(.locked, error.message, hint: "add --wait 60")
        case .broken:
            EnvironmentError(
                .brokenChain, error.message, hint: .command("cartulary", "ledger", "check", "--full", "--ledger", path))
        case .io: EnvironmentError(.io, error.message)
        }
    }
}
