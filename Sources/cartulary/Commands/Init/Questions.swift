import CommandLineInterface
import Glibc

/// Questions on a terminal; elsewhere the default is the answer.
struct Questions {
    private let hasTerminal: Bool

    init(areAsked: Bool) { hasTerminal = areAsked && isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

    /// The value of an option, or the answer to a question.
    func ask(_ question: String, _ option: String?, default standard: String) throws(CommandError) -> String {
        if let option { return option }
        guard hasTerminal else { return standard }
        Console.write("\(question) [\(standard)]: ", to: STDERR_FILENO)
        guard let line = readLine() else {
            throw CommandError(.usage, "no answer to \"\(question)\"; nothing was written")
        }
        return line.isEmpty ? standard : line
    }

    /// The value of an option, or the answer to a question with a few possible answers.
    func ask<Answer: RawRepresentable & CaseIterable>(
        _ question: String, _ option: Answer?, default standard: Answer
    ) throws(CommandError) -> Answer where Answer.RawValue == String {
        let names = Answer.allCases.map(\.rawValue).joined(separator: ", ")
        let text = try ask("\(question) (\(names))", option?.rawValue, default: standard.rawValue)
        guard let answer = Answer(rawValue: text) else {
            throw CommandError(.usage, "\"\(text)\" is no answer to \"\(question)\", expected one of \(names)")
        }
        return answer
    }
}
