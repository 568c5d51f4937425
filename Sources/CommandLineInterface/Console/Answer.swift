import BundleVerifier
import Glibc
package import StrictJSON
import VerificationAnswers

/// What a command with `--json` answers (docs/json.md): one line with one object, which names its form.
package struct Answer {
    /// The member that every answer has.
    package static let formatMember = "format"

    package let value: JSONValue

    /// An answer with members of its own.
    package init(_ members: [String: JSONValue]) {
        var members = members
        members[Self.formatMember] = .string(VerificationText.answerFormat)
        value = .object(members)
    }

    /// An answer that has the members of an object; a file that is printed keeps the format that it names itself.
    package init(_ value: JSONValue) {
        // Metrics are written already, and are read back to take a member more.
        var members = value.object ?? (try? JSONValue(parsing: value.bytes))?.object ?? [:]
        if members[Self.formatMember] == nil {
            members[Self.formatMember] = .string(VerificationText.answerFormat)
        }
        self.value = .object(members)
    }
}

extension Console {
    /// Writes an answer for programs.
    package static func answer(_ answer: Answer) { result(String(decoding: answer.value.bytes, as: UTF8.self)) }

    /// Writes an answer with one member more, a list of any length: its elements are written one by one, and never held together.
    package static func answer(
        _ answer: Answer, listing name: String, _ forEachElement: ((JSONValue) -> Void) -> Void
    ) {
        let members = answer.value.object ?? [:]
        var text = [UInt8(ascii: "{")]
        for (index, member) in JSONValue.sortedNames(Array(members.keys) + [name]).enumerated() {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            JSONString.write(member, into: &text)
            text.append(UInt8(ascii: ":"))
            guard member == name else {
                (members[member] ?? .null).write(into: &text)
                continue
            }
            var separator = UInt8(ascii: "[")
            forEachElement { element in
                text.append(separator)
                separator = UInt8(ascii: ",")
                element.write(into: &text)
                if text.count >= pieceBytes {
                    write(text, to: STDOUT_FILENO)
                    text.removeAll(keepingCapacity: true)
                }
            }
            if separator == UInt8(ascii: "[") { text.append(separator) }
            text.append(UInt8(ascii: "]"))
        }
        text += [UInt8(ascii: "}"), 0x0A]
        write(text, to: STDOUT_FILENO)
    }

    /// Bytes that are written at once.
    private static let pieceBytes = 64 << 10

    /// Writes an answer that has members of its own.
    package static func answer(_ members: [String: JSONValue]) { answer(Answer(members)) }
}
