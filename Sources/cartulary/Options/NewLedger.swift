import CommandLineInterface
import Foundation
import Ledger

/// A ledger that a command begins.
enum NewLedger {
    /// The variable that sets the identity, for whoever compares two ledgers that were made alike.
    static let variable = "CARTULARY_LEDGER_IDENTITY"

    /// The identity of a new ledger: random, unless the variable gives one.
    static func identity() throws -> String {
        guard let text = getenv(variable).map({ String(cString: $0) }), !text.isEmpty else {
            return LedgerIdentity.random()
        }
        guard LedgerIdentity.isValid(text) else {
            throw CommandError(.usage, "\(variable) is \"\(text)\", expected 16 hexadecimal digits in lower case")
        }
        return text
    }
}
