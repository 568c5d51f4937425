import BundleVerifier
import FileSystem
import Glibc
import VerificationAnswers

/// What a program prints: results on standard output, everything else on standard error.
package struct Console: Sendable {
    package var isQuiet = false
    package var isVerbose = false
    package var usesColor = false

    package init(isQuiet: Bool = false, isVerbose: Bool = false, usesColor: Bool = false) {
        self.isQuiet = isQuiet
        self.isVerbose = isVerbose
        self.usesColor = usesColor
    }

    /// Writes a result.
    package static func result(_ text: String) { write(text + "\n", to: STDOUT_FILENO) }

    /// Writes a name and a value as a result; the values of several rows stand in one column.
    package static func row(_ name: String, _ value: String) { result(name.padded(to: 30) + "  " + value) }

    /// Text from a record, made safe for a terminal.
    package static func safe(_ text: String) -> String { VerificationText.safe(text) }

    /// A number and its noun, which agree.
    package static func count(_ number: Int, _ noun: String, plural: String? = nil) -> String {
        VerificationText.count(number, noun, plural: plural)
    }

    /// A line on what was done; left out by -q.
    package func note(_ text: String) { if !isQuiet { Console.write(text + "\n", to: STDERR_FILENO) } }

    /// A line that only -v shows.
    package func detail(_ text: String) { if isVerbose { Console.write(text + "\n", to: STDERR_FILENO) } }

    /// Text in a colour, on a terminal that wants it.
    package func colored(_ text: String, _ color: Color) -> String {
        usesColor ? "\u{1B}[\(color.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// Whether a stream is a terminal that shows colours, and nothing in the environment speaks against them.
    static func showsColors(on descriptor: Int32) -> Bool {
        variable("NO_COLOR").isEmpty && variable("TERM") != "dumb" && isatty(descriptor) == 1
    }

    private static func variable(_ name: String) -> String { getenv(name).map { String(cString: $0) } ?? "" }

    package enum Color: Int, Sendable { case red = 31, green = 32, yellow = 33 }

    /// Ends the program: a result that nobody gets is no success.
    private static func endWithoutOutput(_ number: Int32) -> Never {
        let program = FileName.last(of: CommandLine.arguments.first ?? "cartulary")
        let reason = StandardStreams.reason(number)
        write("\(program): error: cannot write to standard output: \(reason)\n", to: STDERR_FILENO)
        exit(ExitStatus.io.rawValue)
    }

    package static func write(_ text: String, to descriptor: Int32) { write(Array(text.utf8), to: descriptor) }

    /// Writes bytes, all of them.
    static func write(_ bytes: [UInt8], to descriptor: Int32) {
        var count = 0
        while count < bytes.count {
            let written = bytes[count...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 {
                if errno == EINTR { continue }
                // For messages there is nowhere left to complain.
                guard descriptor == STDOUT_FILENO else { return }
                endWithoutOutput(errno)
            }
            count += written
        }
    }
}

extension String {
    /// The text with spaces after it, to at least `width` characters.
    package func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
