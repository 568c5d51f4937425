package import ArgumentParser
import Glibc

/// The number of tasks that work at the same time, as `--threads` gives it.
///
/// It is declared where it is used, with this help and this parser: every group of options costs each start of a program some
/// 300,000 instructions.
package enum ThreadCount {
    /// The help of the option.
    package static let help = ArgumentHelp(
        "Number of parallel tasks; the output does not depend on it.", valueName: "n")

    /// The number without the option: the processors that this program may use now, at least 1.
    package static var `default`: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

    /// Refuses a number of tasks that no machine needs.
    package static func check(_ count: Int) throws {
        if !(1...1024).contains(count) { throw ValidationError("--threads \(count), expected 1 to 1024") }
    }
}
