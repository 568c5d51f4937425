package import AuditModel
import StrictJSON

extension RecordReader {
    func require(_ kind: JSONToken.Kind, _ token: JSONToken, named name: String) throws(RecordProblem) {
        guard token.kind == kind else {
            throw RecordProblem(.malformedRecord, "\(name) is \(token.kind), expected \(kind)")
        }
    }

    /// Reads a status given as the source's name or number.
    func status(_ token: JSONToken, _ bytes: Span<UInt8>) throws(RecordProblem) -> DeploymentStatus {
        switch token.kind {
        case .string:
            if let match = DeploymentStatus.named(bytes, token.inner) { return match }
            if token.hasEscape, let match = DeploymentStatus(name: unescaped(token, bytes)) { return match }
        case .number:
            if let number = wholeNumber(token, bytes), let match = DeploymentStatus(sourceNumber: Int(number)) {
                return match
            }
        case .object, .array, .true, .false, .null:
            throw RecordProblem(.malformedRecord, "status is \(token.kind), expected a name or a number")
        }
        throw RecordProblem(.unknownStatus, "status that the state machine does not know")
    }

    func unescaped(_ token: JSONToken, _ bytes: Span<UInt8>) -> String {
        var text: [UInt8] = []
        JSONString.unescape(bytes, token.inner, into: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Reads a time and appends its canonical text as a string.
    mutating func writeTime(
        _ token: JSONToken, _ bytes: Span<UInt8>, named name: String, into arena: inout RecordArena
    ) throws(RecordProblem) -> Timestamp {
        guard token.kind == .string else {
            throw RecordProblem(.malformedRecord, "\(name) is \(token.kind), expected a time as a string")
        }
        let parsed: (time: Timestamp, zone: Timestamp.Zone)
        arena.bytes.append(UInt8(ascii: "\""))
        do throws(Timestamp.ParseError) {
            if token.hasEscape {
                parsed = try Timestamp.parse(unescaped(token, bytes))
                parsed.time.append(to: &arena.bytes)
            } else {
                parsed = try Timestamp.parse(bytes.extracting(token.inner), appendingCanonicalTextTo: &arena.bytes)
            }
        } catch {
            throw RecordProblem(.malformedRecord, "\(name) has a \(error.reason)")
        }
        if parsed.zone == .absent { notes.hasTimeWithoutZone = true }
        arena.bytes.append(UInt8(ascii: "\""))
        return parsed.time
    }

    /// A category by name or number; what the source does not know reads as unknown.
    func category(_ token: JSONToken, _ bytes: Span<UInt8>) -> FailureCategory {
        switch token.kind {
        case .string:
            let name = unescaped(token, bytes)
            return FailureCategory.allCases.first { $0.name == name } ?? .unknown
        case .number:
            let number = wholeNumber(token, bytes) ?? 0
            return UInt8(exactly: number).flatMap(FailureCategory.init(rawValue:)) ?? .unknown
        case .object, .array, .true, .false, .null: return .unknown
        }
    }

    /// A whole number, also one written as a string; nil if it is none, or over 64 bits.
    func wholeNumber(_ token: JSONToken, _ bytes: Span<UInt8>) -> Int64? {
        let range: Range<Int>
        switch token.kind {
        case .number: range = token.range
        case .string: range = token.inner
        case .object, .array, .true, .false, .null: return nil
        }
        guard range.count <= 20 else { return nil }
        var text: [UInt8] = []
        text.append(bytes, range)
        return Int64(String(decoding: text, as: UTF8.self))
    }
}

extension DeploymentStatus {
    /// `allCases` would be a new array for every record.
    private static let all = Array(allCases)

    /// The state of that exact name, compared without a String.
    static func named(_ bytes: Span<UInt8>, _ range: Range<Int>) -> DeploymentStatus? {
        for status in all where bytes.equals(status.literal, range) { return status }
        return nil
    }
}

/// The text of a time as it came, when it says other than the canonical text.
package enum ReceivedTime {
    /// Whether a text differs from the canonical one in more than zeros at the end of the fraction.
    package static func differs(_ text: Span<UInt8>, from time: Timestamp) -> Bool {
        var canonical: [UInt8] = []
        time.append(to: &canonical)
        return !isCanonical(text, 0..<text.count, in: canonical, at: 0)
    }

    /// The same for a canonical text that stands at `start` of an arena.
    static func isCanonical(_ text: Span<UInt8>, _ range: Range<Int>, in arena: [UInt8], at start: Int) -> Bool {
        guard range.count >= 20, text[range.upperBound - 1] == UInt8(ascii: "Z") else { return false }
        let digits = range.count - 1
        for index in 0..<min(digits, 27) where text[range.lowerBound + index] != arena[start + index] { return false }
        for index in digits..<max(digits, 27) where arena[start + index] != 0x30 && index != 19 { return false }
        return true
    }
}
