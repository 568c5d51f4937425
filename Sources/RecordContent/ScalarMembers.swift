package import AuditModel
import StrictJSON

extension RecordReader {
    func requireString(_ token: JSONToken, named name: String, _ bytes: Span<UInt8>) throws(RecordProblem) {
        guard token.kind == .string else {
            throw RecordProblem(.malformedRecord, "\(name) is \(FoundValue.text(token, bytes)), expected a string")
        }
    }

    /// Reads the status of a transition, given as the source's name or number.
    func status(_ token: JSONToken, _ bytes: Span<UInt8>) throws(RecordProblem) -> DeploymentStatus {
        if let status = knownStatus(token, bytes) { return status }
        let isOfType = token.kind == .string || token.kind == .number
        throw RecordProblem(
            isOfType ? .unknownStatus : .malformedRecord,
            "status is \(FoundValue.text(token, bytes)), expected \(AllowedNames.statuses)")
    }

    /// The status of that name or number; nil if the state machine does not know it.
    func knownStatus(_ token: JSONToken, _ bytes: Span<UInt8>) -> DeploymentStatus? {
        switch token.kind {
        case .string:
            if let match = DeploymentStatus.named(bytes, token.inner) { return match }
            return token.hasEscape ? DeploymentStatus(name: unescaped(token, bytes)) : nil
        case .number: return wholeNumber(token, bytes).flatMap { DeploymentStatus(sourceNumber: Int($0)) }
        case .object, .array, .true, .false, .null: return nil
        }
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
            throw RecordProblem(
                .malformedRecord,
                "\(name) is \(FoundValue.text(token, bytes)), expected \(expectedTime(token, bytes))")
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
            throw RecordProblem(
                .malformedRecord,
                "\(name) is \(FoundValue.text(token, bytes)), expected \(expectedTime(token, bytes)); it has \(article(error)) \(error.reason)"
            )
        }
        if parsed.zone == .absent { notes.hasTimeWithoutZone = true }
        arena.bytes.append(UInt8(ascii: "\""))
        return parsed.time
    }

    /// The article of a reason, by how its first word sounds.
    private func article(_ error: Timestamp.ParseError) -> String {
        ["hour", "offset"].contains(where: error.reason.hasPrefix) ? "an" : "a"
    }

    /// What is expected where a time belongs, and what a number there would be.
    func expectedTime(_ token: JSONToken, _ bytes: Span<UInt8>) -> String {
        let text = token.kind == .string ? token.inner : token.range
        let suggestion = EpochTime.suggestion(bytes.extracting(text)).map { " (\($0))" } ?? ""
        return ClaimType.time.expected + suggestion
    }

    /// Appends a time that is a claim: its canonical text, or as it came, and noted, if it cannot be read.
    mutating func writeTimeClaim(
        _ value: Int, at path: @autoclosure () -> String, _ tape: JSONTape, in bytes: Span<UInt8>,
        into arena: inout RecordArena
    ) {
        let start = arena.bytes.count
        do throws(RecordProblem) {
            _ = try writeTime(tape.tokens[value], bytes, named: "time", into: &arena)
        } catch {
            arena.bytes.removeLast(arena.bytes.count - start)
            noteUnreadable(value, as: .time, at: path(), tape, in: bytes)
            canonical.write(value, tape, in: bytes, into: &arena.bytes)
        }
    }

    /// The category of that name or number; nil if the source does not know it.
    func knownCategory(_ token: JSONToken, _ bytes: Span<UInt8>) -> FailureCategory? {
        if token.kind == .string {
            let name = unescaped(token, bytes)
            if let match = FailureCategory.allCases.first(where: { $0.name == name }) { return match }
        }
        // As text too: canonical content has it for a number that was written in another form.
        return wholeNumber(token, bytes).flatMap(UInt8.init(exactly:)).flatMap(FailureCategory.init(rawValue:))
    }

    /// A whole number, also one written as a string; nil if it is none, or does not fit.
    func wholeNumber(_ token: JSONToken, _ bytes: Span<UInt8>) -> Int64? { digits(token, bytes)?.signed }

    /// A whole number that is not below 0, also one written as a string; nil if it is none, or does not fit.
    func unsignedNumber(_ token: JSONToken, _ bytes: Span<UInt8>) -> UInt64? {
        digits(token, bytes)?.unsigned
    }

    private func digits(_ token: JSONToken, _ bytes: Span<UInt8>) -> WholeNumber? {
        switch token.kind {
        case .number: WholeNumber(bytes, token.range)
        case .string where token.hasEscape:
            unescapedNumber(token, bytes)
        case .string: WholeNumber(bytes, token.inner)
        case .object, .array, .true, .false, .null: nil
        }
    }

    /// The number in a text with escapes, which canonical content has without them.
    private func unescapedNumber(_ token: JSONToken, _ bytes: Span<UInt8>) -> WholeNumber? {
        var text: [UInt8] = []
        JSONString.unescape(bytes, token.inner, into: &text)
        return WholeNumber(text.span, 0..<text.count)
    }

    /// Appends a claim: a whole number in its one form, whatever form it came in, and any other value as it is.
    ///
    /// What a ledger or a bundle holds stays as it is: it may have been written before there was one form.
    mutating func writeClaim(
        _ claim: ClaimType?, _ value: Int, of tape: JSONTape, in bytes: Span<UInt8>, into arena: inout RecordArena
    ) {
        let token = tape.tokens[value]
        let isWhole = claim == .wholeNumber || claim == .unsignedNumber
        guard isWhole, hasOneNumberForm, !isPlainNumber(token, bytes), let number = digits(token, bytes),
            claim == .wholeNumber ? number.signed != nil : number.unsigned != nil
        else { return canonical.write(value, tape, in: bytes, into: &arena.bytes) }
        let text =
            Array((number.isNegative && number.magnitude > 0 ? "-" : "").utf8) + Array("\(number.magnitude)".utf8)
        if JSONNumber.isCanonical(text.span, 0..<text.count) {
            arena.bytes += text
        } else {
            JSONString.write(text.span, 0..<text.count, into: &arena.bytes)
        }
    }

    /// Whether a number is written without sign, fraction and exponent, as nearly every one is.
    func isPlainNumber(_ token: JSONToken, _ bytes: Span<UInt8>) -> Bool {
        guard token.kind == .number, token.range.count <= 15 else { return false }
        for index in token.range where !(0x30...0x39).contains(bytes[index]) { return false }
        return true
    }
}

extension DeploymentStatus {
    /// `allCases` would be a new array for every record.
    private static let all = Array(allCases)

    /// The state of that exact name, compared without a String.
    package static func named(_ bytes: Span<UInt8>, _ range: Range<Int>) -> DeploymentStatus? {
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
