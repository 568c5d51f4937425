import AuditModel
package import StrictJSON

/// A value as a message shows it: a short one as it stands there, another one by its kind.
package enum FoundValue {
    /// Bytes of a value that a message shows: enough to find it, too little to copy a record.
    private static let maximumBytes = 64

    /// The text of a JSON value, such as `"queued"`, `the number 7` or `an array`.
    package static func text(_ token: JSONToken, _ bytes: Span<UInt8>) -> String {
        switch token.kind {
        case .object: "an object"
        case .array: "an array"
        case .string: beginning(of: token.range, in: bytes)
        case .number: "the number \(beginning(of: token.range, in: bytes))"
        case .true, .false, .null: "\(token.kind)"
        }
    }

    /// An identifier or another text, in quotation marks.
    package static func text(_ text: Span<UInt8>) -> String {
        var quoted: [UInt8] = []
        JSONString.write(text, 0..<text.count, into: &quoted)
        return UnreadableMember.shortened(quoted, to: maximumBytes)
    }

    private static func beginning(of range: Range<Int>, in bytes: Span<UInt8>) -> String {
        var text: [UInt8] = []
        text.append(bytes, range)
        return UnreadableMember.shortened(text, to: maximumBytes)
    }
}

/// The values that enumerated members may have, as the end of a sentence.
enum AllowedNames {
    /// `Queued, Submitted, … or Cancelled, or its number from 0 to 7`, in the order of the numbers.
    static let statuses: String = {
        let statuses = DeploymentStatus.allCases.sorted { $0.sourceNumber < $1.sourceNumber }
        return list(statuses.map(\.name)) + ", or its number from 0 to \(statuses.count - 1)"
    }()

    /// The same of categories.
    static let categories: String =
        list(FailureCategory.allCases.map(\.name)) + ", or its number from 0 to \(FailureCategory.allCases.count - 1)"

    private static func list(_ names: [String]) -> String {
        names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
    }
}
