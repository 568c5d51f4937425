import ArgumentParser
import BundleExport
import BundleFormat
import FileSystem
import Glibc
import Pipeline
import Signing

/// Turns errors into a message and an exit status (docs/exit-codes.md).
enum Failure {
    /// Statuses of the environment, as in sysexits.h.
    enum Status: Int32, CaseIterable {
        case findings = 1
        case brokenChain = 13
        case notCovered = 15
        case usage = 64
        case unreadableInput = 65
        case noInput = 66
        case software = 70
        case cannotCreate = 73
        case io = 74
        case locked = 75
        case notPermitted = 77
    }

    static func exit(with error: any Error) -> Never {
        if let problems = error as? Configuration.Problems {
            for message in problems.messages { Console.error(message, hint: nil) }
            Glibc.exit(Status.usage.rawValue)
        }
        if let inputs = error as? UnreadableInputs {
            for problem in inputs.problems { Console.error(problem.message, hint: problem.hint) }
            Glibc.exit(status(inputs.kind).rawValue)
        }
        if let (status, message, hint) = describe(error) {
            Console.error(message, hint: hint)
            Glibc.exit(status.rawValue)
        }
        Cartulary.exit(withError: error)
    }

    /// The status that an error ends with, and what it says.
    static func summary(_ error: any Error) -> (status: Int32, message: String) {
        describe(error).map { ($0.0.rawValue, $0.1) } ?? (Status.software.rawValue, "\(error)")
    }

    private static func describe(_ error: any Error) -> (Status, String, String?)? {
        switch error {
        case let error as EnvironmentError: (status(error.kind), error.message, error.hint)
        case let error as SigningError: (.notPermitted, "\(error)", nil)
        case let error as FileSystemError: describe(EnvironmentError(error))
        case let error as UnreadableInputs:
            (status(error.kind), error.problems.map(\.message).joined(separator: "; "), nil)
        case let error as WorkbookError: (.io, error.message, nil)
        case let error as ZipProblem: (.software, "\(error)", nil)
        default: nil
        }
    }

    static func status(_ kind: EnvironmentError.Kind) -> Status {
        switch kind {
        case .usage: .usage
        case .unreadableInput: .unreadableInput
        case .noInput: .noInput
        case .cannotCreate: .cannotCreate
        case .io: .io
        case .notPermitted: .notPermitted
        case .brokenChain: .brokenChain
        case .locked: .locked
        }
    }
}
