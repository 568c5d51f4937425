import AuditModel
import StrictJSON

/// What has been read of a transition so far.
struct TransitionReading {
    var transition = Transition()
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
        let token = tape.tokens[value]
        switch member {
        case .id:
            try requireString(token, named: "id", bytes)
            reading.transition.id = writeText(value, tape, in: bytes, as: .id, into: &arena)
            reading.transition.hasOwnID = true
        case .deploymentId:
            try requireString(token, named: "deploymentId", bytes)
            reading.deploymentID = writeText(value, tape, in: bytes, as: .deploymentID, into: &arena)
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
        case .transactionHash where token.kind == .string:
            reading.transition.transactionHash = writeText(value, tape, in: bytes, as: .transactionHash, into: &arena)
        case .transactionHash where token.kind == .number:
            noteUnreadable(value, as: .text, at: KnownMember.transactionHash.rawValue, tape, in: bytes)
            reading.transition.transactionHash = writeNumberAsText(token, bytes, into: &arena)
        case .errorDetails where token.kind == .object:
            writeErrorDetails(value, tape, in: bytes, reading: &reading, into: &arena)
        case .complianceChecks where token.kind == .array:
            writeComplianceChecks(value, tape, in: bytes, reading: &reading, into: &arena)
        default:
            noteMember(member, value, of: tape, in: bytes, reading: &reading)
            writeClaim(member?.claim, value, of: tape, in: bytes, into: &arena)
        }
    }

    /// Takes the facts of a member whose value is written as it is.
    private mutating func noteMember(
        _ member: KnownMember?, _ value: Int, of tape: JSONTape, in bytes: Span<UInt8>, reading: inout TransitionReading
    ) {
        switch member {
        case .confirmedRound:
            reading.transition.hasConfirmedRound = unsignedNumber(tape.tokens[value], bytes) != nil
            // Nearly every transition has one or both: they are read once.
            if reading.transition.hasConfirmedRound { return }
        case .durationFromPreviousStatusMs:
            reading.transition.statedDurationMs = wholeNumber(tape.tokens[value], bytes)
            if reading.transition.statedDurationMs != nil { return }
        case .metadata:
            readMetadata(value, tape, in: bytes, reading: &reading)
            notes.noteSimulation(inside: value, tape, in: bytes)
        default:
            if member.map({ !$0.isOfTransition }) ?? true {
                notes.addUnknown(value - 1, tape, in: bytes)
            }
        }
        // A status history would hold records, wherever it stands.
        guard let member, member.isOfTransition || member == .statusHistory, let claim = member.claim else { return }
        noteIfUnreadable(value, as: claim, at: member.rawValue, tape, in: bytes)
    }

    private mutating func readMetadata(
        _ value: Int, _ tape: JSONTape, in bytes: Span<UInt8>, reading: inout TransitionReading
    ) {
        if let category = tape.member("errorCategory", of: value, in: bytes), tape.tokens[category].kind != .null {
            reading.transition.metadataCategory = self.category(tape.tokens[category], bytes)
            noteIfUnreadable(category, as: .category, at: "metadata.errorCategory", tape, in: bytes)
        }
        readRetry(value, named: "metadata", tape, in: bytes, reading: &reading)
    }

    /// Takes retryability and delay; what `errorDetails` says stays.
    mutating func readRetry(
        _ object: Int, named name: StaticString, _ tape: JSONTape, in bytes: Span<UInt8>,
        reading: inout TransitionReading
    ) {
        if let value = tape.member("isRetryable", of: object, in: bytes) {
            let kind = tape.tokens[value].kind
            if kind == .true || kind == .false {
                reading.transition.isRetryable = reading.transition.isRetryable ?? (kind == .true)
            }
            noteIfUnreadable(value, as: .flag, at: "\(name).isRetryable", tape, in: bytes)
        }
        if let value = tape.member("suggestedRetryDelaySeconds", of: object, in: bytes) {
            if reading.transition.retryDelaySeconds == nil {
                let delay = unsignedNumber(tape.tokens[value], bytes)
                reading.transition.retryDelaySeconds = delay.map(Int64.init(clamping:))
            }
            noteIfUnreadable(
                value, as: .unsignedNumber, at: "\(name).suggestedRetryDelaySeconds", tape, in: bytes)
        }
    }
}
