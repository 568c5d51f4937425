import AuditModel
import StrictJSON

/// A claim of a record that could not be read: the record stands, and the member is kept as it came.
package struct UnreadableMember: Sendable, Equatable {
    /// Most of them that are told of one record: a hostile one could have millions.
    static let maximumListed = 16
    /// Bytes of a value that are shown.
    package static let maximumValueBytes = 200

    /// Where the member stands in the record, such as `errorDetails.category`.
    package var path: String
    /// What can stand there.
    package var expected: String
    /// What stands there, as JSON text; a long one is cut.
    package var value: String

    package init(path: String, expected: String, value: String) {
        self.path = path
        self.expected = expected
        self.value = value
    }

    /// The beginning of a value's text, cut between characters, with its length.
    package static func shortened(_ text: [UInt8], to maximum: Int = maximumValueBytes) -> String {
        guard text.count > maximum else { return String(decoding: text, as: UTF8.self) }
        var end = maximum
        while end > 0, text[end] & 0xC0 == 0x80 { end -= 1 }
        return "\(String(decoding: text[..<end], as: UTF8.self))… (\(text.count) bytes)"
    }
}

extension UnreadableMember {
    /// Whether a finding of the past tells of a value that has another JSON type than its member, so that nobody looked at what it holds.
    ///
    /// Of members that were only counted nobody knows it any more: those count as such.
    package static func leftUnread(expected: String, actual: String) -> Bool {
        guard let colon = actual.utf8.firstRange(of: ": ".utf8), !actual.hasSuffix(" more members of this record"),
            let first = actual.utf8[colon.upperBound...].first
        else { return true }
        let kind: JSONToken.Kind =
            switch first {
            case UInt8(ascii: "{"): .object
            case UInt8(ascii: "["): .array
            case UInt8(ascii: "\""): .string
            case UInt8(ascii: "t"): .true
            case UInt8(ascii: "f"): .false
            default: .number
            }
        // What is expected of a time depends on the text that stands there.
        let claim = ClaimType.allCases.first { $0.expected == expected } ?? .time
        return !claim.isOfType(kind)
    }
}

/// What a claim can be: a member that is not needed to say which record it is, and when (docs/domain.md, section 2).
package enum ClaimType: Sendable, CaseIterable {
    case text, textOrNumber, flag, wholeNumber, unsignedNumber, status, category, time, object, list

    /// What can stand there, as the end of a sentence.
    package var expected: String {
        switch self {
        case .text: "a string"
        case .textOrNumber: "a string or a number"
        case .flag: "true or false"
        case .wholeNumber: "a whole number from -2^63 to 2^63 - 1"
        case .unsignedNumber: "a whole number from 0 to 2^64 - 1"
        case .status: AllowedNames.statuses
        case .category: AllowedNames.categories
        case .time: "an RFC 3339 time such as \"2026-02-10T09:30:00Z\""
        case .object: "an object"
        case .list: "an array"
        }
    }

    /// Whether a value is of the claim's JSON type; a number may come as a string of its digits.
    func isOfType(_ kind: JSONToken.Kind) -> Bool {
        switch self {
        case .text, .time: kind == .string
        case .textOrNumber, .status, .category: kind == .string || kind == .number
        case .flag: kind == .true || kind == .false
        case .wholeNumber, .unsignedNumber: kind == .number
        case .object: kind == .object
        case .list: kind == .array
        }
    }
}

extension KnownMember {
    /// What the member can be as a claim; nil for one that identifies or places the record.
    package var claim: ClaimType? {
        switch self {
        case .createdAt, .deploymentId, .id, .status, .timestamp, .updatedAt: nil
        case .actorAddress, .complianceSummary, .correlationId, .deployedBy, .errorMessage, .errorSummary, .message,
            .network, .reasonCode, .tokenName, .tokenSymbol, .tokenType, .transactionHash:
            .text
        case .assetIdentifier: .textOrNumber
        case .durationFromPreviousStatusMs, .totalDurationMs: .wholeNumber
        case .confirmedRound: .unsignedNumber
        case .currentStatus: .status
        case .complianceChecks, .statusHistory: .list
        case .errorDetails, .metadata: .object
        }
    }
}

extension RecordReader {
    /// Notes a claim of the record that cannot be read; null is never one.
    mutating func noteIfUnreadable(
        _ value: Int, as claim: ClaimType, at path: @autoclosure () -> String, _ tape: JSONTape,
        in bytes: Span<UInt8>
    ) {
        let token = tape.tokens[value]
        guard token.kind != .null, !isReadable(token, as: claim, bytes) else { return }
        noteUnreadable(value, as: claim, at: path(), tape, in: bytes)
    }

    /// Notes a claim that was found to be unreadable.
    mutating func noteUnreadable(
        _ value: Int, as claim: ClaimType, at path: String, _ tape: JSONTape, in bytes: Span<UInt8>
    ) {
        let token = tape.tokens[value]
        // What a value of another type holds was not looked at.
        if !claim.isOfType(token.kind) { notes.leavesUnread = true }
        guard notes.unreadableMembers.count < UnreadableMember.maximumListed else {
            notes.unlistedUnreadable += 1
            return
        }
        var text: [UInt8] = []
        if token.kind == .object || token.kind == .array {
            // As it came it could hold line ends.
            canonical.write(value, tape, in: bytes, into: &text)
        } else {
            text.append(bytes, token.range)
        }
        notes.unreadableMembers.append(
            UnreadableMember(
                path: path, expected: claim == .time ? expectedTime(token, bytes) : claim.expected,
                value: UnreadableMember.shortened(text)))
    }

    private func isReadable(_ token: JSONToken, as claim: ClaimType, _ bytes: Span<UInt8>) -> Bool {
        switch claim {
        case .wholeNumber: wholeNumber(token, bytes) != nil
        case .unsignedNumber: unsignedNumber(token, bytes) != nil
        case .status: knownStatus(token, bytes) != nil
        case .category: knownCategory(token, bytes) != nil
        case .time: token.kind == .string && (try? Timestamp.parse(unescaped(token, bytes))) != nil
        case .text, .textOrNumber, .flag, .object, .list: claim.isOfType(token.kind)
        }
    }
}
