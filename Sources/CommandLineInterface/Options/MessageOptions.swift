import ArgumentParser
import Glibc

/// How much a command prints.
package struct MessageOptions: ParsableArguments {
    @Flag(name: [.short, .long], help: "Print only results and errors.")
    package var quiet = false

    @Flag(name: [.short, .long], help: "Print more details.")
    package var verbose = false

    @Flag(name: .customLong("no-color"), help: MessageOptions.colorHelp)
    var noColor = false

    /// The help of `--no-color`, which `verify` declares beside its own `--quiet` and `--verbose`.
    static let colorHelp: ArgumentHelp = "Use no colours; the environment variable NO_COLOR has the same effect."

    package init() {}

    package mutating func validate() throws {
        if quiet && verbose { throw ValidationError("--quiet and --verbose exclude each other") }
    }

    /// The console for a stream on which colours may be shown.
    package func console(_ descriptor: Int32 = STDERR_FILENO) -> Console {
        Console(isQuiet: quiet, isVerbose: verbose, usesColor: Console.showsColors(on: descriptor) && !noColor)
    }
}
