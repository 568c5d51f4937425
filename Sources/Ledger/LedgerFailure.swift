package import FileSystem
package import RecordStore

/// Turns errors of the ledger's file into errors of the environment, with a way on.
package enum LedgerFailure {
    /// How a ledger gets its first records.
    static let firstIngest: Hint =
        "a ledger begins with its first ingest: \(ShellCommand("cartulary", "ingest", "--help"))"

    /// Runs a body; `ledger` is the path for the hints.
    package static func translating<Result>(_ ledger: String, _ body: () throws -> Result) throws -> Result {
        do { return try body() } catch let error as LedgerError { throw translated(error, ledger) }
    }

    /// The error for an exit status; `ledger` is the path for the hints.
    package static func translated(_ error: LedgerError, _ ledger: String) -> EnvironmentError {
        switch error.kind {
        case .missing: EnvironmentError(.noInput, error.message, hint: firstIngest)
        case .unreadable: EnvironmentError(.unreadableInput, error.message)
        case .locked: EnvironmentError(.locked, error.message, hint: "add --wait 60")
        case .broken:
            EnvironmentError(
                .brokenChain, error.message,
                hint: .command("cartulary", "ledger", "check", "--full", "--ledger", .file(ledger)))
        case .io: EnvironmentError(.io, error.message)
        }
    }
}
