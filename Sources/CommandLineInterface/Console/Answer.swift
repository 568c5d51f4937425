import BundleVerifier
package import StrictJSON

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

    /// Writes an answer that has members of its own.
    package static func answer(_ members: [String: JSONValue]) { answer(Answer(members)) }
}
