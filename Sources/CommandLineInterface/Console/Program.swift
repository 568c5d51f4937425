package import ArgumentParser
package import AuditModel
package import FileSystem
import Glibc

/// A program as its user knows it: it reads its arguments, runs a command, and ends with a status.
package struct Program: Sendable {
    /// The name that messages begin with.
    package let name: String

    package init(_ name: String) { self.name = name }

    /// Runs the command that the arguments name; ends the program if that fails.
    ///
    /// `describe` turns the errors of a program's own libraries into what is printed; nil for all others.
    package func run<Root: ParsableCommand>(
        _ root: Root.Type, describing describe: (any Error) -> CommandError? = { _ in nil }
    ) async {
        StandardStreams.reserveClosed()
        do {
            var command = try parse(root)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            if let failure = error as? CommandError ?? describe(error) { end(with: failure) }
            if root.exitCode(for: error).isSuccess { endWithHelp(root.fullMessage(for: error)) }
            root.exit(withError: error)
        }
    }

    /// Prints a help text or the version, and ends the program; what cannot be written is no success.
    private func endWithHelp(_ text: String) -> Never {
        if !text.isEmpty { Console.result(text) }
        exit(0)
    }

    /// The command that the arguments name.
    private func parse<Root: ParsableCommand>(_ root: Root.Type) throws -> any ParsableCommand {
        let review = ArgumentReview(Array(CommandLine.arguments.dropFirst()), program: name, root: root)
        if let error = review.repeatedOption { throw error }
        do {
            return try root.parseAsRoot()
        } catch  where !root.exitCode(for: error).isSuccess {
            throw review.unknownName ?? error
        }
    }

    /// Prints an error and ends the program with its status.
    package func end(with error: CommandError) -> Never {
        for message in error.messages { report(message, hint: nil) }
        if let hint = error.hint { report(hint) }
        exit(error.status.rawValue)
    }

    /// Prints an error, made safe for a terminal, and what to do about it if something helps.
    package func report(_ message: String, hint: Hint?) {
        Console.write("\(name): error: \(TerminalText.shown(message))\n", to: STDERR_FILENO)
        if let hint { report(hint) }
    }

    /// Prints what went wrong and changes neither the result nor the status, made safe for a terminal.
    package func warn(_ message: String, hint: Hint? = nil) {
        Console.write("\(name): warning: \(TerminalText.shown(message))\n", to: STDERR_FILENO)
        if let hint { report(hint) }
    }

    private func report(_ hint: Hint) {
        Console.write("\(name): hint: \(hint)\n", to: STDERR_FILENO)
    }
}

/// The version of the programs.
package enum Version {
    package static let text = "0.1.0"
    /// A time that lies before it was made, 2026-11-01: no clock can be right that is earlier.
    package static let made = Timestamp(unixSeconds: 1_793_491_200)
}
