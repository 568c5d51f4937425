import ArgumentParser
import Glibc

/// How much a command prints.
package struct MessageOptions: ParsableArguments {
    @Flag(name: [.short, .long], help: "Print only results and errors.")
    package var quiet = false

    @Flag(name: [.short, .long], help: "Print more details.")
    package var verbose = false

    @OptionGroup var color: ColorOptions

    package init() {}

    package mutating func validate() throws {
        if quiet && verbose { throw ValidationError("--quiet and --verbose exclude each other") }
    }

    /// The console for a stream on which colours may be shown.
    package func console(_ descriptor: Int32 = STDERR_FILENO) -> Console {
        Console(isQuiet: quiet, isVerbose: verbose, usesColor: color.areShown(on: descriptor))
    }
}

/// Whether colours are used.
struct ColorOptions: ParsableArguments {
    @Flag(name: .customLong("no-color"), help: "Use no colours; the environment variable NO_COLOR has the same effect.")
    var noColor = false

    /// Whether a stream is a terminal that shows colours, and its user wants them.
    func areShown(on descriptor: Int32) -> Bool {
        !noColor && variable("NO_COLOR").isEmpty && variable("TERM") != "dumb" && isatty(descriptor) == 1
    }

    private func variable(_ name: String) -> String { getenv(name).map { String(cString: $0) } ?? "" }
}
