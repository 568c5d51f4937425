import BundleExport
import BundleFormat
import CommandLineInterface
import FileSystem
import Glibc
import RunConfiguration
import Signing
import ZipFormat

/// Turns the errors of the libraries into a message and an exit status (docs/exit-codes.md).
enum Failure {
    /// What is printed for an error; nil for one of the command line itself.
    static func describe(_ error: any Error) -> CommandError? {
        switch error {
        case let error as CommandError: error
        case let error as Configuration.Problems: CommandError(.usage, messages: error.messages)
        case let error as EnvironmentError: CommandError(error)
        case let error as FileSystemError: CommandError(error)
        case let error as UnreadableInputs: CommandError(error)
        case let error as SigningError: CommandError(.notPermitted, "\(error)")
        case let error as ZipProblem: CommandError(.software, "\(error)")
        default: nil
        }
    }

    /// The status that an error ends with, and what it says; an unknown one is a defect of the program.
    static func summary(_ error: any Error) -> CommandError { describe(error) ?? CommandError(.software, "\(error)") }
}

extension Console {
    /// Prints an error after which the command goes on, and what to do about it if something helps.
    static func error(_ message: String, hint: Hint?) { Cartulary.program.report(message, hint: hint) }

    /// Prints what went wrong beside the command, whose result and status stay as they are.
    static func warning(_ message: String, hint: Hint? = nil) { Cartulary.program.warn(message, hint: hint) }
}
