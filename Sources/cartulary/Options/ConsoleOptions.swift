import ArgumentParser
import Glibc

/// How much the program says.
struct ConsoleOptions: ParsableArguments {
    @Flag(name: [.short, .long], help: "Say nothing but results and errors.")
    var quiet = false

    @Flag(name: [.short, .long], help: "Say more.")
    var verbose = false

    @Flag(name: .customLong("no-color"), help: "Use no colours; so does the environment variable NO_COLOR.")
    var noColor = false

    mutating func validate() throws {
        if quiet && verbose { throw ValidationError("--quiet and --verbose exclude each other") }
    }

    /// The console for a stream on which colours may be shown.
    func console(_ descriptor: Int32 = STDERR_FILENO) -> Console {
        let hasNoColor = getenv("NO_COLOR").map { String(cString: $0) }.map { !$0.isEmpty } ?? false
        let isDumb = getenv("TERM").map { String(cString: $0) } == "dumb"
        return Console(
            isQuiet: quiet, isVerbose: verbose,
            usesColor: !noColor && !hasNoColor && !isDumb && isatty(descriptor) == 1)
    }
}
