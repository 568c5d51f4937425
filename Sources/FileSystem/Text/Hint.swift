/// The line below an error: what to do about it.
///
/// A hint is a command, or a sentence in which commands and words stand. A text from elsewhere gets into it only as a word of a
/// command, so that it can be pasted into a shell whatever stands in it.
package struct Hint: Hashable, Sendable, CustomStringConvertible {
    /// The hint as it is printed, on one line.
    package let description: String

    /// A command to type.
    package init(_ command: ShellCommand) { description = command.description }

    /// A command to type, of words.
    package static func command(_ parts: ShellCommand.Part...) -> Hint { Hint(ShellCommand(parts)) }
}

extension Hint: ExpressibleByStringInterpolation {
    /// A sentence of which every part that is not written in the code is quoted for a shell.
    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        package init(literalCapacity: Int, interpolationCount: Int) {}

        package mutating func appendLiteral(_ literal: StaticString) { text += literal.description }

        package mutating func appendInterpolation(_ hint: Hint) { text += hint.description }

        package mutating func appendInterpolation(_ command: ShellCommand) { text += command.description }

        /// A word, option or path.
        package mutating func appendInterpolation(_ part: ShellCommand.Part) { text += ShellCommand(part).description }
    }

    package init(stringLiteral text: StaticString) { description = text.description }

    package init(stringInterpolation: StringInterpolation) { description = stringInterpolation.text }
}
