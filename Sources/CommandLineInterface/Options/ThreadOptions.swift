import ArgumentParser
import Glibc

/// How many tasks work at the same time.
package struct ThreadOptions: ParsableArguments {
    @Option(
        name: .customLong("threads"),
        help: ArgumentHelp("Number of parallel tasks; the output does not depend on it.", valueName: "n"))
    package var count = Processors.count

    package init() {}

    package mutating func validate() throws { try ThreadOptions.check(count) }

    /// Refuses a number of tasks that no machine needs.
    package static func check(_ count: Int) throws {
        if !(1...1024).contains(count) { throw ValidationError("--threads \(count), expected 1 to 1024") }
    }
}

/// The machine's processors.
package enum Processors {
    /// The number that this program may use now; at least 1.
    package static var count: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }
}
