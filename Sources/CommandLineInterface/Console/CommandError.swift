package import FileSystem

/// Why a command ended without its result: what the program prints, and its exit status.
package struct CommandError: Error, Sendable, Equatable {
    package var status: ExitStatus
    /// What went wrong, where, and what was expected, in one message or several; lower case, no full stop.
    package var messages: [String]
    /// What to do about it, if something helps.
    package var hint: Hint?

    package init(_ status: ExitStatus, _ message: String, hint: Hint? = nil) {
        self.init(status, messages: [message], hint: hint)
    }

    package init(_ status: ExitStatus, messages: [String], hint: Hint? = nil) {
        self.status = status
        self.messages = messages
        self.hint = hint
    }

    /// A library could not do what was asked (docs/exit-codes.md).
    package init(_ error: EnvironmentError) {
        self.init(ExitStatus(error.kind), error.message, hint: error.hint)
    }

    /// A file could not be opened, read or written.
    package init(_ error: FileSystemError) { self.init(EnvironmentError(error)) }

    /// Inputs cannot be read: all of them are named, and the hint is that of the first.
    package init(_ error: UnreadableInputs) {
        self.init(
            ExitStatus(error.kind), messages: error.problems.map(\.message), hint: error.problems.first?.hint)
    }
}

extension ExitStatus {
    /// The status of each kind.
    package init(_ kind: EnvironmentError.Kind) {
        switch kind {
        case .usage: self = .usage
        case .unreadableInput: self = .unreadableInput
        case .noInput: self = .noInput
        case .cannotCreate: self = .cannotCreate
        case .io: self = .io
        case .notPermitted: self = .notPermitted
        case .brokenChain: self = .brokenChain
        case .locked: self = .locked
        }
    }
}
