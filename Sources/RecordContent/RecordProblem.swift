package import AuditModel
import StrictJSON

/// Why a record was rejected; data, kept beside the record's raw bytes.
package struct RecordProblem: Error, Equatable, Sendable {
    /// `malformed-record`, `unknown-status` or `invalid-identifier`.
    package var code: FindingCode
    /// What is wrong and what was expected.
    package var reason: String

    package init(_ code: FindingCode, _ reason: String) {
        self.code = code
        self.reason = reason
    }
}

/// What was noticed while a record was read.
package struct RecordNotes: Sendable {
    /// A time without zone was taken as UTC.
    package var hasTimeWithoutZone = false
    /// Where, in the source text, the names of unknown members stand.
    package var unknownMembers: [Range<Int>] = []
    /// Claims that could not be read, the first ones of a record that has many.
    package var unreadableMembers: [UnreadableMember] = []
    /// How many more there are.
    package var unlistedUnreadable = 0
    /// Whether a claim is of another JSON type than its member, so that what it holds was not looked at.
    package var leavesUnread = false

    package init() {}

    package mutating func reset() {
        hasTimeWithoutZone = false
        unknownMembers.removeAll(keepingCapacity: true)
        unreadableMembers.removeAll(keepingCapacity: true)
        unlistedUnreadable = 0
        leavesUnread = false
    }
}

/// Where records' bytes are kept: canonical contents, and unescaped identifiers beside them.
package struct RecordArena: Sendable {
    package var bytes: [UInt8] = []
    package var checks: [ComplianceCheck] = []

    package init() {}

    /// Appends the text of a checked JSON string.
    package mutating func keep(_ text: [UInt8]) -> ByteSlice {
        let start = bytes.count
        bytes += text
        return ByteSlice(start, to: bytes.count)
    }

    /// Appends a name that needs no escape, in quotation marks.
    mutating func append(quoted name: StaticString) {
        bytes.append(UInt8(ascii: "\""))
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Ends an object whose members were appended from `start` on, each behind a comma; the first becomes the bracket.
    mutating func endObject(from start: Int) {
        if bytes.count == start {
            bytes.append(UInt8(ascii: "{"))
        } else {
            bytes[start] = UInt8(ascii: "{")
        }
        bytes.append(UInt8(ascii: "}"))
    }
}

/// The rules on identifiers.
package enum Identifier {
    /// Long enough for any real identifier; bounds what an index holds.
    package static let maximumBytes = 256

    /// Whether the bytes are 1 to 256 bytes without a control character (C0, DEL, C1).
    package static func isValid(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard !range.isEmpty, range.count <= maximumBytes else { return false }
        var plain = range.lowerBound
        while plain + 8 <= range.upperBound, bytes.isPrintableWord(at: plain) { plain += 8 }
        for index in plain..<range.upperBound {
            let byte = bytes[index]
            if byte < 0x20 || byte == 0x7F { return false }
            if byte == 0xC2, index + 1 < range.upperBound, (0x80...0x9F).contains(bytes[index + 1]) { return false }
        }
        return true
    }
}
