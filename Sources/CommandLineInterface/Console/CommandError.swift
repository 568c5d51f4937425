package import BundleFormat
import Glibc

/// Why a command ended without its result: what the program prints, and its exit status.
package struct CommandError: Error, Sendable, Equatable {
    package var status: ExitStatus
    /// What went wrong, where, and what was expected, in one message or several; lower case, no full stop.
    package var messages: [String]
    /// A command to type, if one helps.
    package var hint: String?

    package init(_ status: ExitStatus, _ message: String, hint: String? = nil) {
        self.init(status, messages: [message], hint: hint)
    }

    package init(_ status: ExitStatus, messages: [String], hint: String? = nil) {
        self.status = status
        self.messages = messages
        self.hint = hint
    }

    /// A bundle could not be opened or read.
    package init(_ error: ByteStoreError) {
        self.init(error.errorNumber == ENOENT ? .noInput : .io, error.message)
    }
}
