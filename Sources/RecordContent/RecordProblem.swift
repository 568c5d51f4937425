package import AuditModel
package import StrictJSON

/// Why a record was rejected; data, kept beside the record's raw bytes.
package struct RecordProblem: Error, Equatable, Sendable {
    /// `malformed-record`, `unknown-status`, `invalid-identifier` or `unread-member`.
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
    /// The same of unknown members that hold a list of objects, which may be records.
    package var unreadLists: [Range<Int>] = []
    /// Members that hold what could be a record, the first ones of a record that has many.
    package var unreadRecords: [UnreadRecord] = []
    /// How many more there are.
    package var unlistedUnreadRecords = 0
    /// Where the value stands that calls the evidence simulated.
    package var simulation: Range<Int>?

    package init() {}

    package mutating func reset() {
        hasTimeWithoutZone = false
        unknownMembers.removeAll(keepingCapacity: true)
        unreadableMembers.removeAll(keepingCapacity: true)
        unlistedUnreadable = 0
        leavesUnread = false
        unreadLists.removeAll(keepingCapacity: true)
        unreadRecords.removeAll(keepingCapacity: true)
        unlistedUnreadRecords = 0
        simulation = nil
    }

    /// Takes note of a member that calls the evidence simulated; whatever does not deny it says so.
    mutating func noteSimulation(_ key: Int, _ tape: JSONTape, in bytes: Span<UInt8>) {
        guard Simulation.isNamed(tape.tokens[key], in: bytes) else { return }
        let value = tape.tokens[key + 1]
        guard !Simulation.isDenied(value, in: bytes) else { return }
        simulation = value.range
    }

    /// Takes note of such a member at any depth of a value, such as the metadata of a transition.
    mutating func noteSimulation(inside object: Int, _ tape: JSONTape, in bytes: Span<UInt8>) {
        for index in object..<Int(tape.tokens[object].next) where tape.tokens[index].kind == .object {
            tape.forEachMember(of: index) { key, _ in noteSimulation(key, tape, in: bytes) }
        }
    }
}

/// The members by which the service marks evidence that comes from no blockchain.
package enum Simulation {
    private static let names = ["isSimulatedEvidence", "isSimulated"]

    /// Whether a member is one of them; case and punctuation of its name do not count, since a wrong answer hides the most.
    package static func isNamed(_ name: JSONToken, in bytes: Span<UInt8>) -> Bool {
        guard name.inner.count >= 11, name.inner.count <= 6 * SimilarName.maximumBytes else { return false }
        // Few names begin like them; no text is made of the others.
        let first = bytes[name.inner.lowerBound]
        guard first | 0x20 == UInt8(ascii: "i") || !SimilarName.isWord(first) else { return false }
        var text: [UInt8] = []
        JSONString.unescape(bytes, name.inner, into: &text)
        return names.contains { text.elementsEqual($0.utf8) || SimilarName.match(text, $0) != nil }
    }

    /// Whether a value says that nothing is simulated: false, null, or the text of false.
    package static func isDenied(_ value: JSONToken, in bytes: Span<UInt8>) -> Bool {
        switch value.kind {
        case .false, .null: true
        case .string: bytes.equals("false", value.inner) || bytes.equals("False", value.inner)
        case .true, .number, .object, .array: false
        }
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

    /// What is wrong with an identifier, and what was expected; nil if nothing is.
    package static func problem(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String? {
        if isValid(bytes, range) { return nil }
        if range.isEmpty { return "is empty, expected 1 to \(maximumBytes) bytes" }
        if range.count > maximumBytes { return "has \(range.count) bytes, expected 1 to \(maximumBytes)" }
        return "is \(FoundValue.text(bytes.extracting(range))), expected no control character in it"
    }

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
