import AuditModel
import StrictJSON

/// A member that holds what could be a record, in a place where no record is read.
package struct UnreadRecord: Sendable, Equatable {
    /// Most of them that are told of one record: a hostile one could have millions.
    static let maximumListed = 16

    /// Where it stands in the record, such as `metadata`, in quotation marks.
    package var path: String
    /// What the member is or holds, as the end of a sentence.
    package var what: String
}

/// Members that are carried along, and not read: records must not vanish in them (docs/domain.md, section 1).
extension RecordReader {
    /// Takes note of an unknown member by the token of its name.
    mutating func noteUnknown(_ key: Int, _ tape: JSONTape, in bytes: Span<UInt8>) {
        let name = tape.tokens[key].inner
        if let members = nestedRecord(in: key + 1, tape, bytes) {
            note(UnreadRecord(path: MemberName.shown(name, in: bytes), what: "holds an object with \(members)"))
        } else if tape.holdsListOfObjects(key + 1) {
            notes.unreadLists.append(name)
        } else {
            notes.unknownMembers.append(name)
        }
        if tape.holdsTextOfRecords(key + 1, in: bytes) {
            note(UnreadRecord(path: MemberName.shown(name, in: bytes), what: "is a text that could hold records"))
        }
        notes.noteSimulation(key, tape, in: bytes)
        notes.noteSimulation(inside: key + 1, tape, in: bytes)
    }

    /// Takes note of a record inside an object of a transition that may hold members of any name, such as `metadata`.
    ///
    /// Status and time are members that such an object and its `context` may have of their own: only with an identifier they
    /// make it a record.
    mutating func noteRecord(
        inside object: Int, at path: @autoclosure () -> String, _ tape: JSONTape, in bytes: Span<UInt8>
    ) {
        guard tape.tokens[object].kind == .object else { return }
        var members = recordMembers(of: object, isEntry: false, tape, bytes)
        tape.forEachMember(of: object) { key, value in
            guard members == nil, tape.tokens[value].next > value + 1 else { return }
            let isContext = tape.isName(key, "context", in: bytes)
            members = nestedRecord(in: value, isEntry: !isContext, tape, bytes)
        }
        guard let members else { return }
        note(UnreadRecord(path: "\"\(path())\"", what: "holds an object with \(members)"))
    }

    private mutating func note(_ record: UnreadRecord) {
        if notes.unreadRecords.count < UnreadRecord.maximumListed {
            notes.unreadRecords.append(record)
        } else {
            notes.unlistedUnreadRecords += 1
        }
    }

    /// The members that make an object in a value a record, the value itself included; nil if none is one.
    ///
    /// `isEntry` says whether status and time suffice for the value itself, as they do for an entry of a history.
    private func nestedRecord(
        in value: Int, isEntry: Bool = true, _ tape: JSONTape, _ bytes: Span<UInt8>
    ) -> String? {
        for index in value..<Int(tape.tokens[value].next) where tape.tokens[index].kind == .object {
            let members = recordMembers(of: index, isEntry: isEntry || index > value, tape, bytes)
            if let members { return members }
        }
        return nil
    }

    /// The members of an object that make it a record; nil if it is none.
    private func recordMembers(
        of object: Int, isEntry: Bool, _ tape: JSONTape, _ bytes: Span<UInt8>
    ) -> String? {
        var found: RecordMembers = []
        tape.forEachMember(of: object) { key, value in
            guard tape.tokens[value].kind != .null, let member = RecordMembers(tape.tokens[key], bytes) else { return }
            found.insert(member)
            if member == .status, knownStatus(tape.tokens[value], bytes) != nil { found.insert(.knownStatus) }
        }
        return found.isEmpty ? nil : found.record(isEntry: isEntry)
    }
}

/// Which of the members are there, and not null, that make an object a record; case and punctuation of names do not count.
private struct RecordMembers: OptionSet {
    let rawValue: UInt8

    static let deploymentID = RecordMembers(rawValue: 1)
    static let jobID = RecordMembers(rawValue: 2)
    static let status = RecordMembers(rawValue: 4)
    static let currentStatus = RecordMembers(rawValue: 8)
    static let statusHistory = RecordMembers(rawValue: 16)
    static let timestamp = RecordMembers(rawValue: 32)
    /// A status that the state machine knows.
    static let knownStatus = RecordMembers(rawValue: 64)

    init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The member of a name; nil if it is another.
    init?(_ name: JSONToken, _ bytes: Span<UInt8>) {
        guard name.hasEscape else {
            self.init(bytes, name.inner)
            return
        }
        var text: [UInt8] = []
        JSONString.unescape(bytes, name.inner, into: &text)
        self.init(text.span, 0..<text.count)
    }

    private init?(_ bytes: Span<UInt8>, _ name: Range<Int>) {
        var first: UInt8?
        for index in name where first == nil { first = RecordMembers.letter(bytes[index]) }
        func isNamed(_ text: StaticString) -> Bool { RecordMembers.isFolded(bytes, name, to: text) }
        switch first {
        case UInt8(ascii: "d") where isNamed("deploymentid"): self = .deploymentID
        case UInt8(ascii: "j") where isNamed("jobid"): self = .jobID
        case UInt8(ascii: "s") where isNamed("status"): self = .status
        case UInt8(ascii: "s") where isNamed("statushistory"): self = .statusHistory
        case UInt8(ascii: "c") where isNamed("currentstatus"): self = .currentStatus
        case UInt8(ascii: "t") where isNamed("timestamp"): self = .timestamp
        default: return nil
        }
    }

    /// Whether the letters of a name, in lower case, are those of a text.
    private static func isFolded(_ bytes: Span<UInt8>, _ name: Range<Int>, to text: StaticString) -> Bool {
        text.withUTF8Buffer { expected in
            var count = 0
            for index in name {
                guard let letter = letter(bytes[index]) else { continue }
                guard count < expected.count, letter == expected[count] else { return false }
                count += 1
            }
            return count == expected.count
        }
    }

    private static func letter(_ byte: UInt8) -> UInt8? {
        let folded = byte | 0x20
        return (0x61...0x7A).contains(folded) && byte < 0x80 ? folded : nil
    }

    /// The names of the members that make it a record; nil if it is none.
    func record(isEntry: Bool) -> String? {
        let state: String? =
            contains(.statusHistory) ? "statusHistory" : contains(.currentStatus) ? "currentStatus" : nil
        if contains(.deploymentID) {
            if let state { return "deploymentId and \(state)" }
            if contains([.status, .timestamp]) { return "deploymentId, status and timestamp" }
        }
        if contains(.jobID), state != nil || contains(.status) { return "jobId and \(state ?? "status")" }
        return isEntry && contains([.knownStatus, .timestamp]) ? "status and timestamp" : nil
    }
}

extension JSONTape {
    /// Whether a value is, or holds at any depth, a text that names what makes a record.
    fileprivate func holdsTextOfRecords(_ value: Int, in bytes: Span<UInt8>) -> Bool {
        for index in value..<Int(tokens[value].next) where tokens[index].kind == .string {
            guard tokens[index].inner.count >= HiddenRecords.leastBytes else { continue }
            var scan = HiddenRecords()
            scan.add(bytes, tokens[index].range)
            if scan.namesRecord { return true }
        }
        return false
    }

    /// Whether a value is, or holds at any depth, an array with an object in it.
    fileprivate func holdsListOfObjects(_ value: Int) -> Bool {
        guard tokens[value].kind == .array || tokens[value].kind == .object else { return false }
        for index in value..<Int(tokens[value].next) where tokens[index].kind == .array {
            var element = index + 1
            let end = Int(tokens[index].next)
            while element < end {
                if tokens[element].kind == .object { return true }
                element = Int(tokens[element].next)
            }
        }
        return false
    }
}
