package import AuditModel
package import StrictJSON

/// Why a file of a bundle, or a member of one, is not what the format says: data, never an abort.
package struct FormProblem: Error, Equatable, Sendable {
    package enum Kind: Sendable {
        /// The file is missing, broken, over a limit or no JSON: nothing is known of what it would say.
        case unreadable
        /// It was read, and is in another form than the format's.
        case malformed
    }

    package let kind: Kind
    /// The file or member and what was expected of it: lower case but for names, no full stop.
    package let reason: String

    package init(_ kind: Kind, _ reason: String) {
        self.kind = kind
        self.reason = reason
    }
}

extension FormProblem: CustomStringConvertible {
    package var description: String { reason }
}

/// What a file or a member claims, in a bounded type; or why it claims nothing that can be checked.
package typealias Claim<Value> = Result<Value, FormProblem>

extension Result where Failure == FormProblem {
    package var value: Success? { if case .success(let value) = self { value } else { nil } }

    package var problem: FormProblem? { if case .failure(let problem) = self { problem } else { nil } }
}

/// The limits of the format on numbers (docs/bundle-format.md, 9); those that the intake keeps are ``FormatLimits``.
package enum NumberLimits {
    /// The largest count: 2^53 − 1, the largest whole number that every reader of JSON holds exactly.
    ///
    /// Sums of fewer than a thousand counts cannot overflow.
    package static let maximumCount = (1 << 53) - 1
    /// Values and names of a JSON file that is decoded whole.
    package static let fileTokens = 500_000
    /// Values and names of an entry of the log that is no record.
    package static let entryTokens = 1_000_000
    /// Bytes of a text of one line that somebody gives a ledger, such as a reason.
    package static let lineBytes = 1000
    /// The most positions of a series: a bundle a day for 270 years.
    package static let maximumSequence = 100_000

    /// The sum of counts; nil if it is no count itself.
    package static func sum(_ counts: some Sequence<Int>) -> Int? {
        var sum = 0
        for count in counts {
            guard count >= 0, count <= maximumCount - sum else { return nil }
            sum += count
        }
        return sum
    }
}

extension JSONValue {
    /// A whole number from 0 to ``NumberLimits/maximumCount``; nil for anything else.
    package var count: Int? {
        guard let number = integer.flatMap(Int.init(exactly:)), (0...NumberLimits.maximumCount).contains(number)
        else { return nil }
        return number
    }

    /// The number of a position in a series, from 1 to ``NumberLimits/maximumSequence``; nil for anything else.
    package var sequence: Int? {
        guard let number = count, (1...NumberLimits.maximumSequence).contains(number) else { return nil }
        return number
    }

    /// The time that a string says; nil for anything else.
    package var time: Timestamp? { string.flatMap { try? Timestamp.parse($0).time } }

    /// The time that a string says in canonical text; nil for anything else.
    package var canonicalTime: Timestamp? {
        guard let text = string, let time, time.text.utf8.elementsEqual(text.utf8) else { return nil }
        return time
    }

    /// A SHA-256 in lower-case hexadecimal; nil for anything else.
    package var digest: String? {
        guard let text = string, text.utf8.count == 64,
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { return nil }
        return text
    }

    /// A list of such digests; nil for anything else.
    var digests: [String]? { texts.flatMap { list in array?.allSatisfy { $0.digest != nil } == true ? list : nil } }

    /// A text of one line that says what it shows (``PlainLine``), of up to as many bytes; nil for anything else.
    func line(of maximumBytes: Int = NumberLimits.lineBytes) -> String? {
        guard let text = string, (1...maximumBytes).contains(text.utf8.count), PlainLine.isPlain(text),
            text.contains(where: { !$0.isWhitespace })
        else { return nil }
        return text
    }

    /// A list of texts; nil for anything else.
    package var texts: [String]? {
        guard let elements = array else { return nil }
        let texts = elements.compactMap(\.string)
        return texts.count == elements.count ? texts : nil
    }

    /// The members of an object that has exactly those names; nil for anything else.
    func members(_ names: Set<String>) -> [String: JSONValue]? {
        guard let members = object, Set(members.keys) == names else { return nil }
        return members
    }
}

extension FormProblem {
    /// Decodes the JSON of a file once; what is no JSON is named with its position.
    static func claim<Value>(
        _ bytes: [UInt8], of path: String, by decode: (JSONValue) -> Claim<Value>
    ) -> Claim<Value> {
        do throws(JSONError) {
            return decode(try JSONValue(parsing: bytes, tokenLimit: NumberLimits.fileTokens))
        } catch {
            return .failure(FormProblem(.unreadable, "\(path) has \(error.reason) at byte \(error.offset)"))
        }
    }
}
