import ArgumentParser
import FileSystem
import StrictJSON

/// What the parser of arguments lets pass, or reports in other words than those that help.
///
/// It asks the command for its options only if something looks wrong: a command that is right costs nothing.
struct ArgumentReview {
    /// An option of a command.
    private struct Option {
        var name: String
        /// Whether the last one would count if it were given several times.
        var isSingle: Bool
    }

    /// Options that every command has.
    private static let common = ["help", "version", "generate-completion-script", "help-hidden"]

    private let program: String
    private let arguments: [String]
    private let command: any ParsableCommand.Type
    /// How many arguments name the command.
    private let depth: Int

    /// The arguments of a program, without its name.
    init(_ arguments: [String], program: String, root: any ParsableCommand.Type) {
        var command = root
        var depth = 0
        while depth < arguments.count, let next = ArgumentReview.subcommand(arguments[depth], of: command) {
            command = next
            depth += 1
        }
        self.program = program
        self.arguments = arguments
        self.command = command
        self.depth = depth
    }

    /// An option for one value that is given more than once; nil if there is none.
    var repeatedOption: CommandError? {
        var counts: [String: Int] = [:]
        for name in names { counts[name, default: 0] += 1 }
        guard counts.values.contains(where: { $0 > 1 }) else { return nil }
        let singles = Set(options.filter(\.isSingle).map(\.name))
        guard let name = names.first(where: { counts[$0, default: 0] > 1 && singles.contains($0) }) else { return nil }
        return CommandError(
            .usage, "--\(name) is given \(counts[name, default: 0]) times, expected once", hint: Hint(help))
    }

    /// A command or an option that does not exist, with one that may be meant; nil if all are known.
    var unknownName: CommandError? { unknownCommand ?? unknownOption }

    private var unknownCommand: CommandError? {
        let subcommands = command.configuration.subcommands.compactMap { $0.configuration.commandName }
        guard !subcommands.isEmpty, depth < arguments.count else { return nil }
        let name = arguments[depth]
        guard !name.hasPrefix("-"), name != "help" else { return nil }
        guard let meant = NearMatch.best(name, subcommands).first else {
            let names = subcommands.joined(separator: ", ")
            return CommandError(.usage, "unknown command \"\(name)\", expected one of \(names)", hint: Hint(help))
        }
        var corrected = arguments
        corrected[depth] = meant
        return CommandError(
            .usage, "unknown command \"\(name)\", did you mean \(meant)?",
            hint: Hint(ShellCommand(([program] + corrected).map(ShellCommand.Part.text))))
    }

    private var unknownOption: CommandError? {
        let known = options.map(\.name) + ArgumentReview.common
        guard let name = names.first(where: { !known.contains($0) }) else { return nil }
        guard let meant = NearMatch.best(name, known).first else {
            return CommandError(.usage, "unknown option --\(name)", hint: Hint(help))
        }
        return CommandError(
            .usage, "unknown option --\(name), did you mean --\(meant)?",
            hint: Hint(ShellCommand(([program] + replacing(name, by: meant)).map(ShellCommand.Part.text))))
    }

    /// The arguments with another name for an option, and all else as it was typed.
    private func replacing(_ name: String, by meant: String) -> [String] {
        let end = arguments.firstIndex(of: "--") ?? arguments.count
        return arguments.enumerated().map { index, argument in
            guard index < end, argument == "--\(name)" || argument.hasPrefix("--\(name)=") else { return argument }
            return "--\(meant)" + argument.dropFirst(name.count + 2)
        }
    }

    private var help: ShellCommand {
        ShellCommand(([program] + arguments.prefix(depth)).map(ShellCommand.Part.text) + ["--help"])
    }

    /// The names of the options that are given, in order: no value begins with two dashes, unless it follows a `=`.
    private var names: [String] {
        arguments.dropFirst(depth).prefix { $0 != "--" }.filter { $0.hasPrefix("--") }.map { argument in
            String(argument.dropFirst(2).prefix { $0 != "=" })
        }
    }

    /// The options of the command, as it describes them itself.
    private var options: [Option] {
        let description = try? JSONValue(parsing: Array(command._dumpHelp().utf8))
        let arguments = description?["command"]?["arguments"]?.array ?? []
        return arguments.flatMap { argument in
            let isSingle = argument["kind"]?.string == "option" && argument["isRepeating"] != .bool(true)
            return (argument["names"]?.array ?? []).compactMap { $0["name"]?.string }.map {
                Option(name: $0, isSingle: isSingle)
            }
        }
    }

    private static func subcommand(
        _ name: String, of command: any ParsableCommand.Type
    ) -> (any ParsableCommand.Type)? {
        command.configuration.subcommands.first { $0.configuration.commandName == name }
    }
}
