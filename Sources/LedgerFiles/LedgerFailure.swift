package import FileSystem
package import RecordStore

/// Turns errors of the ledger's file into errors of the environment, with a way on.
package enum LedgerFailure {
    /// How a ledger gets its first records.
    package static let firstIngest: Hint =
        "a ledger begins with its first ingest: \(ShellCommand("cartulary", "ingest", "--help"))"

    /// How a ledger is had again that is gone, damaged or older than its checkpoint.
    package static func wayBack(to ledger: String) -> Hint {
        guard FileStatus.size(ofRegularFile: LedgerJournal.path(of: ledger)) ?? 0 > 0 else {
            return
                "put back the newest copy of the ledger, with its checkpoint and journal; if there is none: \(ShellCommand("cartulary", "ledger", "declare-break", "--help"))"
        }
        return
            "put back the newest copy of the ledger, with its checkpoint; if there is none, its journal and sources make it again: \(ShellCommand("cartulary", "ledger", "recover", "--help"))"
    }

    /// How a ledger that is not there is begun, or had again if something of it is left.
    private static func beginning(of ledger: String) -> Hint {
        let left = [LedgerJournal.path(of: ledger), CheckpointFile.path(of: ledger)]
        return left.contains(where: { FileStatus.exists($0) }) ? wayBack(to: ledger) : firstIngest
    }

    /// Runs a body; `ledger` is the path for the hints.
    package static func translating<Result>(_ ledger: String, _ body: () throws -> Result) throws -> Result {
        do { return try body() } catch let error as LedgerError { throw translated(error, ledger) }
    }

    /// The error for an exit status; `ledger` is the path for the hints.
    package static func translated(_ error: LedgerError, _ ledger: String) -> EnvironmentError {
        switch error.kind {
        case .missing: EnvironmentError(.noInput, error.message, hint: beginning(of: ledger))
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
