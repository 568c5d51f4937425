import AuditModel
import StrictJSON

/// What has been read of a transition so far.
struct TransitionReading {
    var transition = Transition()
    /// Where what the rules need stands, once it is written.
    var members = FactMembers()
    var deploymentID = ByteSlice.none
    var hasStatus = false
    var hasTime = false
    /// The token of the timestamp.
    var received = 0
    /// Where, in the arena, the timestamp's canonical text stands.
    var canonicalTime = 0
}

extension RecordReader {
    mutating func readTransitionMember(
        _ member: KnownMember?, _ value: Int, of tape: JSONTape, in bytes: Span<UInt8>,
        reading: inout TransitionReading,
        into arena: inout RecordArena
    ) throws(RecordProblem) {
        let start = arena.bytes.count
        defer { reading.members.note(member, start..<arena.bytes.count) }
        let token = tape.tokens[value]
        switch member {
        case .id:
            try requireString(token, named: "id", bytes)
            CanonicalJSON.writeString(token, bytes, into: &arena.bytes)
        case .deploymentId:
            try requireString(token, named: "deploymentId", bytes)
            CanonicalJSON.writeString(token, bytes, into: &arena.bytes)
        case .status:
            reading.transition.status = try status(token, bytes)
            reading.hasStatus = true
            arena.bytes.append(UInt8(ascii: "\""))
            arena.bytes.append(literal: reading.transition.status.literal)
            arena.bytes.append(UInt8(ascii: "\""))
        case .timestamp:
            reading.canonicalTime = arena.bytes.count + 1
            reading.transition.time = try writeTime(token, bytes, named: "timestamp", into: &arena)
            reading.hasTime = true
            reading.received = value
        case .errorDetails where token.kind == .object:
            writeErrorDetails(value, tape, in: bytes, into: &arena)
        case .complianceChecks where token.kind == .array:
            writeComplianceChecks(value, tape, in: bytes, into: &arena)
        default:
            noteMember(member, value, of: tape, in: bytes)
            writeClaim(member?.claim, value, of: tape, in: bytes, into: &arena)
        }
    }

    /// Notes a member that is not known, or cannot be read; its value is written as it is.
    private mutating func noteMember(_ member: KnownMember?, _ value: Int, of tape: JSONTape, in bytes: Span<UInt8>) {
        switch member {
        case .confirmedRound, .durationFromPreviousStatusMs:
            // Nearly every transition has one or both.
            if isPlainNumber(tape.tokens[value], bytes) { return }
        case .metadata:
            noteMetadata(value, tape, in: bytes)
            notes.noteSimulation(inside: value, tape, in: bytes)
            noteRecord(inside: value, at: "metadata", tape, in: bytes)
        default:
            if member.map({ !$0.isOfTransition }) ?? true {
                noteUnknown(value - 1, tape, in: bytes)
            }
        }
        // A status history would hold records, wherever it stands.
        guard let member, member.isOfTransition || member == .statusHistory, let claim = member.claim else { return }
        noteIfUnreadable(value, as: claim, at: member.rawValue, tape, in: bytes)
    }

    private mutating func noteMetadata(_ value: Int, _ tape: JSONTape, in bytes: Span<UInt8>) {
        if let category = tape.member("errorCategory", of: value, in: bytes) {
            noteIfUnreadable(category, as: .category, at: "metadata.errorCategory", tape, in: bytes)
        }
        noteRetry(value, named: "metadata", tape, in: bytes)
    }

    /// Notes retryability and delay of a failure where they cannot be read.
    mutating func noteRetry(_ object: Int, named name: StaticString, _ tape: JSONTape, in bytes: Span<UInt8>) {
        if let value = tape.member("isRetryable", of: object, in: bytes) {
            noteIfUnreadable(value, as: .flag, at: "\(name).isRetryable", tape, in: bytes)
        }
        if let value = tape.member("suggestedRetryDelaySeconds", of: object, in: bytes) {
            noteIfUnreadable(
                value, as: .unsignedNumber, at: "\(name).suggestedRetryDelaySeconds", tape, in: bytes)
        }
    }
}
