package import FileSystem
package import RecordStore

/// Turns errors of the ledger's file into errors of the environment, with a way on.
package enum LedgerFailure {
    package static func translating<Result>(_ body: () throws -> Result) throws -> Result {
        do { return try body() } catch let error as LedgerError { throw translated(error) }
    }

    package static func translated(_ error: LedgerError) -> EnvironmentError {
        switch error.kind {
        case .missing:
            EnvironmentError(.noInput, error.message, hint: "cartulary ingest FILE --ledger PATH --key KEY")
        case .unreadable: EnvironmentError(.unreadableInput, error.message)
        case .locked: EnvironmentError(.locked, error.message, hint: "add --wait 60")
        case .broken: EnvironmentError(.brokenChain, error.message, hint: "cartulary ledger check --full --ledger PATH")
        case .io: EnvironmentError(.io, error.message)
        }
    }
}
