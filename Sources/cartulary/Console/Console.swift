import BundleVerifier
import Glibc

/// What the program says: results on standard output, everything else on standard error.
struct Console: Sendable {
    var isQuiet = false
    var isVerbose = false
    var usesColor = false

    /// Writes a result.
    static func result(_ text: String) { write(text + "\n", to: STDOUT_FILENO) }

    static func error(_ message: String, hint: String?) {
        write("cartulary: error: \(message)\n", to: STDERR_FILENO)
        if let hint { write("cartulary: hint: \(hint)\n", to: STDERR_FILENO) }
    }

    /// Writes a name and a value as a result, the values below each other.
    static func row(_ name: String, _ value: String) {
        result(name + String(repeating: " ", count: max(2, 32 - name.count)) + value)
    }

    /// Text from a record, made safe for a terminal.
    static func safe(_ text: String) -> String { VerificationText.safe(text) }

    /// A line for whoever started the run; left out by -q.
    func note(_ text: String) { if !isQuiet { Console.write(text + "\n", to: STDERR_FILENO) } }

    /// A line for whoever asked for more.
    func detail(_ text: String) { if isVerbose { Console.write(text + "\n", to: STDERR_FILENO) } }

    /// Text in a colour, on a terminal that wants it.
    func colored(_ text: String, _ color: Color) -> String {
        usesColor ? "\u{1B}[\(color.rawValue)m\(text)\u{1B}[0m" : text
    }

    enum Color: Int { case red = 31, green = 32, yellow = 33, bold = 1, dim = 2 }

    static func write(_ text: String, to descriptor: Int32) {
        let bytes = Array(text.utf8)
        var count = 0
        while count < bytes.count {
            let written = bytes[count...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 {
                if errno == EINTR { continue }
                // A result that nobody gets is no success; for messages there is nowhere left to complain.
                if descriptor == STDOUT_FILENO { exit(Failure.Status.io.rawValue) }
                return
            }
            count += written
        }
    }
}
