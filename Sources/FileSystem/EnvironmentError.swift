/// The environment did not do what was asked: never a statement about records.
package struct EnvironmentError: Error, Sendable, Equatable {
    /// The kinds, which decide the exit status (docs/exit-codes.md).
    package enum Kind: Sendable, Equatable {
        case usage, unreadableInput, noInput, cannotCreate, io, notPermitted, brokenChain, locked
    }

    package var kind: Kind
    /// What went wrong, where, and what was expected; lower case, no full stop.
    package var message: String
    /// A command to type, if one helps.
    package var hint: String?

    package init(_ kind: Kind, _ message: String, hint: String? = nil) {
        self.kind = kind
        self.message = message
        self.hint = hint
    }
}
