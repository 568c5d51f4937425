import ArgumentParser
import BundleFormat

/// Which ledger.
struct LedgerOptions: ParsableArguments {
    @Option(
        name: .customLong("ledger"), help: ArgumentHelp("The ledger's file.", valueName: "file"), completion: .file())
    var path: String

    mutating func validate() throws {
        if path.isEmpty { throw ValidationError("--ledger is empty, expected a file") }
    }
}

/// How long a command waits for another one that writes.
struct WaitOptions: ParsableArguments {
    @Option(
        name: .customLong("wait"),
        help: ArgumentHelp("Seconds to wait for another run that writes to the ledger.", valueName: "seconds"))
    var seconds = 0

    mutating func validate() throws { try WaitOptions.check(seconds) }

    /// Refuses a time that is negative or longer than a day.
    static func check(_ seconds: Int) throws {
        if !(0...86_400).contains(seconds) { throw ValidationError("--wait \(seconds), expected 0 to 86400") }
    }
}

/// Texts that people enter into a ledger's log.
enum LedgerText {
    /// Refuses a text that is blank, too long, or not of one line.
    static func check(_ text: String, option: String, maximumBytes: Int = 1000) throws {
        guard (1...maximumBytes).contains(text.utf8.count), PlainLine.isPlain(text) else {
            throw ValidationError(
                "--\(option) must have 1 to \(maximumBytes) bytes, no control characters and no direction marks")
        }
        let isVisible = { (scalar: Unicode.Scalar) in
            !scalar.properties.isWhitespace && scalar.properties.generalCategory != .format
        }
        guard text.unicodeScalars.contains(where: isVisible) else { throw ValidationError("--\(option) is blank") }
    }
}
