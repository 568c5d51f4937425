import ArgumentParser
import AuditModel
import CommandLineInterface
import FileSystem
import Ledger

/// Whether somebody says that a time which looks wrong is right.
enum TimeConfirmation {
    static let help: ArgumentHelp =
        "Accept a time that is ahead of the machine's clock, more than 400 days after the ledger was last written, or before it."

    /// Refuses a time on the command line that the machine's clock has not reached.
    static func check(_ time: Timestamp?, isConfirmed: Bool) throws {
        guard let time else { return }
        do throws(EnvironmentError) {
            try LedgerTime.requireReached(time, clock: .now, isConfirmed: isConfirmed)
        } catch {
            throw ValidationError(error.message)
        }
    }
}
