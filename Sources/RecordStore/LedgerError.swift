/// The ledger cannot be used, or is not what it was.
package struct LedgerError: Error, Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        /// There is no ledger at that path.
        case missing
        /// The file is no ledger, or one of a newer program.
        case unreadable
        /// Another run holds the ledger.
        case locked
        /// Its entries do not agree with its checkpoint, or with themselves.
        case broken
        /// Reading or writing failed.
        case io
    }

    package var kind: Kind
    /// What is wrong, where, and what was expected; lower case, no full stop.
    package var message: String

    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }
}
